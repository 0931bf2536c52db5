"""Our server as the NLG server of another runtime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.server.app import create_app
from bot.server.auth import Auth
from bot.server.running import Running
from bot.server.settings import Settings
from tests.talking import TalkingBot

DOMAIN = """
slots:
  name: {type: text, mappings: [{type: custom}]}
responses:
  utter_order:
  - text: "{name}, your order {number} is on its way."
    buttons: [{title: Track, payload: /track}]
    id: order
    metadata: {tone: warm}
  - text: "{name} 您好,订单 {number} 在路上。"
    channel: collector
  utter_picture:
  - image: http://shop.example/a.png
    attachment: http://shop.example/a.pdf
  utter_vip:
  - text: VIP
    condition: [{type: slot, name: name, value: 王}]
"""
TRACKER: dict[str, Any] = {
    "sender_id": "li",
    "slots": {"name": "李"},
    "latest_message": {"text": "在哪", "intent": {"name": "track", "confidence": 1.0}, "language": "zh"},
    "events": [{"event": "user", "text": "在哪"}, {"event": "action", "name": "utter_order"}],
}


@pytest.fixture
def client() -> Iterator[TestClient]:
    assistant: Assistant = TalkingBot(DOMAIN).assistant
    settings = Settings(enable_api=True, auth=Auth(token="geheim"))
    with TestClient(create_app(Running(assistant), settings)) as served:
        served.params = served.params.set("token", "geheim")
        yield served


def ask(client: TestClient, response: str, channel: str = "slack", **arguments: Any) -> Any:
    body = {"response": response, "id": None, "arguments": arguments, "tracker": TRACKER, "channel": {"name": channel}}
    answer = client.post("/nlg", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_slots_of_the_tracker_and_arguments_fill_the_response(client: TestClient) -> None:
    assert ask(client, "utter_order", number=7) == {
        "text": "李, your order 7 is on its way.",
        "buttons": [{"title": "Track", "payload": "/track"}],
        "id": "order",
        "metadata": {"tone": "warm"},
    }


def test_the_channel_picks_the_variation(client: TestClient) -> None:
    assert ask(client, "utter_order", "collector", number=7)["text"] == "李 您好,订单 7 在路上。"


def test_what_rasa_would_refuse_is_given_a_shape_that_it_takes(client: TestClient) -> None:
    answer = ask(client, "utter_picture")
    assert "text" not in answer
    assert answer["image"] == "http://shop.example/a.png"
    assert answer["attachment"] == {"type": "file", "payload": {"src": "http://shop.example/a.pdf"}}


def test_nothing_is_said_when_no_variation_fits(client: TestClient) -> None:
    assert ask(client, "utter_vip") == {}


def test_an_unknown_response_and_a_wrong_token_are_refused(client: TestClient) -> None:
    answer = client.post("/nlg", json={"response": "utter_nothing"})
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "There is no response 'utter_nothing' in the domain.",
    )
    assert client.post("/nlg", params={"token": "falsch"}, json={"response": "utter_vip"}).status_code == 401


def test_slots_that_the_domain_does_not_know_are_no_accident(client: TestClient) -> None:
    tracker = TRACKER | {"slots": {"name": "Li", "unknown": 5}}
    body = {"response": "utter_order", "arguments": {"number": 1}, "tracker": tracker, "channel": {"name": "rest"}}
    assert client.post("/nlg", json=body).json()["text"] == "Li, your order 1 is on its way."
