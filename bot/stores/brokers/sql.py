"""Events into an SQL table: Rasa's `events` with the columns id, sender_id and data (the whole event's JSON)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, insert, inspect

from bot.errors import UsageError
from bot.stores.brokers.base import EventShape, as_json
from bot.stores.sql_engine import make_engine, make_tables
from bot.stores.sql_url import SqlOptions, database_url

METADATA = MetaData()
EVENTS = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("sender_id", String(255)),
    Column("data", Text),
)


class SqlBrokerOptions(SqlOptions):
    db: str = "events.db"


class SqlEventBroker:
    """Adds a row for each event. The database must be another one than that of the tracker store."""

    def __init__(self, options: SqlBrokerOptions, root: Path) -> None:
        self._engine = make_engine(database_url(options, root))
        self._is_ready = False

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        self._ready()
        rows = [{"sender_id": event.get("sender_id"), "data": as_json(event)} for event in events]
        with self._engine.begin() as connection:
            connection.execute(insert(EVENTS), rows)

    async def close(self) -> None:
        self._engine.dispose()

    def _ready(self) -> None:
        if self._is_ready:
            return
        make_tables(METADATA, self._engine)
        if "type_name" in {column["name"] for column in inspect(self._engine).get_columns(EVENTS.name)}:
            raise UsageError(
                f"{self._engine.url.render_as_string()} is the database of a tracker store, whose table `events` is "
                "another one: give the event broker a database of its own (`db:`)."
            )
        self._is_ready = True
