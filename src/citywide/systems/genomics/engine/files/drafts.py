"""Files that appear only when they are whole, and leave nothing where they cannot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def put(path: Path, content: bytes, draft: Path | None = None) -> None:
    """Write a whole file."""
    with whole(path, draft) as out:
        out.write(content)


@contextmanager
def whole(path: Path, draft: Path | None = None) -> Iterator[IO[bytes]]:
    """A file to write to; on a full disc its half is taken away, which leaves room to say so."""
    draft = draft or path.with_name(path.name + ".draft")
    try:
        with draft.open("wb") as out:
            yield out
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
