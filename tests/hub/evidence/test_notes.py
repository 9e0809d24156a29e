from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.evidence.keys import KeyTextError, Kind, SecretKey, ml_dsa_available, parse_key
from citywide.hub.evidence.notes import Checkpoint, NoteError, parse_checkpoint, read, sign, with_signatures
from citywide.hub.secrets import evidence_keys

MOMENT = datetime(2026, 5, 4, 8, 2, tzinfo=UTC)
LOG = SecretKey("city.example/log", Kind.ED25519, bytes(range(32)))
WITNESS = SecretKey("witness.example/w1", Kind.ED25519_COSIGNATURE, bytes([1]) * 32)
POST_QUANTUM = SecretKey("witness.example/w2", Kind.ML_DSA_44_COSIGNATURE, bytes([2]) * 32)
CHECKPOINT = Checkpoint("city.example/log", 20852163, bytes(range(32)))

PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PUBLISHED_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
needs_ml_dsa = pytest.mark.skipif(not ml_dsa_available(), reason="this `cryptography` has no ML-DSA")


def test_the_published_key_of_signed_notes_is_read_and_its_signature_holds():
    key, blob = parse_key(PUBLISHED_KEY), b64decode(PUBLISHED_SIGNATURE)
    assert (key.name, key.text, key.id) == ("PeterNeumann", PUBLISHED_KEY, blob[:4])
    assert key.signed(PUBLISHED_TEXT.encode(), blob[4:])
    assert not key.signed(PUBLISHED_TEXT.encode() + b" ", blob[4:])


def test_a_checkpoint_is_three_lines_and_a_signature_over_them():
    note = sign(CHECKPOINT, [LOG], MOMENT)
    origin, size, root, empty, line, rest = note.split("\n")
    assert (origin, size, empty, rest) == ("city.example/log", "20852163", "", "")
    assert b64decode(root) == CHECKPOINT.root
    blob = b64decode(line.removeprefix("— city.example/log "))
    Ed25519PublicKey.from_public_bytes(LOG.public.raw).verify(blob[4:], CHECKPOINT.text.encode())


def test_a_cosignature_covers_its_own_time():
    note = sign(CHECKPOINT, [WITNESS], MOMENT)
    blob = b64decode(note.splitlines()[-1].split(" ")[2])
    message = f"cosignature/v1\ntime {int(MOMENT.timestamp())}\n{CHECKPOINT.text}".encode()
    Ed25519PublicKey.from_public_bytes(WITNESS.public.raw).verify(blob[12:], message)
    assert read(note, [WITNESS.public])[1][0].at == MOMENT


@needs_ml_dsa
def test_a_post_quantum_cosignature_holds_and_covers_name_time_origin_size_and_root():
    note = with_signatures(sign(CHECKPOINT, [LOG], MOMENT), CHECKPOINT, [POST_QUANTUM], MOMENT)
    checkpoint, signatures = read(note, [LOG.public, POST_QUANTUM.public])
    assert checkpoint == CHECKPOINT
    assert [signature.key.name for signature in signatures] == [LOG.name, POST_QUANTUM.name]
    other = sign(replace(CHECKPOINT, size=7), [LOG], MOMENT) + note.splitlines()[-1] + "\n"
    with pytest.raises(NoteError, match="altered"):
        read(other, [LOG.public, POST_QUANTUM.public])


@given(
    st.integers(0, 10**18),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text("abc 0", min_size=1), max_size=3),
)
def test_any_checkpoint_signed_is_read_back(size, root, extensions):
    checkpoint = Checkpoint("a log with spaces", size, root, tuple(extensions))
    assert parse_checkpoint(checkpoint.text) == checkpoint
    assert read(sign(checkpoint, [LOG, WITNESS], MOMENT), [LOG.public])[0] == checkpoint


@given(st.data())
def test_a_note_with_any_character_changed_is_not_believed_for_another_checkpoint(data):
    note = sign(CHECKPOINT, [LOG], MOMENT)
    place = data.draw(st.integers(0, len(note) - 1))
    changed = note[:place] + data.draw(st.characters(codec="utf-8")) + note[place + 1 :]
    with suppress(NoteError):
        assert read(changed, [LOG.public])[0] == CHECKPOINT


