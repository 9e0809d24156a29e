import json
from argparse import ArgumentParser
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.commands.verify import VERIFY
from citywide.hub.evidence.keys import Kind, SecretKey, name_after
from citywide.hub.evidence.notes import Checkpoint, sign
from citywide.hub.evidence.proofs import consistency_proof, inclusion_proof
from citywide.hub.evidence.tree import edge_of
from citywide.hub.evidence.verify import PROVEN, REFUTED, UNREADABLE, proof_file, verify, verify_file

from .logs import a_log, entries_of

MOMENT = datetime(2026, 5, 4, 8, 2, tzinfo=UTC)
KEY = SecretKey("city.example/log", Kind.ED25519, bytes(32))
ENTRIES = [*entries_of(41), b'{"alarm": "12 cm of water at Elm Street"}', *entries_of(60)]
HASHES = a_log(ENTRIES).hashes


def a_checkpoint(size, root=None):
    return sign(Checkpoint(KEY.name, size, root or edge_of(size, HASHES).root), [KEY], MOMENT)


def a_document(index=41, size=102):
    proof = inclusion_proof(index, size, HASHES)
    return json.loads(proof_file(ENTRIES[index], index, proof, a_checkpoint(size), size, KEY.public.text))


def text(hashes):
    return [b64encode(part).decode() for part in hashes]


def test_a_proof_as_downloaded_is_proven_in_words():
    answer = verify(a_document(), KEY.public.text)
    assert answer.status == PROVEN
    assert answer.lines == (
        "PROVEN: entry 41 is in the log city.example/log, which had 102 entries.",
        'The entry reads: {"alarm": "12 cm of water at Elm Street"}',
        "The checkpoint is signed by city.example/log.",
    )


def test_a_proof_under_its_own_key_says_that_the_key_must_be_compared():
    assert f"Compare it with the one that the city publishes: {KEY.public.text}" in verify(a_document()).lines[-1]


def test_growth_since_an_earlier_checkpoint_is_shown():
    earlier = {"checkpoint": a_checkpoint(50), "hashes": text(consistency_proof(50, 102, HASHES))}
    answer = verify(a_document() | {"earlier": earlier})
    assert answer.status == PROVEN
    assert "only grown since the earlier checkpoint of 50 entries" in "\n".join(answer.lines)


def test_a_log_that_goes_on_from_a_backup_is_one_with_what_it_kept_and_not_with_what_it_forgot():
    """It is signed by the same key under another name, so that no name stands for two histories."""
    again = SecretKey(name_after(KEY.name, ["20260504T090000Z", "20260505T090000Z"]), KEY.kind, KEY.seed)
    now = sign(Checkpoint(again.name, 102, edge_of(102, HASHES).root), [again], MOMENT)
    kept = {"checkpoint": a_checkpoint(50), "hashes": text(consistency_proof(50, 102, HASHES))}
    forgotten = {"checkpoint": a_checkpoint(60, bytes(32)), "hashes": text(consistency_proof(60, 102, HASHES))}
    for earlier, status in ((kept, PROVEN), (forgotten, REFUTED)):
        assert verify(a_document() | {"checkpoint": now, "earlier": earlier}, again.public.text).status == status
    assert verify(a_document(), again.public.text).status == PROVEN  # what was downloaded before
    assert verify(a_document() | {"checkpoint": now}, KEY.public.text).status == REFUTED


def test_a_rewritten_history_is_refuted():
    earlier = {"checkpoint": a_checkpoint(50, bytes(32)), "hashes": text(consistency_proof(50, 102, HASHES))}
    answer = verify(a_document() | {"earlier": earlier})
    assert answer.status == REFUTED
    assert "does not begin with what it held" in answer.lines[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"entry": b64encode(b"13 cm").decode()}, "something was altered"),
        ({"index": 40}, "something was altered"),
        ({"index": 10**30}, "something was altered"),
        ({"size": 101}, "the proof is for a log of 101 entries"),
        ({"hashes": []}, "something was altered"),
        ({"checkpoint": a_checkpoint(102, bytes(32))}, "something was altered"),
        ({"checkpoint": a_checkpoint(102).replace("102", "103")}, "does not fit the checkpoint"),
        ({"checkpoint": "nonsense"}, "a signed note is"),
        (
            {"public_key": SecretKey(KEY.name, Kind.ED25519, bytes([1]) * 32).public.text},
            "none of the given keys",
        ),
    ],
)
def test_whatever_was_altered_is_refuted_in_words(change, words):
    answer = verify(a_document() | change)
    assert answer.status == REFUTED
    assert words in answer.lines[0]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(sorted(a_document())), inner),
        max_leaves=12,
    ),
    st.sampled_from([*sorted(a_document()), "earlier"]),
)
def test_nonsense_never_ends_in_a_traceback(nonsense, name):
    assert verify(nonsense).status == UNREADABLE
    assert verify(a_document() | {name: nonsense}).lines
    assert verify(a_document() | {"earlier": {"checkpoint": nonsense, "hashes": nonsense}}).lines


def command(capsys, *arguments):
    parser = ArgumentParser()
    VERIFY.options(parser)
    status = VERIFY.run(parser.parse_args(list(map(str, arguments))))
    return status, capsys.readouterr().out


def test_the_command_answers_by_its_status_and_its_words(tmp_path, capsys):
    file, key = tmp_path / "proof.json", tmp_path / "log.key"
    file.write_text(json.dumps(a_document()))
    key.write_text(KEY.public.text + "\n")
    assert command(capsys, file, "--key", key)[0] == PROVEN
    assert command(capsys, file, "--key", KEY.public.text)[0] == PROVEN
    status, said = command(capsys, file, "--key", tmp_path / "nobody")
    assert (status, said.splitlines()[0][:16]) == (UNREADABLE, "NOT A PROOF FILE")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 100_000, b"{", b"null"])
def test_a_file_that_is_no_proof_gets_a_clear_answer(tmp_path, content):
    file = tmp_path / "proof.json"
    file.write_bytes(content)
    assert verify_file(file).status == UNREADABLE
    assert verify_file(tmp_path / "missing").lines[0].startswith("NOT A PROOF FILE: the file cannot be read")
