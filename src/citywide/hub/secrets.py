"""The hub's own secrets: made once, readable by nobody else, never in the database's dumps."""

import os
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes

from citywide.hub.evidence.keys import Kind, SecretKey, ml_dsa_available, name_after

RESTORED = "evidence.restored"
MOST_NAMED = 7  # times in a log's name, which has 255 bytes in a cosignature


def evidence_keys(data: Path, origin: str, *, post_quantum: bool = False) -> tuple[SecretKey, ...]:
    """The keys that sign checkpoints, the log's own first; a second machine is given the same files."""
    name = name_after(origin, _restored(data))
    own = SecretKey(name, Kind.ED25519, _secret(data / "evidence.key"))
    if not post_quantum:
        return (own,)
    if not ml_dsa_available():
        raise RuntimeError("this machine's `cryptography` has no ML-DSA: run without --post-quantum")
    return own, SecretKey(name, Kind.ML_DSA_44_COSIGNATURE, _secret(data / "evidence-ml-dsa.key"))


def peer_secret(data: Path) -> bytes:
    """What workers prove to one another that they belong to the same city."""
    return _secret(data / "peers.key")


def begin_another_log(before: Path, restored: Path, now: datetime) -> None:
    """A restored city forgets what came after: its log goes on under another name, or two would be signed by one."""
    whens = [*_restored(before), f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"][-MOST_NAMED:]
    (restored / RESTORED).write_text("\n".join(whens))


def _restored(data: Path) -> list[str]:
    file = data / RESTORED
    return file.read_text().split() if file.exists() else []


def _secret(file: Path) -> bytes:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_once(file)
    return b64decode(file.read_text())


def _write_once(file: Path) -> None:
    draft = file.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(b64encode(token_bytes(32)))
    try:
        os.link(draft, file)  # whoever comes second keeps the first one's secret
    except FileExistsError:
        pass
    finally:
        draft.unlink()
