"""A request made concrete: files open, people chosen, traits grouped, variants cut into parts."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.chromosomes import codes
from citywide.systems.genomics.engine.files.genotypes import Genotypes, open_genotypes
from citywide.systems.genomics.engine.files.lists import keep_mask, named_mask
from citywide.systems.genomics.engine.files.predictions import Predictions, read_predictions
from citywide.systems.genomics.engine.files.ranks import normal_scores
from citywide.systems.genomics.engine.files.tables import Table, align, read_covariates, read_table
from citywide.systems.genomics.engine.fits.design import Design, Floats, Refusal, designs
from citywide.systems.genomics.engine.scan.ledger import fingerprint
from citywide.systems.genomics.engine.scan.limits import on_chromosomes, within
from citywide.systems.genomics.engine.scan.parts import Part, parts
from citywide.systems.genomics.engine.scan.request import Request, ScanError


@dataclass(frozen=True)
class Trait:
    """One phenotype on the people of the file; `binary` values are 0 and 1."""

    name: str
    values: Floats
    binary: bool


@dataclass(frozen=True)
class Plan:
    """Everything that a worker needs, the same in every worker; `study` is the fingerprint of request and inputs."""

    request: Request
    study: str
    bed: Genotypes
    traits: tuple[Trait, ...]
    covariates: Floats
    labels: tuple[str, ...]
    keep: NDArray[np.bool_]
    parts: tuple[Part, ...]
    predictions: Predictions | None

    def linear_designs(self, key: str) -> tuple[list[Design], list[Refusal]]:
        """Groups of quantitative traits for a part's key."""
        chosen = [trait for trait in self.traits if not trait.binary]
        if not chosen:
            return [], []
        values = np.column_stack([trait.values - self.predicted(trait, key) for trait in chosen])
        return designs([trait.name for trait in chosen], values, *self.adjusted(key))

    def predicted(self, trait: Trait, key: str) -> Floats | float:
        """What step one predicts of a trait without the chromosome at hand."""
        return 0.0 if self.predictions is None else self.predictions.of(trait.name, key)

    def adjusted(self, key: str) -> tuple[Floats, tuple[str, ...], NDArray[np.bool_]]:
        """Covariates, their names and the people for a part's key: sex joins on X, only males count on Y."""
        sex = self.bed.people.sex
        if key == "X" and len(set(sex[self.keep].tolist()) - {0}) > 1:
            with_sex = np.column_stack([self.covariates, np.where(sex > 0, sex, np.nan)])
            return with_sex, (*self.labels, "SEX"), self.keep
        return self.covariates, self.labels, self.keep & (sex == 1) if key == "Y" else self.keep


def make_plan(request: Request, study: str = "") -> Plan:
    """Open and check everything that a request names; the same plan again only while its files are the same."""
    return _made(request, study or fingerprint(request))


@lru_cache(maxsize=2)
def _made(request: Request, study: str) -> Plan:
    bed = open_genotypes(request.data, request.pgen, request.bgen, request.sample, request.ref_last)
    keep = keep_mask(bed.people, request.keep, request.remove)
    if not keep.any():
        raise ScanError("nobody is left after keep and remove")
    covariates, labels = _covariates(request, bed)
    if not np.isfinite(covariates[keep]).all(axis=1).any():
        raise ScanError(f"{request.covar}: nobody of the genotype file has every covariate; do the ids match?")
    traits = tuple(_traits(request, bed, keep))
    if request.impute == "mean":
        _only_linear(traits)
    predictions = read_predictions(request.predictions, bed.people)
    cut = parts(codes(bed.variants), chosen_variants(request, bed, keep), predictions is not None)
    return Plan(request, study, bed, traits, covariates, labels, keep, tuple(cut), predictions)


def _only_linear(traits: tuple[Trait, ...]) -> None:
    for trait in traits:
        if trait.binary:
            raise ScanError(f"{trait.name} has two values: imputed calls are scanned with --test linear only")


def chosen_variants(request: Request, bed: Genotypes, keep: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The variants that lists, chromosomes and limits leave, in file order."""
    mask = on_chromosomes(request, bed) & named_mask(bed.variants, request.extract, request.exclude)
    if not mask.any():
        raise ScanError("no variant is left after --extract, --exclude and --chr; do the names match?")
    rows = np.flatnonzero(mask).astype(np.int64)
    kept = within(request.limits, bed, keep, rows)
    if not kept.any():
        raise ScanError(f"none of {len(rows):,} variants keeps --maf, --mac, --geno and --hwe")
    return rows[kept]


def _covariates(request: Request, bed: Genotypes) -> tuple[Floats, tuple[str, ...]]:
    if request.covar is None:
        if request.categories:
            raise ScanError("--catCovarList names columns of --covar, which is not given")
        return np.zeros((len(bed.people), 0)), ()
    table = read_covariates(request.covar, request.covariates, request.categories, request.missing)
    return align(table, bed.people), table.names


def _traits(request: Request, bed: Genotypes, keep: NDArray[np.bool_]) -> list[Trait]:
    table = _some(read_table(request.pheno, request.missing, only=request.traits), request.traits)
    if not table.names:
        raise ScanError(f"{request.pheno}: no column beside the ids; a trait is a column of numbers")
    values = align(table, bed.people)
    if not np.isfinite(values[keep]).any():
        raise ScanError(_strangers(table, bed))
    columns = zip(table.names, values.T, strict=True)
    found = [_trait(name, column, request, column[keep]) for name, column in columns]
    return [_ranked(trait, request.ranks, keep) for trait in found] if request.ranks else found


def _ranked(trait: Trait, offset: float, keep: NDArray[np.bool_]) -> Trait:
    """A quantity by its ranks among those who are kept."""
    if trait.binary:
        return trait
    return replace(trait, values=normal_scores(np.where(keep, trait.values, np.nan), offset))


def _strangers(table: Table, bed: Genotypes) -> str:
    """Why nobody has a value, with a name from either side: swapped and joined ids are seen at once."""
    there = f"{bed.people.family[0].decode()} {bed.people.person[0].decode()}"
    return (
        f"{table.path}: nobody of the genotype file has a value; do the ids match?"
        f" The table begins with {table.first}, the genotypes with {there}"
    )


def _trait(name: str, values: Floats, request: Request, seen: Floats) -> Trait:
    """PLINK writes 1 and 2 (0 is missing), REGENIE 0 and 1; anything else is a quantity."""
    test, path = request.test, request.pheno
    if "/" in name or name.startswith("."):
        raise ScanError(f"{path}: a trait called {name!r} cannot be a file's name; rename the column")
    levels = set(seen[np.isfinite(seen)].tolist())
    two = levels <= {0.0, 1.0} or (levels <= {0.0, 1.0, 2.0} and not request.zero_one)
    if test == "logistic" and not two:
        codes_ = "0/1" if request.zero_one else "0/1 and 1/2"
        raise ScanError(f"{path}: {name} has values other than {codes_}; a logistic scan needs two classes")
    if test == "linear" or not two or not levels:
        return Trait(name, np.ascontiguousarray(values), binary=False)
    coded = values - 1 if 2.0 in levels else values
    return Trait(name, np.where(coded < 0, np.nan, coded), binary=True)


def _some(table: Table, names: tuple[str, ...]) -> Table:
    return table.only(names) if names else table
