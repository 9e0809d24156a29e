"""A whole scan from files to tables: the same however it was cut, stopped, or spread."""

import json
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser

import numpy as np
import pytest

from citywide.systems.genomics.cli import COMMANDS
from citywide.systems.genomics.commands.progress import duration, line
from citywide.systems.genomics.engine.files.bed import open_bed
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.calls import decode, encode
from citywide.systems.genomics.engine.results.inflation import lambda_gc
from citywide.systems.genomics.engine.results.ssf import COLUMNS
from citywide.systems.genomics.engine.scan.ledger import Ledger, fingerprint
from citywide.systems.genomics.engine.scan.parts import haploid
from citywide.systems.genomics.engine.scan.plan import make_plan
from citywide.systems.genomics.engine.scan.request import Request, ScanError
from citywide.systems.genomics.engine.scan.run import do_part, scan


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    random = np.random.default_rng(1)
    people, variants = 150, 3_000
    copies = random.binomial(2, random.uniform(0.02, 0.98, variants)[:, None], (variants, people)).astype(np.int8)
    copies[random.random(copies.shape) < 0.02] = -1
    copies[4], copies[2_999] = 0, random.integers(0, 2, people) * 2
    (folder / "study.bed").write_bytes(b"\x6c\x1b\x01" + encode(copies).tobytes())
    (folder / "study.fam").write_text("".join(f"F{i} P{i} 0 0 {i % 2 + 1} -9\n" for i in range(people)))
    codes = ["1"] * 2_000 + ["chr2"] * 800 + ["X"] * 150 + ["Y"] * 50
    lines = (f"{code}\trs{i}\t0\t{i + 1}\tA\tG\n" for i, code in enumerate(codes))
    (folder / "study.bim").write_text("".join(lines))
    height = random.normal(size=people) + copies[7].clip(0)
    rows = (
        f"F{i} P{i} {height[i]:.6f} {'NA' if i == 3 else f'{random.normal():.6f}'} {1 + (i % 3 == 0)}\n"
        for i in range(people)
    )
    (folder / "pheno").write_text("FID IID height weight ill\n" + "".join(rows))
    ages = "".join(f"F{i} P{i} {random.normal():.5f}\n" for i in range(people))
    (folder / "covar").write_text("FID IID age\n" + ages)
    return folder


def request_for(study, out, **choices):
    return Request(data=study / "study", pheno=study / "pheno", covar=study / "covar", out=out, **choices)


def tables(out):
    return {path.name: path.read_bytes() for path in sorted(out.glob("*.tsv"))}


def test_a_scan_writes_a_table_a_trait_and_says_what_it_left_out(study, tmp_path):
    summaries = scan(request_for(study, tmp_path, threads=1))
    assert {s.name: (s.people, s.cases) for s in summaries} == {
        "height": (150, 0),
        "weight": (149, 0),
        "ill": (150, 50),
    }
    rows = (tmp_path / "height.tsv").read_text().splitlines()
    assert rows[0].split("\t") == COLUMNS
    assert "rs4\t" not in rows[5]
    left_out = (tmp_path / "height.left-out.tsv").read_text().splitlines()
    assert left_out[1].split("\t")[4:] == ["rs4", "150", "one genotype"]
    assert len(rows) + len(left_out) - 2 == 3_000
    assert not (tmp_path / "parts").exists()
    assert json.loads((tmp_path / "summary.json").read_text())["traits"][0]["name"] == "height"


def test_two_worker_processes_find_what_one_thread_finds(study, tmp_path):
    scan(request_for(study, tmp_path / "one", threads=1))
    scan(request_for(study, tmp_path / "two", threads=2, memory_mb=160))
    scan(request_for(study, tmp_path / "workers", threads=2, backend="loky"))
    assert tables(tmp_path / "one") == tables(tmp_path / "two") == tables(tmp_path / "workers")


def test_a_scan_that_was_stopped_goes_on_and_ends_the_same(study, tmp_path):
    scan(request_for(study, tmp_path / "whole"))
    asked = request_for(study, tmp_path / "stopped")
    ledger = Ledger(asked.out / "parts", fingerprint(asked))
    ledger.begin(restart=False)
    do_part(asked, 0, ledger)
    do_part(asked, 2, ledger)
    ledger.file(2, "height.tsv").write_bytes(b"half a par")
    with ledger.path.open("a") as lines:
        lines.write('{"part": 1, "fil')
    assert Ledger(ledger.folder, ledger.study).begin(restart=False) == {0}
    scan(asked)
    assert tables(tmp_path / "whole") == tables(tmp_path / "stopped")


def test_a_scan_killed_outright_goes_on_and_ends_the_same(study, tmp_path):
    scan(request_for(study, tmp_path / "whole"))
    code = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from citywide.systems.genomics.engine import Request, scan\n"
        "study, out = map(Path, sys.argv[1:])\n"
        "die = lambda done, whole: os.kill(os.getpid(), signal.SIGKILL)\n"
        "scan(Request(data=study / 'study', pheno=study / 'pheno', covar=study / 'covar', out=out,"
        " threads=1), die)"
    )
    died = subprocess.run([sys.executable, "-c", code, study, tmp_path / "killed"], check=False, env=os.environ)
    assert died.returncode == -signal.SIGKILL
    assert len(list((tmp_path / "killed" / "parts").glob("*.height.tsv"))) >= 1
    scan(request_for(study, tmp_path / "killed"))
    assert tables(tmp_path / "whole") == tables(tmp_path / "killed")


