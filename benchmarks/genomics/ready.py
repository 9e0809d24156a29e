"""A study as both programs can read it: variants with names of their own, people by both ids, no call missing.

What has to be changed is a copy in the cache; the genotypes themselves are copied only to fill their missing calls.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.genomics.cohorts import BLOCK, CACHE
from benchmarks.genomics.folder import Study
from benchmarks.genomics.oracles import stand_alone
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.pgen import Pgen
from citywide.systems.genomics.engine.files.tables import align, read_table

MAGIC = b"\x6c\x1b\x01"
FLAT, INFLATED = 1e-12, 50  # plink2 refuses a variance inflated more than 50 times
SUFFIXES = {False: (".bed", ".bim", ".fam"), True: (".pgen", ".pvar", ".psam")}


def ready(study: Study) -> Study:
    """The study itself, or a copy of what one of the programs could not tell apart."""
    opened, folder = study.open(), _folder("ready", study)
    names = opened.variants.id()
    if len(np.unique(names)) < len(names):
        print("names of variants repeat: both sides read them numbered", flush=True)
        study = _renamed(study, folder)
    covar = study.covar and _by_both_ids(study.covar, opened, folder, alone=True)
    sexed = covar is not None and _tells_sex(covar, opened)
    return replace(study, pheno=_by_both_ids(study.pheno, opened, folder), covar=covar, sexed=sexed)


def complete(study: Study) -> Study:
    """The study with each missing call filled by its variant's commoner homozygote."""
    opened, folder = study.open(), _folder("complete", study)
    data = folder / "study"
    genotypes, variants, people = SUFFIXES[study.pgen]
    if not data.with_suffix(genotypes).exists():
        print(f"filling the missing calls of {study.data.name} into a copy", flush=True)
        draft = data.with_suffix(".draft")
        _fill_dosages(opened, draft) if isinstance(opened, Pgen) else _fill_calls(opened, draft)
        draft.replace(data.with_suffix(genotypes))
    for suffix in (variants, people):
        _link(_beside(study.data, suffix), data.with_suffix(suffix))
    return replace(study, data=data)


def _fill_calls(bed: Bed, path: Path) -> None:
    with path.open("wb") as out:
        out.write(MAGIC)
        for _, raw in bed.blocks(BLOCK):
            out.write(filled(raw, len(bed.people)).tobytes())


def filled(raw: NDArray[np.uint8], people: int) -> NDArray[np.uint8]:
    """Rows of 2-bit calls with the missing ones replaced by the commoner homozygote of their variant."""
    low, high = raw & 0x55, raw >> 1 & 0x55
    missing, second = low & ~high, low & high
    first = 4 * raw.shape[1] - np.bitwise_count(low | high).sum(axis=1) - (-people % 4)
    wins = np.bitwise_count(second).sum(axis=1) >= first
    return np.where(wins[:, None], raw | missing << np.uint8(1), raw ^ missing)


def _fill_dosages(pgen: Pgen, path: Path) -> None:
    from pgenlib import PgenWriter  # noqa: PLC0415 - only dosages need it

    shape = {"variant_ct": len(pgen), "nonref_flags": False, "dosage_present": True}
    with PgenWriter(str(path).encode(), len(pgen.people), **shape) as out:
        for first in range(0, len(pgen), BLOCK):
            tile = pgen.dosages(np.arange(first, min(first + BLOCK, len(pgen))))
            common = np.where(np.nan_to_num(np.nanmean(tile, axis=1, keepdims=True)) > 1, 2, 0)
            for row in np.where(np.isnan(tile), common, tile).astype(np.float32):
                out.append_dosages(row)


def _renamed(study: Study, folder: Path) -> Study:
    return replace(study, data=renamed(study.data, folder, study.pgen))


def renamed(source: Path, folder: Path, pgen: bool = False) -> Path:
    """Links to the files of that name, with variants called by the number of their line."""
    data = folder / "study"
    genotypes, variants, people = SUFFIXES[pgen]
    for suffix in (genotypes, people):
        _link(_beside(source, suffix), data.with_suffix(suffix))
    if not data.with_suffix(variants).exists():
        data.with_suffix(variants).write_text("".join(_numbered(_beside(source, variants))))
    return data


def _numbered(path: Path) -> Iterator[str]:
    at, number = 1 if path.suffix == ".bim" else 2, 0
    for line in path.read_text().splitlines():
        words = line.split()
        if line.startswith("#"):
            at = words.index("ID") if "ID" in words else at
        elif words:
            words[at], number = f"v{number}", number + 1
        yield "\t".join(words) + "\n" if not line.startswith("##") else f"{line}\n"


def _by_both_ids(path: Path, opened: Bed | Pgen, folder: Path, alone: bool = False) -> Path:
    """The table, or a copy of what both programs can use.

    plink2 takes the family for 0 where the table has none, and refuses covariates that are nearly sums of others.
    """
    table, people = read_table(path), opened.people
    values = align(table, people)
    stays = _alone(values) if alone else np.ones(len(table.names), np.bool_)
    if stays.all() and (table.family or set(people.family.tolist()) <= {b"0"}):
        return path
    names = np.array(table.names)
    if not stays.all():
        print(
            f"both sides without {', '.join(names[~stays].tolist())}: constant, or nearly the sum of others", flush=True
        )
    pairs = zip(people.family.tolist(), people.person.tolist(), values[:, stays].tolist(), strict=True)
    lines = (f"{f.decode()}\t{p.decode()}\t" + "\t".join(map(_number, row)) + "\n" for f, p, row in pairs)
    copy = folder / f"{path.stem}-by-both-ids.tsv"
    copy.write_text("\t".join(["FID", "IID", *names[stays].tolist()]) + "\n" + "".join(lines))
    return copy


def _alone(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which covariates say enough of their own, where all are known, for plink2 to take them."""
    known = values[np.isfinite(values).all(axis=1)]
    if not len(known):
        return np.ones(values.shape[1], np.bool_)
    centred = known - known.mean(axis=0)
    flat = np.linalg.norm(centred, axis=0) <= FLAT * np.linalg.norm(known, axis=0)
    return stand_alone(np.where(flat, 0, centred), INFLATED**-0.5)


def _tells_sex(covar: Path, opened: Bed | Pgen) -> bool:
    """Whether the covariates have the sex that either side would add on X: plink2 refuses it twice."""
    sex = opened.people.sex
    known = np.where(sex > 0, sex, np.nan)
    return not _alone(np.column_stack([align(read_table(covar), opened.people), known]))[-1]


def _number(value: float) -> str:
    return "NA" if np.isnan(value) else repr(value)


def _folder(kind: str, study: Study) -> Path:
    """Where the copies of these very files are kept."""
    paths = [_beside(study.data, suffix) for suffix in SUFFIXES[study.pgen]]
    stamps = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    folder = CACHE / f"gwas-{kind}-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _beside(data: Path, suffix: str) -> Path:
    return data.with_name(data.name + suffix)


def _link(source: Path, link: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(source.resolve())
