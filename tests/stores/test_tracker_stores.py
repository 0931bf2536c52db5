"""Tracker stores: Rasa's events table, what is remembered, and conversations that go on elsewhere."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain import Domain
from bot.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from bot.slots import Slot
from bot.stores.base import ConversationChanged, TrackerStore
from bot.stores.memory import MemoryLockStore, MemoryTrackerStore
from bot.stores.sql import SqlTrackerStore
from bot.stores.sql_engine import make_engine
from bot.tracker import Tracker

DOMAIN = Domain(slots={"city": Slot("city")})
LISTEN = ActionExecuted("action_listen")


def make(sender: str, events: Iterable[Event], domain: Domain = DOMAIN) -> Tracker:
    return Tracker.from_events(sender, events, domain)


def said(text: str) -> UserUttered:
    return UserUttered.of(text, {"intent": {"name": "greet", "confidence": 0.9}, "text": text})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'talk.db'}"


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, url: str) -> TrackerStore:
    return MemoryTrackerStore() if request.param == "memory" else SqlTrackerStore(url)


async def grow(store: TrackerStore, *events: Event, sender: str = "me") -> Tracker:
    tracker = await store.load(sender, make)
    tracker.update_all(events)
    await store.save(tracker)
    return tracker


def test_a_conversation_is_what_was_saved(store: TrackerStore) -> None:
    async def talk() -> None:
        await grow(store, LISTEN, said("你好"))
        await grow(store, SlotSet("city", "上海"), BotUttered("hi"), LISTEN)
        again = await store.load("me", make)
        assert [event.type_name for event in again.events] == ["action", "user", "slot", "bot", "action"]
        assert again.get_slot("city") == "上海"
        assert await store.sender_ids() == ["me"]
        await store.delete("me")
        assert (await store.load("me", make)).events == []

    asyncio.run(talk())


def test_a_conversation_goes_on_with_its_latest_session(store: TrackerStore) -> None:
    async def talk() -> None:
        await grow(store, LISTEN, said("a"))
        await grow(store, ActionExecuted("action_session_start"), SessionStarted(), LISTEN)
        tracker = await grow(store, said("b"))
        texts = [event.text for event in tracker.events if isinstance(event, UserUttered)]
        assert texts == ["b"]

    asyncio.run(talk())


def test_another_model_takes_a_conversation_over(store: TrackerStore) -> None:
    other = Domain(slots={"city": Slot("city"), "size": Slot("size")})

    async def talk() -> None:
        await grow(store, LISTEN, SlotSet("city", "x"))
        tracker = await store.load("me", lambda sender, events: make(sender, events, other))
        assert (tracker.domain, tracker.get_slot("city"), tracker.get_slot("size")) == (other, "x", None)

    asyncio.run(talk())


def test_the_table_is_rasas(url: str, tmp_path: Path) -> None:
    store = SqlTrackerStore(url)
    asyncio.run(grow(store, LISTEN, said("你好"), SlotSet("city", "x")))
    rows = sqlite3.connect(tmp_path / "talk.db").execute(
        "SELECT id, sender_id, type_name, intent_name, action_name, data FROM events ORDER BY id"
    ).fetchall()  # fmt: skip
    assert [row[:5] for row in rows] == [
        (1, "me", "action", None, "action_listen"), (2, "me", "user", "greet", None), (3, "me", "slot", None, "city")
    ]  # fmt: skip
    assert json.loads(rows[1][5])["parse_data"]["intent"]["name"] == "greet"


@pytest.fixture
def rasas(url: str, tmp_path: Path) -> str:
    """The URL of a database that Rasa 3.6.21 wrote."""
    dump = Path(__file__).with_name("rasa") / "events_3_6_21.sql"
    with closing(sqlite3.connect(tmp_path / "talk.db")) as database:
        database.executescript(dump.read_text(encoding="utf-8"))
    return url


def test_a_database_that_rasa_wrote_goes_on(rasas: str, tmp_path: Path) -> None:
    async def talk(store: SqlTrackerStore) -> None:
        tracker = await store.load("客户", make)
        assert len(tracker.events) == 10, "its latest session"
        assert (tracker.get_slot("city"), tracker.latest_message.text) == ("上海", "to 上海")
        assert tracker.latest_message.entities[0]["value"] == "上海"
        assert len((await store.load_full("客户", make)).events) == 19
        await grow(store, said("还有呢"), sender="客户")
        texts = [e.text for e in (await store.load("客户", make)).events if isinstance(e, UserUttered)]
        assert texts == ["to 上海", "还有呢"]

    asyncio.run(talk(SqlTrackerStore(rasas)))
    with closing(sqlite3.connect(tmp_path / "talk.db")) as database:
        row = database.execute("SELECT id, sender_id, type_name, intent_name FROM events ORDER BY id DESC").fetchone()
    assert row == (20, "客户", "user", "greet")


def test_what_is_written_has_rasas_columns_and_keys(rasas: str, tmp_path: Path) -> None:
    """Each of Rasa's events is read and written again: Rasa can read the rows, and finds nothing missing."""

    async def copy(store: SqlTrackerStore) -> None:
        copied = (await store.load_full("客户", make)).events
        tracker = await store.load("copy", make)
        tracker.update_all(copied)
        await store.save(tracker)

    asyncio.run(copy(SqlTrackerStore(rasas)))
    columns = "type_name, timestamp, intent_name, action_name, data"
    with closing(sqlite3.connect(tmp_path / "talk.db")) as database:
        theirs, ours = (
            database.execute(f"SELECT {columns} FROM events WHERE sender_id = ? ORDER BY id", [sender]).fetchall()
            for sender in ("客户", "copy")
        )
    for expected, row in zip(theirs, ours, strict=True):
        assert row[:4] == expected[:4]
        assert json.loads(row[4]) == json.loads(expected[4])


