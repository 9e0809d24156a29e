"""Keys of signed notes: Ed25519 for the log, timestamped Ed25519 and ML-DSA-44 for those who cosign."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Any, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519

SEED_BYTES = 32
RESTORED = "/restored-"  # in a log's name, before the moment at which it went on from a backup


class Kind(IntEnum):
    """The signature types of C2SP signed-note and tlog-cosignature."""

    ED25519 = 1
    ED25519_COSIGNATURE = 4
    ML_DSA_44_COSIGNATURE = 6


_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")

PUBLIC_BYTES = {Kind.ED25519: 32, Kind.ED25519_COSIGNATURE: 32, Kind.ML_DSA_44_COSIGNATURE: 1312}


class KeyTextError(ValueError):
    """A text that is no key of a signed note."""


@dataclass(frozen=True)
class PublicKey:
    """A name with a public key, as a reader of the log is given it."""

    name: str
    kind: Kind
    raw: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that, with the name, say which key signed."""
        return sha256(self.name.encode() + b"\n" + self._material).digest()[:4]

    @property
    def text(self) -> str:
        """The key in one line, `name+id+base64`, the form that C2SP calls a vkey."""
        return f"{self.name}+{self.id.hex()}+{b64encode(self._material).decode()}"

    @property
    def _material(self) -> bytes:
        return bytes([self.kind]) + self.raw

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the key made this signature of this message."""
        try:
            _public(self.kind).from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SecretKey:
    """A name with the seed of a private key; its text form never shows the seed."""

    name: str
    kind: Kind
    seed: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != SEED_BYTES:
            raise KeyTextError(f"a seed has {SEED_BYTES} bytes")

    def __repr__(self) -> str:
        return f"SecretKey(name={self.name!r}, kind={self.kind.name})"

    @property
    def public(self) -> PublicKey:
        """The key that others check with."""
        return PublicKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The bare signature of a message."""
        return self._private().sign(message)

    def _private(self) -> Any:
        return _private(self.kind)(self.seed)


def parse_key(text: str) -> PublicKey:
    """The public key in a line `name+id+base64`; a key whose id does not fit is refused."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    check_name(name)
    material = _decoded(encoded)
    key = PublicKey(name, _kind(material), material[1:])
    if len(key.raw) != PUBLIC_BYTES[key.kind] or key.id.hex() != key_id:
        raise KeyTextError("the key is damaged: its id or its length does not fit")
    return key


def name_after(origin: str, restored: Iterable[str]) -> str:
    """What a log is called that has gone on from a backup so many times."""
    return RESTORED.join([origin, *restored])


def formerly(key: PublicKey) -> list[PublicKey]:
    """The same key under the names that its log had before it went on from a backup, the newest first."""
    name, found = key.name, list[PublicKey]()
    while RESTORED in name:
        name = name.rpartition(RESTORED)[0]
        found.append(PublicKey(name, key.kind, key.raw))
    return found


def check_name(name: str) -> None:
    """Refuse a key name that a signature line could not carry."""
    if not _NAME.fullmatch(name):
        raise KeyTextError(f"a key name has no spaces and no plus, and is not empty: {name!r}")


def ml_dsa_available() -> bool:
    """Whether the installed `cryptography` can make and check ML-DSA-44 signatures."""
    try:
        _private(Kind.ML_DSA_44_COSIGNATURE)(bytes(SEED_BYTES))
    except UnsupportedAlgorithm:
        return False
    return True


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except ValueError as error:
        raise KeyTextError("the key is not of the form name+id+base64") from error


def _kind(material: bytes) -> Kind:
    try:
        return Kind(material[0])
    except (IndexError, ValueError) as error:
        raise KeyTextError("the key is of a signature type not known here") from error


def _private(kind: Kind) -> Callable[[bytes], Any]:
    if kind is Kind.ML_DSA_44_COSIGNATURE:
        return _ml_dsa().MLDSA44PrivateKey.from_seed_bytes
    return ed25519.Ed25519PrivateKey.from_private_bytes


def _public(kind: Kind) -> Any:
    return _ml_dsa().MLDSA44PublicKey if kind is Kind.ML_DSA_44_COSIGNATURE else ed25519.Ed25519PublicKey


def _ml_dsa() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa  # noqa: PLC0415 - older versions lack it
    except ImportError as error:
        raise UnsupportedAlgorithm("this version of `cryptography` has no ML-DSA") from error
    return cast("Any", mldsa)
