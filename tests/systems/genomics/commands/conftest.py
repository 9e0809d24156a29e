"""A small study that the commands are tried on."""

from pathlib import Path

import numpy as np
import pytest

from tests.systems.genomics.commands.typed import CHROMOSOMES, PEOPLE
from tests.systems.genomics.made_studies import write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("commands"), np.random.default_rng(5)
    frequency = np.linspace(0.005, 0.5, 60)
    copies = random.binomial(2, frequency[:, None], (60, PEOPLE)).astype(np.int8)
    copies[random.random(copies.shape) < np.linspace(0, 0.3, 60)[::-1, None]] = -1
    copies[30] = np.where(np.arange(PEOPLE) < 60, 1, 1)
    write(folder, copies, CHROMOSOMES, [1 + i % 2 for i in range(PEOPLE)])
    rows = [(random.normal(), random.normal(), i // 2 % 2, i // 3 % 2 + 1) for i in range(PEOPLE)]
    (folder / "y").write_text(
        "FID IID y1 y2 ill sick\n"
        + "".join(f"F{i} P{i} {a:.5f} {b:.5f} {c} {d}\n" for i, (a, b, c, d) in enumerate(rows))
    )
    pcs = random.normal(size=(PEOPLE, 4))
    (folder / "c").write_text(
        "FID IID age PC1 PC2 PC3\n"
        + "".join(f"F{i} P{i} " + " ".join(map(repr, row)) + "\n" for i, row in enumerate(pcs.tolist()))
    )
    return folder
