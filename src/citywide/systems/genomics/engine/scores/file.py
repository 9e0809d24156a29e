"""Scoring files: the PGS Catalog's format (plain or harmonised, gzipped or not), and plink2's table of
weights.
"""

from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.scores.catalog import catalog
from citywide.systems.genomics.engine.scores.columns import Columns, columns_of, is_catalog
from citywide.systems.genomics.engine.scores.lines import DOSAGES, Lines, Weights

CATALOGS_OWN = {"effect_weight", "chr_name", "chr_position", "other_allele", "hm_chr", "hm_pos"}


def read_scores(path: str | Path) -> list[Weights]:
    """The scores of a file: one in the PGS Catalog's format, one for each weight column in plink2's."""
    found = columns_of(Path(path))
    return [catalog(found)] if is_catalog(found.names) else _plink(found)


def _plink(found: Columns) -> list[Weights]:
    if "pgs_id" in found.header or CATALOGS_OWN & set(found.names):
        raise FileError(f"{found.path}: no column effect_allele; a score that counts no allele cannot be made")
    if len(found.names) < 3:
        raise FileError(f"{found.path}: expected columns effect_allele … or variant id, allele, weights with a header")
    ids, effect = found.words[found.names[0]], np.char.upper(found.words[found.names[1]])
    blank, nowhere = np.full(len(ids), ""), np.full(len(ids), -1)
    lines = Lines(blank, nowhere, ids, effect, blank)
    return [Weights(name, lines, found.numbers(name)[:, None] * DOSAGES) for name in found.names[2:]]
