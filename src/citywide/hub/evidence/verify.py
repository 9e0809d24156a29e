"""Check a downloaded proof offline, and say in words what it shows.

A proof file is JSON. It must have `entry` (base64), `index`, `size`, `hashes` (base64, from the leaf
upwards), `checkpoint` (the signed note) and `public_key` (`name+id+base64`). It may have `earlier`, an object
with the `checkpoint` of an earlier day and the `hashes` which show that the log has only grown since.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from citywide.hub.evidence.keys import KeyTextError, PublicKey, formerly, parse_key
from citywide.hub.evidence.notes import Checkpoint, NoteError, read
from citywide.hub.evidence.proofs import verify_consistency, verify_inclusion
from citywide.hub.evidence.tree import leaf_hash

PROVEN, REFUTED, UNREADABLE = 0, 1, 2

SAYS = {
    "proven": "PROVEN: entry {index} is in the log {origin}, which had {size} entries.",
    "text": "The entry reads: {text}",
    "signed": "The checkpoint is signed by {names}.",
    "trust": "The key came with the file. Compare it with the one that the city publishes: {key}",
    "grown": "The log has only grown since the earlier checkpoint of {size} entries: nothing was changed.",
    "refuted": "REFUTED: {reason}",
    "not_in": "the hashes do not lead from the entry to the signed root; something was altered.",
    "wrong_size": "the proof is for a log of {claimed} entries, but the checkpoint is signed for {signed}.",
    "rewritten": "the log does not begin with what it held at the earlier checkpoint of {size} entries.",
    "unreadable": "NOT A PROOF FILE: {reason}",
    "missing": "`{name}` is missing or is not {form}.",
    "no_file": "the file cannot be read ({why}).",
    "no_json": "the file is not JSON.",
}


@dataclass(frozen=True)
class Answer:
    """What the proof shows: the exit status, and the lines for a reader."""

    status: int
    lines: tuple[str, ...]


class _UnreadableError(Exception):
    """The file lacks something that a proof must have."""


class _RefutedError(Exception):
    """The proof is complete, and does not hold."""


def proof_file(entry: bytes, index: int, proof: Sequence[bytes], checkpoint: str, size: int, key: str) -> str:
    """A proof as the file that residents download and this module checks."""
    document = {
        "entry": _text(entry),
        "index": index,
        "size": size,
        "hashes": [_text(part) for part in proof],
    }
    return json.dumps(document | {"checkpoint": checkpoint, "public_key": key}, indent=1, ensure_ascii=False)


def verify(document: object, trusted: str | None = None) -> Answer:
    """Judge a parsed proof file, under the key given or else under the key that it carries."""
    try:
        return Answer(PROVEN, tuple(_proven(_mapping(document, "the document"), trusted)))
    except _UnreadableError as error:
        return Answer(UNREADABLE, (SAYS["unreadable"].format(reason=error),))
    except (_RefutedError, NoteError) as error:
        return Answer(REFUTED, (SAYS["refuted"].format(reason=error),))


def verify_file(path: Path, trusted: str | None = None) -> Answer:
    """Judge the proof in a file."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        return Answer(UNREADABLE, (SAYS["unreadable"].format(reason=_cannot_read(error)),))
    except (ValueError, RecursionError):
        return Answer(UNREADABLE, (SAYS["unreadable"].format(reason=SAYS["no_json"]),))
    return verify(document, trusted)


def _proven(document: Mapping[str, Any], trusted: str | None) -> list[str]:
    entry, index = _bytes(document, "entry"), _number(document, "index")
    key = _key(trusted if trusted is not None else _string(document, "public_key"))
    checkpoint, signatures = read(_string(document, "checkpoint"), [key, *formerly(key)])
    _check_inclusion(document, entry, index, checkpoint)
    names = ", ".join(signature.key.name for signature in signatures)
    said = [SAYS["proven"].format(index=index, origin=checkpoint.origin, size=checkpoint.size)]
    said += [SAYS["text"].format(text=text)] if (text := _printable(entry)) else []
    said += [SAYS["signed"].format(names=names), *_growth(document, key, checkpoint)]
    return said if trusted is not None else [*said, SAYS["trust"].format(key=key.text)]


def _check_inclusion(document: Mapping[str, Any], entry: bytes, index: int, checkpoint: Checkpoint) -> None:
    size, proof = _number(document, "size"), _hashes(document)
    if size != checkpoint.size:
        raise _RefutedError(SAYS["wrong_size"].format(claimed=size, signed=checkpoint.size))
    if not verify_inclusion(index, size, leaf_hash(entry), proof, checkpoint.root):
        raise _RefutedError(SAYS["not_in"])


def _growth(document: Mapping[str, Any], key: PublicKey, now: Checkpoint) -> list[str]:
    if document.get("earlier") is None:
        return []
    earlier = _mapping(document["earlier"], "`earlier`")
    then, _ = read(_string(earlier, "checkpoint"), [key, *formerly(key)])
    if not verify_consistency(then.size, now.size, then.root, now.root, _hashes(earlier)):
        raise _RefutedError(SAYS["rewritten"].format(size=then.size))
    return [SAYS["grown"].format(size=then.size)]


def _key(text: str) -> PublicKey:
    try:
        return parse_key(text)
    except KeyTextError as error:
        raise _UnreadableError(f"{error}.") from error


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _UnreadableError(f"{name} is not an object with names.")
    return cast("Mapping[str, Any]", value)


def _string(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise _UnreadableError(SAYS["missing"].format(name=name, form="a text"))
    return value


def _number(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _UnreadableError(SAYS["missing"].format(name=name, form="a whole number"))
    return value


def _hashes(document: Mapping[str, Any]) -> list[bytes]:
    values = document.get("hashes")
    if not isinstance(values, list):
        raise _UnreadableError(SAYS["missing"].format(name="hashes", form="a list"))
    return [_bytes({"hashes": value}, "hashes") for value in cast("list[object]", values)]


def _bytes(document: Mapping[str, Any], name: str) -> bytes:
    try:
        return b64decode(_string(document, name), validate=True)
    except ValueError as error:
        raise _UnreadableError(SAYS["missing"].format(name=name, form="base64")) from error


def _printable(entry: bytes) -> str:
    try:
        text = entry.decode()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


def _cannot_read(error: OSError) -> str:
    return SAYS["no_file"].format(why=error.strerror or type(error).__name__)
