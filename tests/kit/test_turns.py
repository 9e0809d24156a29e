"""Only one heavy process at a time, however its turn began and ended."""

import subprocess
import sys
from pathlib import Path

from citywide.kit.turns import turn, turn_if_free


def test_a_turn_is_refused_while_another_works_and_free_again_afterwards(tmp_path: Path) -> None:
    with turn(tmp_path), turn_if_free(tmp_path) as refused:
        assert refused is None
    with turn_if_free(tmp_path) as free:
        assert free is not None


def test_a_child_keeps_the_turn_that_it_inherits_until_it_ends(tmp_path: Path) -> None:
    with turn_if_free(tmp_path) as mine:
        assert mine is not None
        waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        child = subprocess.Popen(waits, stdin=subprocess.PIPE, pass_fds=[mine.fileno()])
    with turn_if_free(tmp_path) as refused:
        assert refused is None
    child.communicate(b"")
    with turn_if_free(tmp_path) as free:
        assert free is not None
