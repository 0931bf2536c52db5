"""Engines for the SQL stores."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, event, inspect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from bot.errors import UsageError


def make_engine(url: str) -> Engine:
    """An engine that connects when it is first used. Raises UsageError when the driver of the URL is not installed."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    try:
        return create_engine(url, pool_pre_ping=True, **_from_environment(parsed.get_backend_name()))
    except ModuleNotFoundError as error:
        hint = " pip install 'kefu[postgresql]' brings psycopg." if parsed.get_backend_name() == "postgresql" else ""
        raise UsageError(
            f"the database {parsed.render_as_string()} needs the package '{error.name}', which is not installed.{hint}"
        ) from error


def make_tables(metadata: MetaData, engine: Engine) -> None:
    """Create the tables that are missing, even while other workers do the same."""
    try:
        metadata.create_all(engine)
    except DBAPIError:
        missing = metadata.tables.keys() - set(inspect(engine).get_table_names())
        if missing:
            raise


def _sqlite(url: str, database: str | None) -> Engine:
    if database in (None, "", ":memory:"):
        return create_engine(url, connect_args={"check_same_thread": False}, poolclass=StaticPool)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(engine, "connect", _use_wal)
    return engine


def _use_wal(connection: Any, _record: Any) -> None:
    """Readers do not wait for the writer; a commit is safe against a crash of this process."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _from_environment(backend: str) -> dict[str, Any]:
    """What Rasa's environment variables say of PostgreSQL: the schema, and how many connections are kept."""
    if backend != "postgresql":
        return {}
    names = {"pool_size": "SQL_POOL_SIZE", "max_overflow": "SQL_MAX_OVERFLOW"}
    options: dict[str, Any] = {key: int(os.environ[name]) for key, name in names.items() if os.environ.get(name)}
    schema = os.environ.get("POSTGRESQL_SCHEMA")
    if schema:
        options["connect_args"] = {"options": f"-csearch_path={schema}"}
    return options
