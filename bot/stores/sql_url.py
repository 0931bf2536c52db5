"""Where an SQL store is: an SQLAlchemy URL, or Rasa's keys (dialect, url as host, db, username, ...)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.stores.options import Options

if TYPE_CHECKING:
    from sqlalchemy import URL


class SqlOptions(Options):
    """`url` is a host name, with a port or without, as in Rasa, or a whole URL, which then says everything.

    With `login_db`, a PostgreSQL database that is not there yet is created by connecting to that one.
    """

    url: str | None = None
    dialect: str = "sqlite"
    port: int | None = None
    db: str = "rasa.db"
    username: str | None = None
    password: str | None = None
    login_db: str | None = None
    query: Mapping[str, Any] | None = None


def database_url(options: SqlOptions, root: Path) -> str:
    """The whole URL, password included; an SQLite file that is not absolute lies below `root`."""
    url = _url(options)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str((root / url.database).resolve()))
    return url.render_as_string(hide_password=False)


def create_database(options: SqlOptions) -> None:
    """Create the database if `login_db` asks for it. Raises SQLAlchemy's error when that cannot be done."""
    url = _url(options)
    if not options.login_db or url.get_backend_name() != "postgresql":
        return
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import DBAPIError

    engine = create_engine(url.set(database=options.login_db), isolation_level="AUTOCOMMIT")
    exists = text("SELECT 1 FROM pg_database WHERE datname = :name").bindparams(name=options.db)
    try:
        with engine.connect() as connection:
            if connection.scalar(exists):
                return
            try:
                connection.execute(text(f"CREATE DATABASE {engine.dialect.identifier_preparer.quote(options.db)}"))
            except DBAPIError:
                if not connection.scalar(exists):  # or another worker has just done the same
                    raise
    finally:
        engine.dispose()


def _url(options: SqlOptions) -> URL:
    from sqlalchemy import URL, make_url

    if options.url and "://" in options.url:
        return make_url(options.url.replace("postgres://", "postgresql://", 1))
    host, _, port = (options.url or "").partition(":")
    return URL.create(
        options.dialect,
        username=options.username,
        password=options.password,
        host=host or None,
        port=int(port) if port else options.port,
        database=options.db,
        query=dict(options.query or {}),
    )