def test_a_new_table_is_made_as_rasa_makes_it(rasas: str, tmp_path: Path) -> None:
    asyncio.run(SqlTrackerStore(f"sqlite:///{tmp_path}/new.db").sender_ids())
    schemas = []
    for name in ("talk.db", "new.db"):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            columns = database.execute("PRAGMA table_info(events)").fetchall()
            schemas.append((columns, database.execute("PRAGMA index_list(events)").fetchall()))
    assert schemas[0] == schemas[1]


def test_only_what_others_added_is_read(url: str) -> None:
    here, there = SqlTrackerStore(url), SqlTrackerStore(url)

    async def talk() -> None:
        mine = await grow(here, LISTEN, *(said(f"message {number}") for number in range(50)))
        await grow(there, said("from there"))
        read: list[str] = []
        event.listen(here._engine, "before_cursor_execute", lambda *call: read.append(f"{call[2]} {call[3]}"))
        again = await here.load("me", make)
        assert again is mine
        assert again.latest_message.text == "from there"
        assert len(read) == 1 and "events.id >= ?" in read[0] and "51" in read[0]

    asyncio.run(talk())


def test_rows_that_were_replaced_elsewhere_are_not_taken_for_the_old_ones(url: str) -> None:
    """SQLite gives the ids of deleted rows out again."""
    here, there = SqlTrackerStore(url), SqlTrackerStore(url)

    async def talk() -> None:
        await grow(here, LISTEN, said("old"))
        await there.delete("me")
        await grow(there, LISTEN, said("new"))
        assert (await here.load("me", make)).latest_message.text == "new"

    asyncio.run(talk())


def test_only_new_events_are_written_and_nothing_is_read_twice(url: str) -> None:
    store = SqlTrackerStore(url)

    async def talk() -> tuple[Tracker, Tracker]:
        return await grow(store, LISTEN), await grow(store, said("b"))

    first, second = asyncio.run(talk())
    assert first is second
    assert len(asyncio.run(SqlTrackerStore(url).load("me", make)).events) == 2


def test_a_conversation_that_has_gone_on_elsewhere_is_not_overwritten(url: str) -> None:
    here, there = SqlTrackerStore(url), SqlTrackerStore(url)

    async def talk() -> None:
        await grow(here, LISTEN)
        mine = await here.load("me", make)
        await grow(there, said("from there"))
        mine.update(said("from here"))
        with pytest.raises(ConversationChanged):
            await here.save(mine)
        here.forget("me")
        assert [e.text for e in (await here.load("me", make)).events if isinstance(e, UserUttered)] == ["from there"]

    asyncio.run(talk())


def test_events_are_written_in_the_transaction_of_the_turn(url: str) -> None:
    engine = make_engine(url)
    store = SqlTrackerStore(url, engine=engine)

    async def talk() -> None:
        await store.sender_ids()
        tracker = await store.load("me", make)
        tracker.update(LISTEN)
        with Session(engine) as session:
            await store.save(tracker, session=session)
            session.rollback()
        store.forget("me")
        assert (await store.load("me", make)).events == []

    asyncio.run(talk())


def test_locks_are_per_conversation_and_in_order() -> None:
    order: list[str] = []
    locks = MemoryLockStore()

    async def work(sender: str, name: str) -> None:
        async with locks.lock(sender):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    async def both() -> None:
        await asyncio.gather(work("a", "first"), work("a", "second"), work("b", "other"))

    asyncio.run(both())
    assert order.index("first ends") < order.index("second begins")
    assert order.index("other begins") < order.index("first ends")
    assert not locks._locks, "nothing is kept of conversations that have no message on its way"
