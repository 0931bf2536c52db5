"""Exporting a tracker store: what is selected, in which order, and how it goes on after a failure."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.domain import Domain
from bot.errors import UsageError
from bot.events import SlotSet
from bot.slots import Slot
from bot.stores.brokers.base import EventShape
from bot.stores.export import PROCESS_ID_HEADER, Exported, Selection, export
from bot.stores.memory import MemoryTrackerStore
from bot.stores.sql import SqlTrackerStore
from bot.tracker import Tracker
from tests.cli.running import bot, write_project

DOMAIN = Domain(slots={"n": Slot("n")})


class Broker:
    def __init__(self, *, fails_at: int | None = None) -> None:
        self.got: list[EventShape] = []
        self.headers: list[Mapping[str, str] | None] = []
        self.fails_at = fails_at

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        if self.fails_at is not None and len(self.got) >= self.fails_at:
            raise ConnectionError("gone")
        self.got += events
        self.headers.append(headers)

    async def close(self) -> None:
        return None


def tracker_of(sender: str, *times: float) -> Tracker:
    return Tracker.from_events(sender, [SlotSet("n", time, timestamp=time) for time in times], DOMAIN)


def exported(broker: Broker, warned: list[str] | None = None, **selection: object) -> Exported:
    async def all_of_it() -> Exported:
        store = MemoryTrackerStore()
        for tracker in (tracker_of("甲", 3, 1, 2), tracker_of("b", 5), tracker_of("c", 2.5)):
            await store.save(tracker)
        chosen = Selection(**selection)  # type: ignore[arg-type]
        return await export(store, broker, chosen, warn=(warned or []).append, new_id=lambda: "x1")

    return asyncio.run(all_of_it())


def times(broker: Broker) -> list[tuple[object, object]]:
    return [(event["sender_id"], event["timestamp"]) for event in broker.got]


def test_everything_goes_out_conversation_by_conversation_oldest_first() -> None:
    broker = Broker()
    assert exported(broker) == Exported(5, 3)
    assert times(broker) == [("甲", 1), ("甲", 2), ("甲", 3), ("b", 5), ("c", 2.5)]
    assert broker.got[0] == {"sender_id": "甲", "event": "slot", "timestamp": 1, "name": "n", "value": 1}
    assert broker.headers == [{PROCESS_ID_HEADER: "x1"}] * 3


def test_the_minimum_is_included_and_the_maximum_is_not() -> None:
    broker = Broker()
    exported(broker, minimum=2, maximum=3)
    assert times(broker) == [("甲", 2), ("c", 2.5)]
    with pytest.raises(UsageError, match="smaller"):
        Selection(minimum=2, maximum=1)


def test_some_conversations_with_shifted_times() -> None:
    broker, warned = Broker(), [""]
    exported(broker, warned, sender_ids=("b", "nobody"), offset=-4)
    assert times(broker) == [("b", 1)]
    assert "nobody" in warned[-1]
    with pytest.raises(UsageError, match="none of these"):
        exported(broker, sender_ids=("nobody",))


def test_an_empty_store_is_said() -> None:
    with pytest.raises(UsageError, match="no conversations"):
        asyncio.run(export(MemoryTrackerStore(), Broker(), Selection(), warn=print))


def test_a_failure_says_what_is_left() -> None:
    broker = Broker(fails_at=3)
    done = exported(broker)
    assert (done.events, done.conversations, done.left) == (3, 1, ("b", "c"))
    assert isinstance(done.error, ConnectionError)


# -- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    endpoints = "tracker_store: {type: SQL, db: talk.db}\nevent_broker: {type: file, path: out.log}\n"
    write_project(tmp_path, endpoints=endpoints)

    async def fill() -> None:
        store = SqlTrackerStore(f"sqlite:///{tmp_path}/talk.db")
        for tracker in (tracker_of("甲", 1, 2), tracker_of("b", 3)):
            await store.save(tracker)
        await store.close()

    asyncio.run(fill())
    return tmp_path


def test_the_command_publishes_through_the_broker_of_the_project(project: Path) -> None:
    done = bot("export", "--minimum-timestamp", "2", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "2 events of 2 conversations" in done.stderr
    lines = (project / "out.log").read_text(encoding="utf-8").splitlines()
    assert [(event["sender_id"], event["value"]) for event in map(json.loads, lines)] == [("b", 3), ("甲", 2)]


def test_the_command_says_how_to_go_on(project: Path) -> None:
    endpoints = project / "endpoints.yml"
    endpoints.write_text(endpoints.read_text(encoding="utf-8").replace("out.log", "no/such/folder"), encoding="utf-8")
    done = bot("export", "--maximum-timestamp", "9", cwd=project)
    assert done.returncode == 1
    assert "bot export --maximum-timestamp 9.0 --conversation-ids b,甲" in done.stderr.replace("'", "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("endpoints", "message"),
    [
        ("event_broker: {type: file}\n", "no tracker store"),
        ("tracker_store: {type: SQL}\n", "no event broker"),
        ("tracker_store: {type: SQL}\nevent_broker: {type: kafk}\n", "Did you mean 'kafka'"),
    ],
)
def test_the_command_says_what_is_missing(endpoints: str, message: str, project: Path) -> None:
    (project / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    done = bot("export", cwd=project)
    assert done.returncode == 1
    assert message in done.stderr
