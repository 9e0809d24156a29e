"""The work of `citywide score`, apart from its options: pyarrow loads slowly, and other commands need none of it."""

import json
from argparse import Namespace
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from citywide.systems.genomics.commands.common import dosed_study, free
from citywide.systems.genomics.engine.files.genotypes import Genotypes
from citywide.systems.genomics.engine.files.pgen import Pgen
from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.scores.file import read_scores
from citywide.systems.genomics.engine.scores.lines import Weights
from citywide.systems.genomics.engine.scores.match import ENOUGH, Matched, match_all, target
from citywide.systems.genomics.engine.scores.score import Scores, score


def write(options: Namespace) -> None:
    """Write scores.sscore and match.json; say which scores found too few of their variants."""
    bed, people, rows = dosed_study(options)
    scores = apart([one for path in options.score for one in read_scores(path)])
    data = target(bed.variants)
    found = [only(one, rows, bed) for one in match_all(scores, data, options.keep_ambiguous)]
    frequency = read_frequency(options.read_freq, bed) if options.read_freq else None
    made = score(bed, found, frequency, options.threads, free=free(options, bed, people))
    write_scores(options.out / "scores.sscore", bed, people, made)
    report = {one.name: {**one.report, "rate": round(one.rate, 6), "enough": one.enough} for one in found}
    (options.out / "match.json").write_text(json.dumps(report, indent=1) + "\n")
    for one in (one for one in scores if one.doubt):
        print(f"{one.name}: {one.doubt}")
    for one in found:
        doubt = "" if one.enough else f"  below {ENOUGH:.0%}: do not report this score"
        print(f"{one.name}: {len(one.rows):,} variants, {one.rate:.1%} of its lines{doubt}")


def apart(scores: list[Weights]) -> list[Weights]:
    """Scores that two files call alike, told apart by a number."""
    seen = Counter[str]()
    found: list[Weights] = []
    for one in scores:
        seen[one.name] += 1
        found.append(one if seen[one.name] == 1 else replace(one, name=f"{one.name}_{seen[one.name]}"))
    return found


def write_scores(path: Path, bed: Genotypes, people: NDArray[np.bool_], made: Scores) -> None:
    """For every person and score the alleles called, the average and the sum, in full digits."""
    ids = {
        "#FID": bed.people.family[people].astype(np.str_),
        "IID": bed.people.person[people].astype(np.str_),
    }
    parts = {"ALLELE_CT": made.calls, "AVG": made.averages, "SUM": made.sums}
    columns = {f"{name}_{kind}": part[people, at] for kind, part in parts.items() for at, name in enumerate(made.names)}
    table = pa.table({name: pa.array(column) for name, column in (ids | columns).items()})
    with path.open("wb") as file:
        file.write(("\t".join(table.column_names) + "\n").encode())
        csv.write_csv(table, file, csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none"))


def only(found: Matched, rows: NDArray[np.int64], bed: Genotypes) -> Matched:
    """The score on the variants asked for; of a variant with several ALT the copies of REF are not known here."""
    kept = np.isin(found.rows, rows) if len(rows) < len(bed) else np.ones(len(found.rows), np.bool_)
    if isinstance(bed, Pgen):
        kept &= found.counts_allele1 | (bed.alleles.count[found.rows] == 2)
    return Matched(found.name, found.rows[kept], found.adds[kept], found.counts_allele1[kept], found.report)


def read_frequency(path: Path, bed: Genotypes) -> Doubles:
    """Frequencies of allele 1 from a table ID, ALLELE, FREQUENCY (or plink2's .afreq); all must be there."""
    lines = [line.split() for line in read_bytes(path).decode(errors="replace").splitlines() if line.strip()] or [[]]
    head = [word.lstrip("#").upper() for word in lines[0]]
    columns = [
        _column(path, head, names)
        for names in (("ID",), ("ALT", "ALLELE", "A1"), ("ALT_FREQS", "FREQUENCY", "A1_FREQ"))
    ]
    known = dict(_known(path, line, columns) for line in lines[1:])
    names, alleles = (
        bed.variants.id().astype(np.str_).tolist(),
        bed.variants.allele1().astype(np.str_).tolist(),
    )
    missing = [name for name in names if name not in known]
    if missing:
        raise FileError(f"{path}: no frequency of {missing[0]} and {len(missing) - 1} others")
    pairs = zip(names, alleles, strict=True)
    return np.array([known[n][1] if known[n][0] == allele else 1 - known[n][1] for n, allele in pairs])


def _known(path: Path, line: list[str], columns: list[int]) -> tuple[str, tuple[str, float]]:
    try:
        name, allele, frequency = (line[at] for at in columns)
        return name, (allele, float(frequency))
    except (IndexError, ValueError):
        raise FileError(f"{path}: no variant, allele and frequency in the line {' '.join(line)}") from None


def _column(path: Path, head: list[str], names: tuple[str, ...]) -> int:
    for name in names:
        if name in head:
            return head.index(name)
    raise FileError(f"{path}: no column {' or '.join(names)}")
