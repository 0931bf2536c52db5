"""What a reminder says goes out on the channel that the customer last wrote on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings
from bot.tracker import Tracker
from tests.talking import TalkingBot

DOMAIN = """
intents: [remind, due]
actions: [action_remind]
responses:
  utter_due:
  - text: 您的包裹到了。
"""
RULES = """
rules:
- rule: remind
  steps: [{intent: remind}, {action: action_remind}]
- rule: due
  steps: [{intent: due}, {action: utter_due}]
"""


def remind(_: Tracker) -> Mapping[str, Any]:
    when = datetime.now(UTC) + timedelta(milliseconds=100)
    reminder = {"event": "reminder", "intent": "due", "entities": [], "date_time": when.isoformat(), "name": "r"}
    return {"events": [reminder | {"kill_on_user_msg": False}]}


@pytest.fixture
def client() -> Iterator[TestClient]:
    bot = TalkingBot(DOMAIN, RULES, actions={"action_remind": remind}, clock=time.time)
    with TestClient(create_app(Running(bot.assistant), Settings())) as served:
        yield served


def test_a_reminder_reaches_the_customers_socket(client: TestClient) -> None:
    with client.websocket_connect("/ws") as socket:
        socket.send_json({"type": "message", "session": "li", "id": "m1", "text": "/remind"})
        frames: list[Any] = []
        while not frames or frames[-1]["type"] != "reply":
            frames.append(socket.receive_json())
        assert frames[-1] == {"type": "reply", "to": "", "text": "您的包裹到了。", "seq": 1}


def test_a_channel_that_only_answers_cannot_take_it(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post("/webhooks/rest/webhook", json={"sender": "li", "message": "/remind"}).json() == []
    end = time.monotonic() + 5
    while "cannot speak first" not in caplog.text and time.monotonic() < end:
        time.sleep(0.02)
    assert "1 replies to li are lost: the channel 'rest' cannot speak first" in caplog.text
