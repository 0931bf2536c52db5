"""Conversations in an SQL database, in Rasa's `events` table: one row an event, its JSON in `data`.

A database that Rasa 3 wrote can be opened, and its users' queries go on working. Source: `SQLTrackerStore` of
`rasa/core/tracker_store.py`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from bot.event_json import event_from_dict
from bot.events import Event, SessionStarted
from bot.stores.base import ConversationChanged, MakeTracker
from bot.stores.recent import DEFAULT_LIMIT, Recent
from bot.stores.sql_engine import make_engine, make_tables
from bot.tracker import Tracker

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

METADATA = MetaData()
EVENTS = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255), nullable=False, index=True),
    Column("type_name", String(255), nullable=False),
    Column("timestamp", Float),
    Column("intent_name", String(255)),
    Column("action_name", String(255)),
    Column("data", Text),
)
# The replies of sockets' sessions (see `sql_outbox`), which are conversations of the same name.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("session", String(255), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("message_id", String(255), nullable=False),
    Column("frame", Text, nullable=False),
)
# In SQLite and MySQL an index holds the primary key anyhow; in PostgreSQL the end of a conversation would be looked for
# in all of its rows.
Index("ix_events_sender_id_id", EVENTS.c.sender_id, EVENTS.c.id).ddl_if(dialect="postgresql")


@dataclass(frozen=True, slots=True)
class _Row:
    """One stored event. Both together tell it from all others: SQLite gives the ids of deleted rows out again."""

    id: int
    data: str


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A tracker as it was stored: how many of its events, and the last row; None when there is none."""

    tracker: Tracker
    length: int
    last: _Row | None


class SqlTrackerStore:
    """Stores each turn's new events.

    The trackers of recent conversations are remembered, so that of a long conversation only the last row is read for
    each message, and what others have added since.
    """

    def __init__(
        self,
        url: str,
        *,
        engine: Engine | None = None,
        remembered: int = DEFAULT_LIMIT,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        """`prepare` is called before the database is connected to for the first time."""
        self.url = url
        self._engine = engine or make_engine(url)
        self._prepare = prepare
        self._remembered: Recent[_Remembered] = Recent(remembered)
        self._is_ready = False

    async def load(self, sender_id: str, make: MakeTracker) -> Tracker:
        return await asyncio.to_thread(self._load, sender_id, make)

    async def load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        return await asyncio.to_thread(self._load_full, sender_id, make)

    async def save(self, tracker: Tracker, *, session: Any = None) -> None:
        await asyncio.to_thread(self._save, tracker, session)

    def forget(self, sender_id: str) -> None:
        self._remembered.forget(sender_id)

    async def event_dicts(self, sender_id: str) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self._event_dicts, sender_id)

    async def sender_ids(self) -> list[str]:
        return await asyncio.to_thread(self._sender_ids)

    async def delete(self, sender_id: str) -> None:
        await asyncio.to_thread(self._delete, sender_id)

    async def close(self) -> None:
        self._engine.dispose()

    # -- in a worker thread --------------------------------------------------------------------------------------

    def _load(self, sender_id: str, make: MakeTracker) -> Tracker:
        known = self._remembered.get(sender_id)
        with self.connection() as connection:
            if known is not None and known.tracker.domain is make(sender_id, ()).domain:
                tracker = self._brought_up_to_date(connection, known)
                if tracker is not None and not tracker.has_earlier_sessions:
                    return tracker
            rows = _latest_session(connection, sender_id)
        tracker = make(sender_id, _events(rows))
        self._remember(tracker, rows[-1] if rows else None)
        return tracker

    def _brought_up_to_date(self, connection: Connection, known: _Remembered) -> Tracker | None:
        """The remembered tracker with what others have added since; None when they have done anything else."""
        since = _rows_from(connection, known.tracker.sender_id, known.last)
        if known.last is not None and since[:1] != [known.last]:
            return None
        added = since if known.last is None else since[1:]
        if added:
            known.tracker.update_all(_events(added))
            self._remember(known.tracker, added[-1])
        return known.tracker

    def _load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        return make(sender_id, [event_from_dict(shape) for shape in self._event_dicts(sender_id)])

    def _event_dicts(self, sender_id: str) -> list[dict[str, Any]]:
        with self.connection() as connection:
            return [json.loads(row.data) for row in _rows_from(connection, sender_id, None)]

    def _save(self, tracker: Tracker, session: Session | None) -> None:
        known = self._remembered.get(tracker.sender_id)
        if known is None or known.tracker is not tracker:
            known = _Remembered(tracker, 0, None)
        shapes = tracker.dicts_since(known.length)
        if session is not None:
            self._ready()
            last = _insert(session.connection(), known, shapes)
        else:
            with self.begin() as connection:
                last = _insert(connection, known, shapes)
        self._remember(tracker, last)

    def _sender_ids(self) -> list[str]:
        with self.connection() as connection:
            return list(connection.scalars(select(EVENTS.c.sender_id).distinct().order_by(EVENTS.c.sender_id)))

    def _delete(self, sender_id: str) -> None:
        self.forget(sender_id)
        with self.begin() as connection:
            connection.execute(delete(EVENTS).where(EVENTS.c.sender_id == sender_id))
            connection.execute(delete(OUTBOX).where(OUTBOX.c.session == sender_id))

    def connection(self) -> Connection:
        """A connection to read with, for what is kept beside the events."""
        self._ready()
        return self._engine.connect()

    def begin(self) -> AbstractContextManager[Connection]:
        """A transaction of its own, to write what is kept beside the events."""
        self._ready()
        return self._engine.begin()

    def _ready(self) -> None:
        if not self._is_ready:
            if self._prepare is not None:
                self._prepare()
            make_tables(METADATA, self._engine)
            self._is_ready = True

    def _remember(self, tracker: Tracker, last: _Row | None) -> None:
        self._remembered.remember(tracker.sender_id, _Remembered(tracker, len(tracker.events), last))


