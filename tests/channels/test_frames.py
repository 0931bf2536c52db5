import json

import pytest

from bot.channels.frames import FrameError, Hello, Ping, Say, read_frame


def test_the_three_frames_of_a_client() -> None:
    assert read_frame('{"type": "hello"}') == Hello(None, None)
    assert read_frame('{"type": "hello", "session": "abc", "seq": 4}') == Hello("abc", 4)
    assert read_frame('{"type": "message", "id": "m1", "text": "你好"}') == Say("m1", "你好")
    assert read_frame('{"type": "ping"}') == Ping()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "not-json"),
        ("[" * 50_000, "not-json"),
        ("[1]", "not-json"),
        ('{"type": "shout"}', "unknown-type"),
        ('{"type": ["message"]}', "unknown-type"),
        ('{"type": "message", "id": "1"}', "bad-message"),
        ('{"type": "message", "id": "1", "text": 5}', "bad-message"),
        ('{"type": "message", "id": "1", "text": "x", "metadata": [1]}', "bad-message"),
        ('{"type": "message", "id": {}, "text": "x"}', "bad-name"),
        ('{"type": "hello", "session": "a/b"}', "bad-name"),
        ('{"type": "hello", "session": "' + "a" * 129 + '"}', "bad-name"),
        ('{"type": "hello", "seq": -1}', "bad-seq"),
        ('{"type": "hello", "seq": true}', "bad-seq"),
        ('{"type": "message", "text": "' + "x" * 70_000 + '"}', "too-long"),
    ],
)
def test_what_cannot_be_read_is_named(data: str, code: str) -> None:
    with pytest.raises(FrameError) as caught:
        read_frame(data)
    assert caught.value.code == code


def test_half_a_surrogate_pair_becomes_text_that_can_be_stored() -> None:
    frame = read_frame(json.dumps({"type": "message", "id": "1", "text": "a\ud83d"}))
    assert isinstance(frame, Say)
    frame.text.encode()