def test_signatures_of_strangers_are_passed_over_but_not_enough():
    note = sign(CHECKPOINT, [SecretKey("stranger.example", Kind.ED25519, bytes([3]) * 32), LOG], MOMENT)
    assert [signature.key.name for signature in read(note, [LOG.public])[1]] == [LOG.name]
    with pytest.raises(NoteError, match="none of the given keys"):
        read(note, [WITNESS.public])


def test_a_stranger_who_takes_the_log_name_is_still_a_stranger():
    with pytest.raises(NoteError, match="none of the given keys"):
        read(sign(CHECKPOINT, [SecretKey(LOG.name, Kind.ED25519, bytes([3]) * 32)], MOMENT), [LOG.public])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one\ntwo\n",
        "o\n01\nAAAA\n",
        "o\n-1\nAAAA\n",
        "o\n1\nAAAA\n",
        "o\n1\n\n",
        "o\n1\nnot base64!\n",
        "o\n1\nAAAA",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        "text\n\n",
        "\ud800\n\n— x AAAAAAAA\n",
        "a\n\n— x",
        "a\n\n— x AAAA\n",
        "a\t\n\n— x AAAAAAAA\n",
        "\n\n\n",
    ],
)
def test_a_text_that_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        read(note, [LOG.public])


def test_a_note_with_a_hundred_and_one_signatures_is_refused():
    line = sign(CHECKPOINT, [LOG], MOMENT).splitlines()[-1] + "\n"
    with pytest.raises(NoteError, match="more than 100"):
        read(CHECKPOINT.text + "\n" + line * 101, [LOG.public])


def test_a_cosignature_with_an_impossible_time_is_refused():
    key = SecretKey("w", Kind.ED25519_COSIGNATURE, bytes(32))
    seconds = 2**63 - 1
    signed = key.sign(f"cosignature/v1\ntime {seconds}\n{CHECKPOINT.text}".encode())
    line = sign(CHECKPOINT, [key], MOMENT).splitlines()[-1]
    blob = b64decode(line.split(" ")[2])[:4] + seconds.to_bytes(8, "big") + signed
    with pytest.raises(NoteError, match="impossible time"):
        read(f"{CHECKPOINT.text}\n— w {b64encode(blob).decode()}\n", [key.public])


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+b+!", "a+b+AAAA", "a b+c+AQ==", PUBLISHED_KEY[:-4], "x" + PUBLISHED_KEY]
)
def test_a_damaged_key_is_refused(text):
    with pytest.raises(KeyTextError):
        parse_key(text)


@pytest.mark.parametrize("kind", [Kind.ED25519, pytest.param(Kind.ML_DSA_44_COSIGNATURE, marks=needs_ml_dsa)])
def test_a_key_read_back_from_its_line_is_the_same(kind):
    key = SecretKey("city.example/log", kind, bytes(range(32)))
    assert parse_key(key.public.text) == key.public
    assert key.seed.hex() not in repr(key)


@pytest.mark.parametrize(("name", "seed"), [("", bytes(32)), ("a b", bytes(32)), ("a+b", bytes(32)), ("a", b"short")])
def test_a_key_that_no_note_could_carry_is_not_made(name, seed):
    with pytest.raises(KeyTextError):
        SecretKey(name, Kind.ED25519, seed)


@needs_ml_dsa
def test_a_hub_that_is_asked_to_signs_by_both_of_its_keys_and_either_alone_is_enough(tmp_path):
    keys = evidence_keys(tmp_path, "city.example/log", post_quantum=True)
    note = sign(CHECKPOINT, keys, MOMENT)
    publics = [parse_key(key.public.text) for key in keys]
    assert [one.kind for one in publics] == [Kind.ED25519, Kind.ML_DSA_44_COSIGNATURE]
    assert [len(read(note, trusted)[1]) for trusted in (publics, publics[:1], publics[1:])] == [2, 1, 1]
    assert evidence_keys(tmp_path, "city.example/log") == keys[:1]
