"""A variant's genotype block of a `.bgen`: unpacked, and its probabilities as dosages."""

import mmap
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEAD, MISSING, PLOIDY = 8, 0x80, 0x3F
WORDS = {8: np.uint8, 16: np.uint16, 32: np.uint32}
DIPLOID = 2


class Block:
    """Ploidy, missing people and probabilities (whole numbers, `whole` is one) of a variant."""

    def __init__(self, raw: bytes, people: int) -> None:
        """Read the block; refuse one that is not of so many people with two alleles."""
        count, alleles = struct.unpack_from("<IH", raw)
        if count != people or alleles != DIPLOID:
            raise ValueError(f"{count} people and {alleles} alleles, expected {people} and 2")
        kinds = np.frombuffer(raw, np.uint8, people, HEAD)
        self.ploidy, self.missing = kinds & PLOIDY, (kinds & MISSING) > 0
        phased, bits = struct.unpack_from("<BB", raw, HEAD + people)
        self.phased, self.whole = bool(phased), (1 << bits) - 1
        self.uniform = bool((self.ploidy == DIPLOID).all())
        if not 1 <= bits <= 32 or int(self.ploidy.max(initial=0)) > DIPLOID:
            raise ValueError(f"{bits} bits and ploidy {int(self.ploidy.max(initial=0))} are not read here")
        self.values = words(raw, HEAD + people + 2, bits, int(self.ploidy.sum(dtype=np.int64)))


def words(raw: bytes, at: int, bits: int, count: int) -> NDArray[Any]:
    """So many numbers of `bits` bits, the lowest bit first."""
    if len(raw) - at != -(-count * bits // 8):
        raise ValueError(f"{len(raw) - at} bytes of probabilities, expected {-(-count * bits // 8)}")
    if bits in WORDS:
        return np.frombuffer(raw, np.dtype(WORDS[bits]).newbyteorder("<"), count, at)
    loose = np.unpackbits(np.frombuffer(raw, np.uint8, offset=at), bitorder="little")[: count * bits]
    return loose.reshape(count, bits) @ (1 << np.arange(bits, dtype=np.int64))


def dosage(block: Block, of_first: bool) -> NDArray[np.float32]:
    """Copies of the second allele (or the first), 0 … 2 for everybody, NaN where missing."""
    first, second = pair(block)
    if not block.phased and int((first + second).max(initial=0)) > block.whole:
        raise ValueError("probabilities above one")
    copies = first + second if block.phased else 2 * first + second
    copies = np.where(block.ploidy == 1, 2 * first, copies)
    whole = copies if of_first else 2 * block.whole - copies
    found = (whole / block.whole).astype(np.float32)
    found[block.missing | (block.ploidy == 0)] = np.nan
    return found


def pair(block: Block) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each person's two numbers; who has one copy has 0 as the second."""
    values = block.values.astype(np.int64)
    if block.uniform:
        return values[0::2], values[1::2]
    size = block.ploidy.astype(np.int64)
    padded = np.append(values, [0, 0])
    starts = np.cumsum(size) - size
    return np.where(size > 0, padded[starts], 0), np.where(size == DIPLOID, padded[starts + 1], 0)


def expand(raw: mmap.mmap, at: int, compression: str) -> bytes:
    """The block that begins here, unpacked."""
    size = struct.unpack_from("<I", raw, at)[0]
    if compression == "none":
        return raw[at + 4 : at + 4 + size]
    length = struct.unpack_from("<I", raw, at + 4)[0]
    packed = raw[at + 8 : at + 4 + size]
    found = zlib.decompress(packed) if compression == "zlib" else zstd(packed, length)
    if len(found) != length:
        raise ValueError(f"{len(found)} bytes unpacked, expected {length}")
    return found


def zstd(packed: bytes, length: int) -> bytes:
    """Unpacked with the codec that the column tables use."""
    import pyarrow as pa  # noqa: PLC0415 - loads slowly, and few files are packed so

    return pa.Codec("zstd").decompress(packed, length, asbytes=True)
