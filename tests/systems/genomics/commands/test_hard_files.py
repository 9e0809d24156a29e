"""Files as people really bring them to the commands: without headers, marked, damaged, on chromosomes of one kind."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from tests.systems.genomics.commands.typed import command
from tests.systems.genomics.made_studies import drawn, write

PEOPLE, VARIANTS = 40, 12
TABLE = "".join(f"v{i}\tA\t0.{i + 1}\t{i}\n" for i in range(VARIANTS))


@pytest.fixture(scope="module")
def on_x(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("x")
    write(folder, drawn(np.random.default_rng(2), VARIANTS, PEOPLE), ["X"] * VARIANTS, [2] * PEOPLE)
    rows = "".join(f"F{i} P{i} {i % 7}\n" for i in range(PEOPLE))
    (folder / "y").write_text("FID IID y\n" + rows)
    return folder


def columns(path: Path) -> dict[str, list[str]]:
    head, *lines = (line.split("\t") for line in path.read_text().splitlines())
    return dict(zip(head, map(list, zip(*lines, strict=True)), strict=True))


@pytest.mark.parametrize(
    ("written", "names"),
    [
        pytest.param(TABLE.encode(), ("SCORE1", "SCORE2"), id="as plink2 reads it, without a header"),
        pytest.param(b"\xef\xbb\xbfID\tA1\tw\tz\n" + TABLE.encode(), ("w", "z"), id="marked by a spreadsheet"),
        pytest.param(gzip.compress(b"ID\tA1\tw\tz\n" + TABLE.encode()), ("w", "z"), id="gzipped, and not called so"),
    ],
)
def test_every_line_of_a_table_of_weights_counts(
    on_x: Path, tmp_path: Path, written: bytes, names: tuple[str, ...]
) -> None:
    (tmp_path / "plain").write_text("ID\tA1\tw\tz\n" + TABLE)
    (tmp_path / "w").write_bytes(written)
    for name in ("plain", "w"):
        words = f"--bfile {on_x}/study --score {tmp_path}/{name} 1 2 3 header --threads 1 --out {tmp_path}/of-{name}"
        assert command("score", words) == 0
    wanted, found = (columns(tmp_path / f"of-{name}" / "scores.sscore") for name in ("plain", "w"))
    assert [found[f"{name}_SUM"] for name in names] == [wanted["w_SUM"], wanted["z_SUM"]]


def test_scores_of_one_name_stand_apart(on_x: Path, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("ID\tA1\tw\n" + "".join(f"v{i}\tA\t1\n" for i in range(4)))
    assert command("score", f"--bfile {on_x}/study --score {tmp_path}/w {tmp_path}/w --out {tmp_path}/o") == 0
    found = columns(tmp_path / "o" / "scores.sscore")
    assert found["w_SUM"] == found["w_2_SUM"]


@pytest.mark.parametrize(
    ("name", "words", "says"),
    [
        ("qc", "--make-king-table --pca 2", "--make-king-table and --pca: no variant of chromosomes 1 to 22"),
        ("qc", "--indep-pairwise 0 0 0.2", "expected such as 50 5 0.2"),
        ("qc", "--indep-pairwise 50 5 2", "expected such as 50 5 0.2"),
        ("qc", "--indep-pairwise 50", "expected such as 50 5 0.2"),
        ("score", "--score {0}/y no-mean-imputation", "leave out no-mean-imputation"),
        ("score", "--score {0}/w --read-freq {0}/f", "no variant, allele and frequency in the line v0 A often"),
        ("score", "--score {0}/w --read-freq {0}/nothing", "no column ID"),
        ("gwas", "--pheno {0}/y --pred {0}/list", "loco: chromosome 1: could not convert string to float"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    on_x: Path, tmp_path: Path, name: str, words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (on_x / "w").write_text("ID\tA1\tw\n" + "v1\tA\t1\n")
    (on_x / "f").write_text("ID ALT ALT_FREQS\nv0 A often\n")
    (on_x / "nothing").write_text("")
    (on_x / "list").write_text("y the.loco\n")
    (on_x / "the.loco").write_text("FID_IID F0_P0 F1_P1\n\n1 0.5 x\n")
    assert command(name, f"--bfile {on_x}/study --out {tmp_path} {words.format(on_x)}") == 2
    assert says in capsys.readouterr().err


def test_a_window_in_kilobases_needs_no_step(on_x: Path, tmp_path: Path) -> None:
    for words in ("500kb 0.2", "500 kb 1 0.2", "500kb 1 0.2"):
        assert command("qc", f"--bfile {on_x}/study --out {tmp_path} --indep-pairwise {words}") == 0
