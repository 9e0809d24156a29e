"""How a score's alleles stand to those of the data: the same, on the other strand, or not to be told."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.scores.lines import Lines, Words

SAME, FLIPPED, ONE_ALLELE, AMBIGUOUS, OTHER = range(5)
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def compared(
    lines: Lines, line: NDArray[np.int64], one: Words, two: Words
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """How each candidate's alleles stand to the line's, and whether allele 1 is the effect allele."""
    effect, other = lines.effect[line], lines.other[line]
    turned_effect, turned_other = complement(effect), complement(other)
    first, second = (effect == one) & (other == two), (effect == two) & (other == one)
    third, fourth = (
        (turned_effect == one) & (turned_other == two),
        (turned_effect == two) & (turned_other == one),
    )
    alone = (other == "") & ((effect == one) | (effect == two))
    palindrome = complement(one) == two
    by_place = lines.position[line] >= 0
    doubtful = palindrome & by_place & (first | second | alone)
    kinds = [doubtful, first | second, alone, third | fourth]
    kind = np.select(kinds, [AMBIGUOUS, SAME, ONE_ALLELE, FLIPPED], OTHER)
    return kind, first | (alone & (effect == one)) | (third & (kind == FLIPPED))


def complement(alleles: Words) -> Words:
    """The alleles as the other strand reads them: complemented, longer ones backwards."""
    kinds, where = np.unique(alleles, return_inverse=True)
    other = np.array([str(kind).translate(COMPLEMENT)[::-1] for kind in kinds], dtype=np.str_)
    return other[where] if len(kinds) else alleles
