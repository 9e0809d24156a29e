"""What the scientists of the biobank see: one page to ask and to follow, one of the newest results."""

from citywide.systems.genomics.pages.results import RESULTS
from citywide.systems.genomics.pages.studies import STUDIES

__all__ = ["RESULTS", "STUDIES"]
