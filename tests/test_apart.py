"""What begins without the hub."""

import subprocess
import sys

import pytest

from citywide.commands.apart import ALONE
from citywide.systems.genomics.cli import COMMANDS

HEAVY = ("citywide.app", "citywide.hub.running", "litestar", "numba", "scipy", "pyarrow")


def test_a_command_apart_is_one_of_its_systems() -> None:
    assert ALONE.keys() <= {command.name for command in COMMANDS}
    assert set(ALONE.values()) == {"genomics"}


@pytest.mark.parametrize("word", ALONE)
def test_a_scan_of_genomes_loads_neither_the_hub_nor_a_compiler(word: str) -> None:
    code = (
        "import sys\nfrom citywide import cli\n"
        "try:\n    cli.main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        f"print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, word, "--help"], capture_output=True, text=True, check=True)
    assert f"citywide {word}" in done.stdout
    assert not done.stderr.strip()
