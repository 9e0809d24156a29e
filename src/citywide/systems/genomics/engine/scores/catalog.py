"""A score in the PGS Catalog's format: which lines are of single variants, where they are, and what a copy adds."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.scores.columns import RATIOS, Columns
from citywide.systems.genomics.engine.scores.lines import DOSAGES, Lines, Weights, Words

NOT_PER_VARIANT = ("is_haplotype", "is_diplotype", "is_interaction")


def catalog(found: Columns) -> Weights:
    """The one score of a file."""
    usable = ~np.any([found.truth(name) for name in NOT_PER_VARIANT], axis=0)
    kept = found.taken(usable)
    name = found.header.get("pgs_id") or found.path.name.split(".")[0]
    return Weights(name, _lines(kept), _adds(kept), int((~usable).sum()), _doubt(found))


def _lines(kept: Columns) -> Lines:
    """Harmonised places are believed where there are any, for they are those of the genome build asked for."""
    harmonised = {"hm_chr", "hm_pos"} <= kept.words.keys()
    chromosome, position = ("hm_chr", "hm_pos") if harmonised else ("chr_name", "chr_position")
    return Lines(
        kept.text(chromosome),
        _integers(kept.text(position)),
        kept.text("hm_rsID", "rsID", "variant_id"),
        np.char.upper(kept.text("effect_allele")),
        np.char.upper(_other(kept)),
    )


def _other(kept: Columns) -> Words:
    """The other allele; several that it might be (`C/T`) are as good as none."""
    said = kept.text("other_allele", "reference_allele", "hm_inferOtherAllele")
    return np.where(np.char.find(said, "/") >= 0, "", said)


def _adds(kept: Columns) -> Doubles:
    """Weights for 0, 1 and 2 copies: additive, dominant, recessive, or each given by itself."""
    names = [f"dosage_{copies}_weight" for copies in range(3)]
    if all(name in kept.words for name in names):
        return np.stack([kept.numbers(name) for name in names], axis=1)
    weight = _weight(kept)
    counts = np.broadcast_to(DOSAGES, (len(weight), 3)).copy()
    dominant, recessive = kept.truth("is_dominant"), kept.truth("is_recessive")
    kept.refuse(dominant & recessive, "dominant and recessive at once")
    counts[dominant], counts[recessive] = (0, 1, 1), (0, 0, 1)
    return counts * weight[:, None]


def _weight(kept: Columns) -> Doubles:
    """The weight of a copy; where a file has none but the odds or hazard ratio, its logarithm."""
    ratio = next((name for name in RATIOS if name in kept.words), None)
    if "effect_weight" in kept.words or ratio is None:
        return kept.numbers("effect_weight")
    found = kept.numbers(ratio)
    kept.refuse(found <= 0, f"column {ratio}: no ratio")
    return np.log(found)


def _doubt(found: Columns) -> str:
    """What a reader should know of the weights."""
    kind = found.header.get("weight_type", "").upper()
    if "effect_weight" not in found.words or not set(kind.split("/")) & set(RATIOS):
        return ""
    return f"its header says that weights are {kind}: they are added as they stand, not their logarithms"


def _integers(words: Words) -> NDArray[np.int64]:
    good = np.char.isdigit(words)
    return np.where(good, np.where(good, words, "0").astype(np.float64), -1).astype(np.int64)
