"""Genome scans, quality control and scores on plain files and arrays, unaware of the hub.

from citywide.systems.genomics.engine import Request, scan
(summary,) = scan(Request(data=Path("study"), pheno=Path("pheno.tsv"), out=Path("results")))

Its rooms, each of which knows only those below it (a contract in `pyproject.toml` holds that):

    scan · step1 · scores      what a person asks for: a scan, whole-genome regression, polygenic scores
    results                    tables, signals, inflation, pictures, the page
    fits · qc · simulate       one block against every trait; what a study looks like; made cohorts
    files                      PLINK, BGEN and text files, and lists of people and variants
    kernel                     C and what runs in its place: arrays in, arrays out
"""

from citywide.systems.genomics.engine.scan.request import Limits, Request, ScanError
from citywide.systems.genomics.engine.scan.run import scan

__all__ = ["Limits", "Request", "ScanError", "scan"]
