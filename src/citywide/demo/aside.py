"""What a hub refused for good is shown and set aside, one line a batch, for whoever looks why."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog

from citywide.hub.vocabulary.things import Reading

MOST = 1000
log = structlog.get_logger()


class Aside:
    """A file of refused batches; without one they are shown alone."""

    def __init__(self, file: Path | None) -> None:
        self.file, self.count = file, 0

    def put(self, readings: Sequence[Reading], why: Exception) -> None:
        """Show it, and keep it while there is room."""
        self.count += 1
        log.warning("batch_set_aside", readings=len(readings), error=str(why), file=str(self.file))
        if self.file is not None and self.count <= MOST:
            with self.file.open("ab") as lines:
                lines.write(msgspec.json.encode({"why": str(why), "readings": readings}) + b"\n")
