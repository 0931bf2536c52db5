import json
from typing import Any

import httpx
import pytest

from bot.channels.wire import SAID_ON_FAILURE


def post(served: Any, body: Any, **parameters: str) -> httpx.Response:
    return httpx.post(f"{served.url}/webhooks/rest/webhook", content=json.dumps(body), params=parameters)


def test_a_message_brings_its_replies_whatever_the_content_type_says(served: Any) -> None:
    answer = post(served, {"sender": "li", "message": "你好", "metadata": {"page": "/cart"}})
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": "li", "text": "你好!"}, {"recipient_id": "li", "text": "再见"}]
    message = served.assistant.heard[0]
    assert (message.sender_id, message.input_channel, message.metadata) == ("li", "rest", {"page": "/cart"})


def test_the_sender_is_default_and_the_channel_can_be_named(served: Any) -> None:
    post(served, {"message": "a", "input_channel": "kiosk"})
    assert (served.assistant.heard[0].sender_id, served.assistant.heard[0].input_channel) == ("default", "kiosk")


def test_buttons_keep_their_payload(served: Any) -> None:
    assert post(served, {"sender": "li", "message": "buttons"}).json() == [
        {"recipient_id": "li", "text": "选一个", "buttons": [{"title": "好", "payload": "/affirm"}]}
    ]


def test_streamed_replies_are_a_json_object_a_line(served: Any) -> None:
    answer = post(served, {"sender": "li", "message": "hi"}, stream="true")
    assert [json.loads(line)["text"] for line in answer.text.splitlines()] == ["hi!", "再见"]


def test_a_failed_turn_is_answered(served: Any) -> None:
    answer = post(served, {"sender": "li", "message": "fail"})
    assert answer.status_code == 200
    assert answer.json() == [{"recipient_id": "li", "text": SAID_ON_FAILURE}]


@pytest.mark.parametrize(
    "body", [None, [], "hello", {}, {"message": None}, {"message": 5}, {"message": "x", "metadata": 3}]
)
def test_what_is_no_message_is_refused(served: Any, body: Any) -> None:
    assert post(served, body).status_code == 400
    assert served.assistant.heard == []


def test_what_is_no_json_is_refused(served: Any) -> None:
    for garbage in (b"", b"{", b"\xff\xfe", b"[" * 100_000):
        assert httpx.post(f"{served.url}/webhooks/rest/webhook", content=garbage).status_code == 400


def test_health(served: Any) -> None:
    assert httpx.get(f"{served.url}/webhooks/rest/").json() == {"status": "ok"}
