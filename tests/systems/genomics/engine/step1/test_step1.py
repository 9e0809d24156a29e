from pathlib import Path

import numpy as np
import pytest

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import Block
from citywide.systems.genomics.engine.qc.kinship import Relatives
from citywide.systems.genomics.engine.step1 import kept
from citywide.systems.genomics.engine.step1.blocks import HERITABILITIES, level_zero
from citywide.systems.genomics.engine.step1.cohort import FOLDS, cohort_of
from citywide.systems.genomics.engine.step1.family import calibrated, excess, likeness
from citywide.systems.genomics.engine.step1.request import Request, StepOneError
from citywide.systems.genomics.engine.step1.run import step_one
from tests.systems.genomics.made_studies import drawn, write

PEOPLE = 303


@pytest.fixture
def study(tmp_path):
    random = np.random.default_rng(1)
    copies = drawn(random, 240, PEOPLE, 0.03)
    chromosome = [str(1 + i // 60) for i in range(240)]
    bed = write(tmp_path, copies, chromosome)
    covariates = np.column_stack([random.normal(size=PEOPLE) * 1e9, np.ones(PEOPLE)])
    genetic = np.where(copies >= 0, copies, 0)[::6].T @ random.normal(size=40)
    trait = genetic / genetic.std() + random.normal(size=PEOPLE) + covariates[:, 0] / 1e9
    return bed, copies, covariates, trait, tmp_path


def standardised(copies, basis):
    """Genotypes with missing calls at the mean, free of covariates, of variance one."""
    called = copies >= 0
    mean = np.where(called, copies, 0).sum(1) / np.maximum(called.sum(1), 1)
    x = np.where(called, copies - mean[:, None], 0.0)
    x -= (x @ basis) @ basis.T
    spread = np.sqrt((x**2).mean(1))
    return np.divide(x, spread[:, None], out=np.zeros_like(x), where=spread[:, None] > 1e-6)


def test_a_blocks_predictions_are_those_of_ridge_without_ones_own_fold(study):
    bed, copies, covariates, trait, tmp_path = study
    request = Request(bed, trait[:, None], ("y",), tmp_path, covariates)
    cohort, _ = cohort_of(request)
    block = Block(0, np.arange(60), bed.block(0, 60), PEOPLE)
    found = level_zero(cohort, block, cohort.lanes, 240)
    x = standardised(copies[:60], cohort.basis)
    for at, share in enumerate(HERITABILITIES):
        for fold in range(FOLDS):
            others = cohort.folds != fold
            gram = x[:, others] @ x[:, others].T + 240 * (1 - share) / share * np.eye(60)
            weights = np.linalg.solve(gram, x[:, others] @ cohort.traits[others, 0])
            np.testing.assert_allclose(found[at, ~others], weights @ x[:, ~others], atol=5e-4)


def test_predictions_do_not_know_the_chromosome_left_out(study):
    bed, _, covariates, trait, tmp_path = study
    found = step_one(Request(bed, trait[:, None], ("y",), tmp_path / "a", covariates, block=30, families=False))[0]
    assert found.chromosomes == ("1", "2", "3", "4", "23")
    other = Path(bed.path).read_bytes()
    changed = tmp_path / "b.bed"
    shuffled = np.frombuffer(other[3:], np.uint8).reshape(240, -1).copy()
    shuffled[:60] = np.roll(shuffled[:60], 5, axis=1)
    changed.write_bytes(other[:3] + shuffled.tobytes())
    for suffix in (".bim", ".fam"):
        changed.with_suffix(suffix).write_bytes(Path(bed.path).with_suffix(suffix).read_bytes())
    again = step_one(
        Request(
            Bed(changed, bed.people, bed.variants),
            trait[:, None],
            ("y",),
            tmp_path / "b",
            covariates,
            block=30,
            families=False,
        )
    )[0]
    if again.strength == found.strength:
        np.testing.assert_allclose(again.predictions[0], found.predictions[0], atol=1e-3)
    assert np.abs(again.predictions[1] - found.predictions[1]).max() > 1e-3


def test_predictions_explain_a_heritable_trait(study):
    bed, _, covariates, trait, tmp_path = study
    found = step_one(Request(bed, trait[:, None], ("y",), tmp_path, covariates, block=30))[0]
    left = trait - covariates[:, 0] / 1e9
    assert np.corrcoef(found.predictions.mean(axis=0), left)[0, 1] > 0.25


def test_a_stopped_run_goes_on_and_ends_the_same(study, monkeypatch):
    bed, _, covariates, trait, tmp_path = study
    whole = step_one(Request(bed, trait[:, None], ("y",), tmp_path / "whole", covariates, block=30))[0]
    calls = []

    def stops(*arguments):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return level_zero(*arguments)

    request = Request(bed, trait[:, None], ("y",), tmp_path / "stopped", covariates, block=30)
    monkeypatch.setattr(kept, "level_zero", stops)
    with pytest.raises(KeyboardInterrupt):
        step_one(request)
    found = step_one(request)[0]
    assert len(calls) < 3 + 1 + 8
    np.testing.assert_array_equal(found.predictions, whole.predictions)


def test_the_loco_file_is_regenies(study):
    bed, _, covariates, trait, tmp_path = study
    values = trait[:, None].copy()
    values[7] = np.nan
    found = step_one(Request(bed, values, ("height",), tmp_path, covariates, block=60))[0]
    assert (tmp_path / "step1_pred.list").read_text() == "height step1_1.loco\n"
    head, *lines = (tmp_path / "step1_1.loco").read_text().splitlines()
    assert head.split()[:2] == ["FID_IID", "F0_P0"]
    assert "F7_P7" not in head.split()
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4", "23"]  # of X nothing is left out
    np.testing.assert_allclose(np.array(lines[2].split()[1:], float), found.predictions[2], rtol=1e-6)


def test_a_binary_trait_is_predicted_on_the_logit_scale(study):
    bed, _, covariates, trait, tmp_path = study
    ill = (trait > np.quantile(trait, 0.7)).astype(float) + 1
    found = step_one(Request(bed, ill[:, None], ("ill",), tmp_path, covariates, binary=True, block=60))[0]
    assert np.isfinite(found.predictions).all()
    assert np.corrcoef(found.predictions.mean(axis=0), ill)[0, 1] > 0.1


@pytest.mark.parametrize("values", [1.0, np.nan])
def test_a_trait_without_variation_or_people_is_refused(study, values):
    bed, _, covariates, _, tmp_path = study
    with pytest.raises(StepOneError):
        step_one(Request(bed, np.full((PEOPLE, 1), values), ("flat",), tmp_path, covariates))


def test_a_covariate_that_is_the_trait_leaves_nothing_to_regress(study):
    bed, _, _, trait, tmp_path = study
    with pytest.raises(StepOneError, match="flat does not vary"):
        step_one(Request(bed, trait[:, None], ("flat",), tmp_path, trait[:, None]))


def test_the_residual_of_siblings_shows_no_likeness_after_calibration():
    random = np.random.default_rng(3)
    pairs = np.arange(0, 2000, 2)
    shared = np.repeat(random.normal(size=1000), 2)
    trait = np.sqrt(0.25) * shared + np.sqrt(0.75) * random.normal(size=2000)
    sibling = trait.reshape(-1, 2)[:, ::-1].reshape(-1)
    zeros = np.zeros(1000)
    like = likeness(
        Relatives(pairs, pairs + 1, zeros.astype(int), zeros, zeros, np.full(1000, 0.25)), np.ones(2000, bool)
    )
    assert excess(trait, like) > 0.05
    assert excess(trait - 0.25 * sibling, like) < -0.05
    assert excess(trait - calibrated(trait, 0.25 * sibling, like), like) == pytest.approx(0, abs=1e-9)
