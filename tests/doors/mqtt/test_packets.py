"""However the bytes of a stream are cut, the same packets come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.doors.mqtt.packets import Message, Stream, publish

messages = st.lists(
    st.builds(Message, st.text(max_size=20), st.binary(max_size=300), st.none() | st.integers(1, 65_535)), max_size=8
)


@given(messages, st.integers(1, 97))
def test_packets_do_not_depend_on_how_the_stream_is_cut(sent: list[Message], size: int) -> None:
    data = b"".join(publish(each.topic, each.payload, each.number) for each in sent)
    stream = Stream()
    found = [packet for at in range(0, len(data), size) for packet in stream.feed(data[at : at + size])]
    assert found == sent


def test_a_length_that_never_ends_is_no_mqtt() -> None:
    with pytest.raises(ConnectionError):
        list(Stream().feed(b"\x30\xff\xff\xff\xff\xff\x01"))
