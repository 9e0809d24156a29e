"""GWAS-SSF, as the standard has it (gwas-sumstats-tools' own schema, here by hand): columns, order, values.

The official validator wants another Python than ours; `python -m benchmarks gwas-real` runs it on its own.
"""

import re

import numpy as np
import pytest

from citywide.systems.genomics.engine import Request, scan
from citywide.systems.genomics.engine.results.ssf import COLUMNS
from tests.systems.genomics.made_studies import drawn, write

MANDATORY = (
    *("chromosome", "base_pair_location", "effect_allele", "other_allele"),
    *("beta", "standard_error", "effect_allele_frequency", "p_value"),
)
CHROMOSOMES = ["1", "02", "X", "Y", "XY", "MT", "PAR1", "chrX", "22", "26"]
ALLELE = re.compile(r"^[ACGTacgt]+$")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """A scan over every kind of chromosome, with a hit too strong for a double among them."""
    folder, random = tmp_path_factory.mktemp("ssf"), np.random.default_rng(8)
    copies = drawn(random, 100, 4000)
    copies[40] = random.binomial(2, 0.4, 4000)
    write(folder, copies, [CHROMOSOMES[i // 10] for i in range(100)], [1 + i % 2 for i in range(4000)])
    y = copies[40] * 20 + random.normal(size=4000)
    (folder / "y").write_text("FID IID y\n" + "".join(f"F{i} P{i} {v:.9f}\n" for i, v in enumerate(y.tolist())))
    bim = (folder / "study.bim").read_text().replace(" v7 ", " rs7 ").replace(" v8 ", " 1:8000:A:G;b ")
    (folder / "study.bim").write_text(bim)
    scan(Request(folder / "study", folder / "y", folder / "out", threads=1))
    head, *lines = (folder / "out" / "y.tsv").read_text().splitlines()
    assert tuple(head.split("\t")) == tuple(COLUMNS)
    return [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]


def test_the_mandatory_columns_come_first_and_in_order() -> None:
    assert tuple(COLUMNS[:8]) == MANDATORY


def test_chromosomes_are_whole_numbers_from_1_to_25(rows: list[dict[str, str]]) -> None:
    assert {row["chromosome"] for row in rows} == {"1", "2", "22", "23", "24", "25"}


def test_every_value_is_within_the_standards_bounds(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert int(row["base_pair_location"]) >= 0
        assert ALLELE.match(row["effect_allele"])
        assert ALLELE.match(row["other_allele"])
        assert 0 <= float(row["effect_allele_frequency"]) <= 1
        assert np.isfinite(float(row["beta"]))
        assert float(row["standard_error"]) > 0
        assert re.match(r"^[A-Za-z0-9_]+$", row["variant_id"])
        assert row["rsid"] == "#NA" or re.match(r"^rs[0-9]+$", row["rsid"])
        assert int(row["n"]) > 0


def test_a_p_value_is_never_zero_however_strong(rows: list[dict[str, str]]) -> None:
    strongest = max(rows, key=lambda row: float(row["neg_log_10_p_value"]))
    assert float(strongest["neg_log_10_p_value"]) > 400
    for row in rows:
        mantissa, _, exponent = row["p_value"].partition("e")
        assert float(mantissa) > 0
        strength = -np.log10(float(mantissa)) - int(exponent or 0)
        assert strength == pytest.approx(float(row["neg_log_10_p_value"]), rel=1e-8)
        assert strength >= 0


def test_names_that_are_no_rs_numbers_stand_as_variant_ids(rows: list[dict[str, str]]) -> None:
    by_name = {row["variant_id"]: row for row in rows}
    assert by_name["rs7"]["rsid"] == "rs7"
    assert by_name["1_8000_A_G_b"]["rsid"] == "#NA"
