"""What a file holds, as a name that nothing else has."""

import hashlib
from pathlib import Path

from citywide.systems.genomics.engine.files.wrong import FileError


def sha256(path: Path) -> str:
    """A file's hash, read in pieces."""
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
