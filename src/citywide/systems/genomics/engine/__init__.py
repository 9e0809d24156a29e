"""Genome scans, quality control and scores on plain files and arrays, unaware of the hub.

from citywide.systems.genomics.engine import Request, scan
(summary,) = scan(Request(data=Path("study"), pheno=Path("pheno.tsv"), out=Path("results")))
"""

from citywide.systems.genomics.engine.request import Limits, Request, ScanError
from citywide.systems.genomics.engine.scan import scan

__all__ = ["Limits", "Request", "ScanError", "scan"]
