"""Publishing beside the turns: in order, tried again, and never lost in silence."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.stores.brokers.base import EventShape
from bot.stores.publisher import Publisher
from tests.talking import TalkingBot

DOMAIN = """
intents: [greet]
responses:
  utter_greet: [{text: 您好}]
"""
RULES = """
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
"""


class Broker:
    """Keeps what it gets; fails as often as it is told to, and waits for `gate` when there is one."""

    def __init__(self, *, failures: int = 0, gate: threading.Event | None = None) -> None:
        self.got: list[EventShape] = []
        self.failures = failures
        self.gate = gate
        self.is_closed = False

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        if self.gate is not None:
            await asyncio.to_thread(self.gate.wait, 10)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no broker")
        self.got += events

    async def close(self) -> None:
        self.is_closed = True


def publisher_of(broker: Broker, folder: Path, **options: Any) -> Publisher:
    return Publisher(broker, unpublished=folder / "left.jsonl", **({"first_pause": 0.001} | options))


def events(*numbers: int) -> list[dict[str, Any]]:
    return [{"event": "slot", "timestamp": float(number), "name": "n", "value": number} for number in numbers]


def test_each_event_of_a_turn_is_published_once_with_its_sender(tmp_path: Path) -> None:
    broker = Broker()
    publisher = publisher_of(broker, tmp_path)
    bot = TalkingBot(DOMAIN, RULES, publisher=publisher)
    assert bot.say("/greet", "/greet") == ["您好", "您好"]
    stored = bot.tracker().dicts_since(0)
    asyncio.run(publisher.close())
    assert broker.got == [{"sender_id": "me", **event} for event in stored]
    assert broker.is_closed


def test_a_turn_that_is_not_stored_is_not_published(tmp_path: Path) -> None:
    broker = Broker()
    publisher = publisher_of(broker, tmp_path)
    bot = TalkingBot(DOMAIN, RULES, publisher=publisher)

    async def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    bot.assistant.store.save = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk full"):
        bot.say("/greet")
    asyncio.run(publisher.close())
    assert broker.got == []


def test_a_broker_that_hangs_keeps_no_turn_waiting(tmp_path: Path) -> None:
    gate = threading.Event()
    broker = Broker(gate=gate)
    publisher = publisher_of(broker, tmp_path)
    bot = TalkingBot(DOMAIN, RULES, publisher=publisher)
    assert bot.say("/greet") == ["您好"], "it is answered while nothing can be published"
    assert broker.got == []
    gate.set()
    asyncio.run(publisher.close())
    assert len(broker.got) == len(bot.tracker().events)


def test_what_fails_is_tried_again_in_order(tmp_path: Path) -> None:
    broker = Broker(failures=3)
    publisher = publisher_of(broker, tmp_path)
    publisher.publish("a", events(1, 2))
    publisher.publish("b", events(3))
    wait_for(lambda: len(broker.got) == 3)
    asyncio.run(publisher.close())
    assert [event["value"] for event in broker.got] == [1, 2, 3]
    assert not (tmp_path / "left.jsonl").exists()


def test_what_cannot_be_published_is_kept_in_a_file_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(failures=2)
    publisher = publisher_of(broker, tmp_path, attempts=2)
    with caplog.at_level(logging.ERROR):
        publisher.publish("客", events(7))
        wait_for((tmp_path / "left.jsonl").exists)
        publisher.publish("b", events(8))
        wait_for(lambda: bool(broker.got))
        asyncio.run(publisher.close())
    assert [event["value"] for event in broker.got] == [8], "those after it are published all the same"
    assert [json.loads(line)["sender_id"] for line in lines(tmp_path)] == ["客"]
    assert "bot export --minimum-timestamp 7.0" in caplog.text and "no broker" in caplog.text


def test_what_waits_when_the_bot_stops_is_kept(tmp_path: Path) -> None:
    gate = threading.Event()
    publisher = publisher_of(Broker(gate=gate), tmp_path)
    publisher.publish("a", events(1, 2))
    asyncio.run(publisher.close(seconds=0.05))
    gate.set()
    assert [json.loads(line)["value"] for line in lines(tmp_path)] == [1, 2]


def test_no_more_wait_than_there_is_room_for(tmp_path: Path) -> None:
    gate = threading.Event()
    broker = Broker(gate=gate)
    publisher = publisher_of(broker, tmp_path, at_most=3)
    publisher.publish("a", events(1, 2))
    publisher.publish("a", events(3, 4))
    gate.set()
    asyncio.run(publisher.close())
    assert [event["value"] for event in broker.got] == [1, 2, 3]
    assert [json.loads(line)["value"] for line in lines(tmp_path)] == [4]


def lines(folder: Path) -> list[str]:
    return (folder / "left.jsonl").read_text(encoding="utf-8").splitlines()


def wait_for(holds: Any) -> None:
    """Fails when it does not hold within ten seconds."""
    waiting = threading.Event()
    for _ in range(1000):
        if holds():
            return
        waiting.wait(0.01)
    pytest.fail("it did not happen in ten seconds")
