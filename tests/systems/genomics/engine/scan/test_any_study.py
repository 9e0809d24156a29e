"""Small studies of any make against float64: traits of different people, holes anywhere, predictions of step one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from citywide.systems.genomics.engine.fits.climb import climb
from citywide.systems.genomics.engine.scan.request import Request
from citywide.systems.genomics.engine.scan.run import scan
from tests.systems.genomics.made_studies import write

NAMES = ("y", "z", "ill", "rare")
Columns = np.ndarray


class Made:
    """Genotypes, traits, covariates (some constant, doubled or huge) and predictions without each chromosome."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Draw them and write them down."""
        random = self.random = np.random.default_rng(seed)
        self.people, variants = int(random.integers(14, 90)), int(random.integers(3, 9))
        shares = random.choice([0.01, 0.05, 0.3, 0.5], variants)
        self.copies = random.binomial(2, shares[:, None], (variants, self.people)).astype(np.int8)
        self.copies[random.random(self.copies.shape) < random.choice([0, 0.05, 0.4], variants)[:, None]] = -1
        self.chromosomes = sorted(random.choice(["1", "2", "3"], variants).tolist())
        self.covariates, self.traits = self._covariates(), self._traits()
        self.predicted = random.normal(size=(len(NAMES), 3, self.people)) * 0.3 * int(random.integers(2))
        self.predicted[:, :, random.random(self.people) < 0.05] = np.nan
        write(folder, self.copies, self.chromosomes)
        self.request = Request(folder / "study", folder / "y", folder / "o", threads=1, screen=1.0)
        table(folder / "y", NAMES, self.traits)
        table(folder / "c", [f"x{i}" for i in range(self.covariates.shape[1])], self.covariates)
        for name, lines in zip(NAMES, self.predicted, strict=True):
            head = "FID_IID " + " ".join(f"F{i}_P{i}" for i in range(self.people))
            rows = [f"{at + 1} {' '.join(map(cell, line.tolist()))}" for at, line in enumerate(lines)]
            (folder / f"{name}.loco").write_text("\n".join([head, *rows]) + "\n")
        (folder / "list").write_text("".join(f"{name} {name}.loco\n" for name in NAMES))

    def _covariates(self) -> Columns:
        random, count = self.random, int(self.random.integers(0, 4))
        found = (
            random.normal(size=(self.people, count))
            if random.random() < 0.6
            else random.integers(0, 3, (self.people, count))
        )
        found = found.astype(float)
        if count > 1 and random.random() < 0.3:
            found[:, 1] = found[:, 0] * 1e9
        if count > 2 and random.random() < 0.3:
            found[:, 2] = np.maximum(self.copies[0], 0)
        found[random.random(found.shape) < 0.03] = np.nan
        return found

    def _traits(self) -> Columns:
        random, n = self.random, self.people
        found = [random.normal(size=n), random.gamma(1, size=n), random.random(n) < 0.3, random.random(n) < 0.12]
        traits = np.column_stack(found).astype(float)
        traits[random.random(traits.shape) < random.choice([0, 0.1, 0.3], 4)] = np.nan
        return traits

    def of(self, variant: int, trait: int) -> tuple[Columns, Columns, Columns, Columns]:
        """Independent covariates, copies, trait and offset of those who have everything."""
        offset = self.predicted[trait, int(self.chromosomes[variant]) - 1]
        known = np.column_stack(
            [self.covariates, self.traits[:, trait], offset, np.where(self.copies[variant] < 0, np.nan, 1)]
        )
        here = np.isfinite(known).all(axis=1)
        some = self.covariates[here]
        centred = some - some.mean(axis=0) if here.any() else some
        sizes = np.linalg.norm(centred, axis=0)
        columns = np.column_stack([np.ones(len(some)), (centred / np.where(sizes > 1e-9, sizes, np.inf))])
        left, strength, _ = np.linalg.svd(columns, full_matrices=False)
        basis = left[:, strength > 1e-8 * strength.max(initial=0)]
        return basis, self.copies[variant, here].astype(float), self.traits[here, trait], offset[here]


def table(path: Path, names, values: Columns) -> None:
    rows = (f"F{i} P{i} {' '.join(map(cell, row))}".rstrip() for i, row in enumerate(values.tolist()))
    path.write_text("\n".join([f"FID IID {' '.join(names)}".rstrip(), *rows]) + "\n")


def cell(value: float) -> str:
    return "NA" if np.isnan(value) else repr(value)


def least_squares(basis: Columns, g: Columns, y: Columns) -> tuple[float, float, float] | None:
    """Coefficient, its error and -log10 p; nothing where there is nothing to fit."""
    df = len(g) - basis.shape[1] - 1
    left, rest = ((one - basis @ (basis.T @ one)) for one in (g, y))
    left, rest = ((one - basis @ (basis.T @ one)) for one in (left, rest))
    if df < 1 or np.ptp(g) == 0 or left @ left < 1e-9 * ((g - g.mean()) ** 2).sum() or rest @ rest < 1e-12:
        return None
    beta = left @ rest / (left @ left)
    error = np.sqrt(((rest - beta * left) ** 2).sum() / df / (left @ left))
    return beta, error, -(np.log10(2) + stats.t.logsf(abs(beta / error), df) / np.log(10))


@example(790)  # among few people Firth's likelihood has two heights
@given(st.integers(0, 100_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_result_is_that_of_float64_and_nothing_is_left_out_that_has_one(tmp_path: Path, seed: int) -> None:
    made = Made(tmp_path, seed)
    more = {"covar": tmp_path / "c"} if made.covariates.shape[1] else {}
    request = replace(made.request, **more, predictions=(tmp_path / "list",), restart=True)
    for trait, summary in enumerate(scan(request)):
        if summary.refused:
            continue
        head, *lines = ((tmp_path / "o" / f"{NAMES[trait]}.tsv").read_text()).splitlines()
        rows = [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]
        found = {int(row["variant_id"][1:]): row for row in rows}
        for variant in range(len(made.copies)):
            judged(made, variant, trait, found.get(variant))


def judged(made: Made, variant: int, trait: int, row: dict[str, str] | None) -> None:
    basis, g, y, offset = made.of(variant, trait)
    if trait < 2:
        wanted = least_squares(basis, g, y - offset) if len(g) else None
        assert (row is None) == (wanted is None)
        if row is not None and wanted is not None:
            assert float(row["beta"]) == pytest.approx(wanted[0], abs=1e-7 * wanted[1])
            assert float(row["standard_error"]) == pytest.approx(wanted[1], rel=1e-7)
            assert float(row["neg_log_10_p_value"]) == pytest.approx(wanted[2], rel=1e-6, abs=1e-6)
    elif row is None:
        assert len(g) < 3 or np.ptp(y) == 0 or least_squares(basis, g, np.arange(len(g)) % 7 + np.sqrt(y + 1)) is None
    else:
        beta, error, fine = climb(np.column_stack([basis, g]), y, offset, penalised=row["test"] == "FIRTH")
        if fine or row["test"] == "FIRTH":  # a covariate may be without a height of its own beside a variant's
            assert float(row["beta"]) == pytest.approx(beta, abs=1e-5 * error)
            assert float(row["standard_error"]) == pytest.approx(error, rel=1e-5)
    if row is not None:
        assert int(row["n"]) == len(g)