def _rows_from(connection: Connection, sender_id: str, first: _Row | None) -> list[_Row]:
    """The rows of a conversation, from `first` on."""
    query = select(EVENTS.c.id, EVENTS.c.data).where(EVENTS.c.sender_id == sender_id)
    if first is not None:
        query = query.where(EVENTS.c.id >= first.id)
    return [_Row(*row) for row in connection.execute(query.order_by(EVENTS.c.id))]


def _latest_session(connection: Connection, sender_id: str) -> list[_Row]:
    """As in Rasa: what is not older than the latest start of a session."""
    query = select(EVENTS.c.id, EVENTS.c.data).where(EVENTS.c.sender_id == sender_id)
    started = select(func.max(EVENTS.c.timestamp)).where(
        EVENTS.c.sender_id == sender_id, EVENTS.c.type_name == SessionStarted.type_name
    )
    start = connection.scalar(started)
    query = query.where(EVENTS.c.timestamp >= start) if start is not None else query
    return [_Row(*row) for row in connection.execute(query.order_by(EVENTS.c.id))]


def _events(rows: Sequence[_Row]) -> list[Event]:
    return [event_from_dict(json.loads(row.data)) for row in rows]


def _insert(connection: Connection, known: _Remembered, shapes: Sequence[Mapping[str, Any]]) -> _Row | None:
    """Store new events; the last row of the conversation."""
    sender_id = known.tracker.sender_id
    if _rows_from(connection, sender_id, known.last) != ([] if known.last is None else [known.last]):
        raise ConversationChanged(f"the conversation '{sender_id}' has gone on elsewhere")
    if not shapes:
        return known.last
    rows = [_row(sender_id, shape) for shape in shapes]
    connection.execute(insert(EVENTS), rows)
    newest = select(EVENTS.c.id).where(EVENTS.c.sender_id == sender_id).order_by(EVENTS.c.id.desc()).limit(1)
    return _Row(connection.scalar(newest) or 0, rows[-1]["data"])


def _row(sender_id: str, shape: Mapping[str, Any]) -> dict[str, Any]:
    intent = ((shape.get("parse_data") or {}).get("intent") or {}).get("name")
    return {
        "sender_id": sender_id,
        "type_name": shape["event"],
        "timestamp": shape.get("timestamp"),
        "intent_name": intent,
        "action_name": shape.get("name"),
        "data": json.dumps(shape, ensure_ascii=False, default=str),
    }