def test_parts_of_another_scan_are_not_mixed_in(study, tmp_path):
    asked = request_for(study, tmp_path)
    ledger = Ledger(tmp_path / "parts", fingerprint(asked))
    ledger.begin(restart=False)
    ledger.keep(0, {"height.tsv": b"a line\n"})
    with pytest.raises(ScanError, match="another scan"):
        scan(request_for(study, tmp_path, test="linear"))
    scan(request_for(study, tmp_path, test="linear", restart=True))


def test_males_on_x_and_y_are_haploid(study):
    bed = open_bed(study / "study")
    raw = encode(np.array([[1, 1, 2, 2, 0, 0, -1, 1] + [0] * 142], np.int8))
    on_x, on_y = haploid(raw, "X", bed.people), haploid(raw, "Y", bed.people)
    assert decode(on_x, 150)[0, :8].tolist() == [-1, 1, 2, 2, 0, 0, -1, 1]
    assert decode(on_y, 150)[0, :8].tolist() == [-1, -1, 2, -1, 0, -1, -1, -1]
    assert haploid(raw, "", bed.people) is raw


def test_parts_never_straddle_the_sex_chromosomes(study, tmp_path):
    keys = [(part.key, len(part.rows)) for part in make_plan(request_for(study, tmp_path)).parts]
    assert keys == [("", 1024), ("", 1024), ("", 752), ("X", 150), ("Y", 50)]


def test_lists_choose_people_and_variants(study, tmp_path):
    (tmp_path / "people").write_text("".join(f"F{i} P{i}\n" for i in range(100)))
    (tmp_path / "names").write_text("rs10\nrs11 rs2999\nrs7\nnothing\n")
    (tmp_path / "not").write_text("rs11\n")
    asked = request_for(
        study,
        tmp_path / "out",
        traits=("height",),
        keep=(tmp_path / "people",),
        extract=(tmp_path / "names",),
        exclude=(tmp_path / "not",),
    )
    (summary,) = scan(asked)
    assert summary.people == 100
    rows = [row.split("\t") for row in (tmp_path / "out" / "height.tsv").read_text().splitlines()[1:]]
    assert [(row[0], row[9]) for row in rows] == [("1", "rs7"), ("1", "rs10"), ("24", "rs2999")]


def test_step_one_predictions_are_taken_off(study, tmp_path):
    people = [f"F{i}_P{i}" for i in range(150)]
    height = [line.split()[2] for line in (study / "pheno").read_text().splitlines()[1:]]
    (tmp_path / "h.loco").write_text(
        "FID_IID "
        + " ".join(people)
        + "\n"
        + "".join(f"{code} " + " ".join(height if code == 2 else ["0"] * 150) + "\n" for code in (1, 2, 23, 24))
    )
    (tmp_path / "list").write_text("height h.loco\n")
    asked = request_for(study, tmp_path / "out", traits=("height",), predictions=(tmp_path / "list",))
    (summary,) = scan(asked)
    assert "nothing is left" in summary.refused or "the same value" in summary.refused
    assert summary.variants + summary.left_out == 2_200


def test_wrong_requests_are_answered_in_words(study, tmp_path, capsys):
    command = COMMANDS[0]
    parser = ArgumentParser()
    command.options(parser)
    base = ["--bfile", str(study / "study"), "--out", str(tmp_path), "--quiet", "--pheno"]
    assert command.run(parser.parse_args([*base, str(study / "nothing")])) == 2
    assert "there is no such file" in capsys.readouterr().err
    assert command.run(parser.parse_args([*base, str(study / "pheno"), "--test", "logistic"])) == 2
    assert "two classes" in capsys.readouterr().err
    assert command.run(parser.parse_args([*base, str(study / "pheno"), "--pheno-name", "height"])) == 0
    assert "height: 150 people" in capsys.readouterr().out


def test_inflation_is_one_for_chance_and_more_for_inflated_results():
    uniform = -np.log10((np.arange(10_000) + 0.5) / 10_000)
    assert lambda_gc(uniform) == pytest.approx(1, abs=1e-3)
    assert lambda_gc(uniform * 1.3) > 1.2


def test_progress_says_how_long_is_left():
    assert line(500, 2_000, 500, 10.0) == "25 %  500 of 2,000 variants  50 a second  30 s left"
    assert [duration(9), duration(200), duration(7_500)] == ["9 s", "3 min 20 s", "2 h 5 min"]


def test_the_numba_scan_writes_the_same_numbers(study, tmp_path):
    scan(request_for(study, tmp_path / "kernel", traits=("weight", "ill")))
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from citywide.systems.genomics.engine import Request, scan\n"
        "study, out = map(Path, sys.argv[1:])\n"
        "scan(Request(data=study / 'study', pheno=study / 'pheno', covar=study / 'covar', out=out,"
        " traits=('weight', 'ill'), threads=1))"
    )
    environment = {**os.environ, "CITYWIDE_KERNEL": "numba"}
    subprocess.run([sys.executable, "-c", code, study, tmp_path / "numba"], check=True, env=environment)
    for name in ("weight.tsv", "ill.tsv"):
        a, b = (
            [line.split("\t") for line in (tmp_path / side / name).read_text().splitlines()[1:]]
            for side in ("kernel", "numba")
        )
        assert [row[:4] + row[8:11] + row[12:] for row in a] == [row[:4] + row[8:11] + row[12:] for row in b]
        first, second = (np.array([[float(row[i]) for i in (4, 5, 6, 11)] for row in side]) for side in (a, b))
        assert np.allclose(first, second, rtol=1e-6, atol=1e-9)
    assert compiled.level() in (*compiled.LEVELS, "numba")
