"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from citywide.hub.evidence.keys import Kind, PublicKey, SecretKey
from citywide.hub.evidence.tree import HASH_BYTES

MOST_SIGNATURES = 100
LONGEST_NOTE = 1_000_000

_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")
_UNFIT = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note that cannot be trusted, with the reason in words."""


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: who it is, how many entries it has, and their root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The lines that are signed."""
        root = b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), root, *self.extensions))


@dataclass(frozen=True)
class Signature:
    """One good signature of a note; cosigners say when they made theirs."""

    key: PublicKey
    at: datetime | None = None


def sign(checkpoint: Checkpoint, keys: Sequence[SecretKey], at: datetime) -> str:
    """The checkpoint as a signed note; `at` is the time that cosignatures carry."""
    return with_signatures(f"{checkpoint.text}\n", checkpoint, keys, at)


def with_signatures(note: str, checkpoint: Checkpoint, keys: Iterable[SecretKey], at: datetime) -> str:
    """A note with more signatures below those it has, as a witness adds its own."""
    seconds = int(at.timestamp())
    return note + "".join(_line(key.public, _signature(checkpoint, key, seconds)) for key in keys)


def read(note: str, keys: Sequence[PublicKey]) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """The checkpoint in a note that at least one of these keys signed, and their signatures.

    Signatures by others are passed over; a false one under a known key spoils the whole note.
    """
    text, lines = _parts(note)
    checkpoint = parse_checkpoint(text)
    found = [_checked(checkpoint, key, blob) for key, blob in _known(lines, keys)]
    if not found:
        raise NoteError("none of the given keys signed this checkpoint")
    return checkpoint, tuple(found)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("a checkpoint has at least three lines, none of them empty")
    if not _SIZE.fullmatch(lines[1]):
        raise NoteError(f"the second line of a checkpoint is the size of the log, not {lines[1]!r}")
    return Checkpoint(lines[0], int(lines[1]), _root(lines[2]), tuple(lines[3:-1]))


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > LONGEST_NOTE or _UNFIT.search(note):
        raise NoteError("the note is too long, or holds control characters or broken UTF-8")
    text, gap, tail = note.rpartition("\n\n")
    if not gap or not tail.endswith("\n"):
        raise NoteError("a signed note is a text, an empty line, and signatures, each ending its line")
    lines = tail.split("\n")[:-1]
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(f"the note has more than {MOST_SIGNATURES} signatures")
    return f"{text}\n", [_parsed(line) for line in lines]


def _parsed(line: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    blob = _decoded(found["signature"]) if found else b""
    if not found or len(blob) < 5:
        raise NoteError(f"this is no signature line: {line[:60]!r}")
    return found["name"], blob


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError:
        return b""


def _root(encoded: str) -> bytes:
    root = _decoded(encoded)
    if len(root) != HASH_BYTES or b64encode(root).decode() != encoded:
        raise NoteError("the third line of a checkpoint is the root hash, 32 bytes in base64")
    return root


def _known(lines: Iterable[tuple[str, bytes]], keys: Iterable[PublicKey]) -> list[tuple[PublicKey, bytes]]:
    by_id = {(key.name, key.id): key for key in keys}
    found = [(by_id.get((name, blob[:4])), blob[4:]) for name, blob in lines]
    return [(key, blob) for key, blob in found if key is not None]


def _checked(checkpoint: Checkpoint, key: PublicKey, blob: bytes) -> Signature:
    seconds, bare = (None, blob) if key.kind is Kind.ED25519 else (int.from_bytes(blob[:8], "big"), blob[8:])
    if not key.signed(_message(checkpoint, key.name, key.kind, seconds or 0), bare):
        raise NoteError(f"the signature of {key.name} does not fit the checkpoint: it was altered")
    return Signature(key, _moment(seconds))


def _moment(seconds: int | None) -> datetime | None:
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise NoteError("a cosignature carries an impossible time") from error


def _signature(checkpoint: Checkpoint, key: SecretKey, seconds: int) -> bytes:
    bare = key.sign(_message(checkpoint, key.name, key.kind, seconds))
    return bare if key.kind is Kind.ED25519 else seconds.to_bytes(8, "big") + bare


def _line(key: PublicKey, signature: bytes) -> str:
    return f"— {key.name} {b64encode(key.id + signature).decode()}\n"


def _message(checkpoint: Checkpoint, name: str, kind: Kind, seconds: int) -> bytes:
    if kind is Kind.ED25519:
        return checkpoint.text.encode()
    if kind is Kind.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {seconds}\n{checkpoint.text}".encode()
    return _subtree_message(checkpoint, name, seconds)


def _subtree_message(checkpoint: Checkpoint, name: str, seconds: int) -> bytes:
    """The whole tree as a subtree from 0 to its size; extension lines are not part of it."""
    numbers = (0).to_bytes(8, "big") + checkpoint.size.to_bytes(8, "big")
    named = _short(name) + seconds.to_bytes(8, "big") + _short(checkpoint.origin)
    return b"subtree/v1\n\x00" + named + numbers + checkpoint.root


def _short(text: str) -> bytes:
    raw = text.encode()
    if not 0 < len(raw) < 256:
        raise NoteError("a name in an ML-DSA cosignature has 1 to 255 bytes")
    return bytes([len(raw)]) + raw
