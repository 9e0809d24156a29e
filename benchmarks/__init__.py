"""Accuracy against published answers, speed as a ratio, both sides in one run. Which benchmark stands in which room:"""

CONTENTS = {
    "ingest": "hub.ingest",
    "faults": "hub.faults",
    "evidence": "hub.evidence",
    "city": "face.city",
    "console": "face.console",
    "hotline": "face.hotline",
    "traffic": "traffic.control",
    "traffic-speed": "traffic.speed",
    "incidents": "traffic.incidents",
    "atspm": "traffic.atspm",
    "waterlogging": "waterlogging.forecast",
    "gwas": "genomics.gwas",
    "gwas-real": "genomics.real",
    "gwas-qc": "genomics.qc",
    "gwas-step1": "genomics.step1",
    "forecast": "epidemic.forecast",
    "outbreaks": "epidemic.outbreaks",
    "tracing": "epidemic.tracing",
    "allocation": "epidemic.allocation",
}
