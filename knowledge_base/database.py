"""Opening the shop's database, and the unit of work that a turn and the actions inside it share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import StaticPool

from knowledge_base.rules import ShopRules
from knowledge_base.sessions import Clock, ShopSession, utc_now

#: How long SQLite waits for another writer, in milliseconds: longer than a turn in which a GPT finds its words.
_BUSY_TIMEOUT_MS = 20_000
#: The number of PostgreSQL's advisory lock of `set_up_alone`.
_SETTING_UP = 0x6B656675
_MIGRATIONS = Path(__file__).parent / "migrations"

_running: ContextVar[tuple[tuple[KnowledgeBase, ShopSession], ...]] = ContextVar("knowledge_base_running", default=())


class KnowledgeBase:
    """A shop's database: SQLite by default, anything SQLAlchemy can reach by URL.

    `url` is an SQLAlchemy URL ("sqlite:///shop.db", "postgresql+psycopg://…"). `clock` gives the time (UTC), `rules`
    what the shop allows.
    Opening connects to nothing; `upgrade()` creates or migrates the tables.
    """

    def __init__(self, url: str, *, clock: Clock = utc_now, rules: ShopRules | None = None, echo: bool = False) -> None:
        self.url = url
        self.clock = clock
        self.engine = _make_engine(url, echo=echo)
        info = {"clock": clock, "rules": rules or ShopRules()}
        self._sessions = sessionmaker(self.engine, class_=ShopSession, expire_on_commit=False, info=info)
        writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._writers = sessionmaker(writing, class_=ShopSession, expire_on_commit=False, info=info)

    def __repr__(self) -> str:
        return f"KnowledgeBase({make_url(self.url).render_as_string(hide_password=True)!r})"

    def upgrade(self) -> None:
        """Bring the tables to the newest version with the migrations of this package; harmless when they are."""
        from alembic import command

        with self.engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            command.upgrade(_alembic_config(connection), "head")

    def is_current(self) -> bool:
        """Whether the tables exist in the newest version."""
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        with self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            return current == ScriptDirectory.from_config(_alembic_config(connection)).get_current_head()

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[ShopSession]:
        """One unit of work: committed at the end, rolled back on an exception.

        While it runs, `session()` of this knowledge base in the same context (thread, task, and tasks and threads
        started with a copy of the context) joins it. `write=True` takes SQLite's write lock at once: right for short
        work that will write, wrong for a turn in which a model runs.
        """
        with (self._writers if write else self._sessions)() as session, session.begin(), self.join(session):
            yield session

    @contextmanager
    def join(self, session: ShopSession) -> Iterator[ShopSession]:
        """Make a session that somebody else opens and commits the running unit of work of this context."""
        token = _running.set((*_running.get(), (self, session)))
        try:
            yield session
        finally:
            _running.reset(token)

    @contextmanager
    def session(self) -> Iterator[ShopSession]:
        """The session for one piece of work: inside the running transaction if there is one, else its own.

        Inside one, the work is a savepoint: if it raises, only what it wrote is undone and the turn goes on.
        """
        outer = self.running
        if outer is None:
            with self.transaction(write=True) as session:
                yield session
            return
        with outer.begin_nested():
            yield outer

    @property
    def running(self) -> ShopSession | None:
        """The session of the transaction that runs in this context, if any."""
        return next((session for base, session in reversed(_running.get()) if base is self), None)

    @contextmanager
    def set_up_alone(self) -> Iterator[None]:
        """Several workers may start at once: on PostgreSQL, which they share, one of them after the other sets it up."""
        if self.engine.dialect.name != "postgresql":
            yield
            return
        with self.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _SETTING_UP})
            connection.commit()  # the lock is the connection's
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _SETTING_UP})

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def is_conflict(error: BaseException) -> bool:
    """Whether a transaction failed because another one was faster, so that running it again is right."""
    if isinstance(error, StaleDataError):
        return True
    if isinstance(error, IntegrityError):
        # Two that run the same operation, or find the same rows still to be indexed: the other one has done it.
        return any(name in str(error.orig) for name in ("idempotency_key", "search_"))
    if isinstance(error, OperationalError) and "locked" in str(error.orig):
        return True
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return state in ("40001", "40P01")


_connected: dict[str, KnowledgeBase] = {}
_connecting = threading.Lock()


def connect(url: str) -> KnowledgeBase:
    """The knowledge base of this URL: one a process, so that a turn and the actions inside it share it."""
    key = _absolute(url, Path.cwd())
    with _connecting:
        if key not in _connected:
            _connected[key] = KnowledgeBase(key)
        return _connected[key]


def _absolute(url: str, folder: Path) -> str:
    """A URL that means the same file whatever the current folder is."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return url
    path = (folder / parsed.database).resolve()
    return parsed.set(database=str(path)).render_as_string(hide_password=False)


def _alembic_config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _make_engine(url: str, *, echo: bool) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, echo=echo, pool_pre_ping=True)
    in_memory = not parsed.database or parsed.database == ":memory:"
    engine = create_engine(
        url,
        echo=echo,
        connect_args={"check_same_thread": False},
        # Each turn holds a connection, and one that waited for another's would hold up the server.
        **({"poolclass": StaticPool} if in_memory else {"max_overflow": -1}),
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    """Readers beside a writer, foreign keys, patience; and transactions begun by us (see _begin_sqlite)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in (f"busy_timeout={_BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Python's sqlite3 begins transactions only before writes, which breaks savepoints and repeatable reads."""
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")
