"""How much of the machine's memory the embedded database takes for itself."""

import os
from contextlib import suppress
from pathlib import Path

LEAST_MB, MOST_MB = 256, 1024
CONTAINER = Path("/sys/fs/cgroup/memory.max")


def buffers_mb(memory_mb: int) -> int:
    """The index of a day's readings must fit, or each of them waits for the disk: an eighth, within bounds."""
    return max(LEAST_MB, min(memory_mb // 8, MOST_MB))


def memory_mb(container: Path = CONTAINER) -> int:
    """The machine's memory, or what its container may use of it."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        machine = min(machine, int(container.read_text()))
    return machine // 2**20
