"""The database's buffers follow the machine, and the container within it."""

from pathlib import Path

from citywide.hub.database.memory import buffers_mb, memory_mb


def test_an_eighth_of_the_memory_within_bounds() -> None:
    assert [buffers_mb(memory) for memory in (512, 8_192, 1_000_000)] == [256, 1024, 1024]


def test_a_container_counts_for_the_machine(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    limit.write_text("536870912\n")
    assert memory_mb(limit) == 512
    limit.write_text("max\n")
    assert memory_mb(limit) == memory_mb(tmp_path / "no such file")
