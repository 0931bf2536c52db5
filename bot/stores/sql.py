"""Conversations in an SQL database, in Rasa's `events` table: one row an event, its JSON in `data`.

A database that Rasa 3 wrote can be opened, and its users' queries go on working. Source: `SQLTrackerStore` of
`rasa/core/tracker_store.py`.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.pool import StaticPool

from bot.event_json import event_from_dict
from bot.events import SessionStarted
from bot.stores.base import ConversationChanged, MakeTracker
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
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A tracker as it was stored: how many of its events, and the id of the last row."""

    tracker: Tracker
    length: int
    last_id: int


class SqlTrackerStore:
    """Stores each turn's new events.

    The trackers of recent conversations are remembered, so that a long conversation is not read again for each
    message; whether one has gone on elsewhere is seen by the id of its last row.
    """

    def __init__(self, url: str, *, engine: Engine | None = None, remembered: int = _REMEMBERED) -> None:
        self.url = url
        self._engine = engine or _engine(url)
        self._remembered: OrderedDict[str, _Remembered] = OrderedDict()
        self._limit = remembered
        self._is_ready = False

    async def load(self, sender_id: str, make: MakeTracker) -> Tracker:
        return await asyncio.to_thread(self._load, sender_id, make)

    async def load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        return await asyncio.to_thread(self._load_full, sender_id, make)

    async def save(self, tracker: Tracker, *, session: Any = None) -> None:
        await asyncio.to_thread(self._save, tracker, session)

    def forget(self, sender_id: str) -> None:
        self._remembered.pop(sender_id, None)

    async def sender_ids(self) -> list[str]:
        return await asyncio.to_thread(self._sender_ids)

    async def delete(self, sender_id: str) -> None:
        await asyncio.to_thread(self._delete, sender_id)

    async def close(self) -> None:
        self._engine.dispose()

    # -- in a worker thread --------------------------------------------------------------------------------------

    def _load(self, sender_id: str, make: MakeTracker) -> Tracker:
        with self._connection() as connection:
            last_id = _last_id(connection, sender_id)
            known = self._remembered.get(sender_id)
            domain = make(sender_id, ()).domain
            is_current = known is not None and known.last_id == last_id and known.tracker.domain is domain
            if known is not None and is_current and not known.tracker.has_earlier_sessions:
                self._remembered.move_to_end(sender_id)
                return known.tracker
            rows = _rows(connection, sender_id, latest_session=True) if last_id else []
        tracker = make(sender_id, [event_from_dict(json.loads(data)) for data in rows])
        self._remember(tracker, last_id)
        return tracker

    def _load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        with self._connection() as connection:
            rows = _rows(connection, sender_id, latest_session=False)
        return make(sender_id, [event_from_dict(json.loads(data)) for data in rows])

    def _save(self, tracker: Tracker, session: Session | None) -> None:
        known = self._remembered.get(tracker.sender_id)
        if known is None or known.tracker is not tracker:
            known = _Remembered(tracker, 0, 0)
        self._ready()
        if session is not None:
            last_id = _insert(session.connection(), tracker, known)
        else:
            with self._engine.begin() as connection:
                last_id = _insert(connection, tracker, known)
        self._remember(tracker, last_id)

    def _sender_ids(self) -> list[str]:
        with self._connection() as connection:
            return list(connection.scalars(select(EVENTS.c.sender_id).distinct().order_by(EVENTS.c.sender_id)))

    def _delete(self, sender_id: str) -> None:
        self.forget(sender_id)
        self._ready()
        with self._engine.begin() as connection:
            connection.execute(delete(EVENTS).where(EVENTS.c.sender_id == sender_id))

    def _connection(self) -> Connection:
        self._ready()
        return self._engine.connect()

    def _ready(self) -> None:
        if not self._is_ready:
            METADATA.create_all(self._engine)
            self._is_ready = True

    def _remember(self, tracker: Tracker, last_id: int) -> None:
        self._remembered[tracker.sender_id] = _Remembered(tracker, len(tracker.events), last_id)
        self._remembered.move_to_end(tracker.sender_id)
        while len(self._remembered) > self._limit:
            self._remembered.popitem(last=False)


def _last_id(connection: Connection, sender_id: str) -> int:
    newest = select(EVENTS.c.id).where(EVENTS.c.sender_id == sender_id).order_by(EVENTS.c.id.desc()).limit(1)
    return connection.scalar(newest) or 0


def _rows(connection: Connection, sender_id: str, *, latest_session: bool) -> Sequence[str]:
    query = select(EVENTS.c.data).where(EVENTS.c.sender_id == sender_id)
    if latest_session:
        started = select(func.max(EVENTS.c.timestamp)).where(
            EVENTS.c.sender_id == sender_id, EVENTS.c.type_name == SessionStarted.type_name
        )
        start = connection.scalar(started)
        query = query.where(EVENTS.c.timestamp >= start) if start is not None else query
    return connection.scalars(query.order_by(EVENTS.c.id)).all()


def _insert(connection: Connection, tracker: Tracker, known: _Remembered) -> int:
    if _last_id(connection, tracker.sender_id) != known.last_id:
        raise ConversationChanged(f"the conversation '{tracker.sender_id}' has gone on elsewhere")
    shapes = (tracker.event_dicts() or [])[known.length :]
    if not shapes:
        return known.last_id
    connection.execute(insert(EVENTS), [_row(tracker.sender_id, shape) for shape in shapes])
    return _last_id(connection, tracker.sender_id)


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


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    if parsed.database in (None, "", ":memory:"):
        return create_engine(url, connect_args={"check_same_thread": False}, poolclass=StaticPool)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(engine, "connect", _use_wal)
    return engine


def _use_wal(connection: Any, _record: Any) -> None:
    """Readers do not wait for the writer; a commit is safe against a crash of this process."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
