"""A fresh copy of the shop's database for every conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, create_engine, select
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from bot.stories import DatabaseCheck


class FreshDatabase:
    """One SQLite file that goes back to its first state when asked; what is connected to it stays connected."""

    def __init__(self, folder: Path, fill: Callable[[str], None]) -> None:
        """`fill` makes the tables and rows in the database of the URL that it is given."""
        folder.mkdir(parents=True, exist_ok=True)
        self._template = folder / "template.db"
        self._working = folder / "working.db"
        fill(f"sqlite:///{self._template}")
        self.url = f"sqlite:///{self._working}"
        self._engine = create_engine(self.url)
        self._tables: dict[str, Table] = {}
        self.reset()

    def reset(self) -> None:
        with closing(sqlite3.connect(self._template)) as source, closing(sqlite3.connect(self._working)) as target:
            source.backup(target)

    def problem(self, check: DatabaseCheck) -> str | None:
        try:
            rows = self._rows(check)
        except NoSuchTableError:
            return f"there is no table {check.table}"
        except (SQLAlchemyError, KeyError) as error:
            return f"the check cannot be made: {error}"
        if check.count is not None and len(rows) != check.count:
            return f"{len(rows)} rows"
        if check.count is None and not rows:
            return f"no row where {dict(check.where)}"
        for row in rows:
            wrong = {name: row.get(name) for name, value in check.has.items() if not _same(value, row.get(name))}
            if wrong:
                return ", ".join(f"{name}: {value}" for name, value in wrong.items())
        return None

    def close(self) -> None:
        self._engine.dispose()

    def _rows(self, check: DatabaseCheck) -> list[dict[str, Any]]:
        table = self._tables.get(check.table)
        if table is None:
            table = self._tables[check.table] = Table(check.table, MetaData(), autoload_with=self._engine)
        unknown = [name for name in (*check.where, *check.has) if name not in table.c]
        if unknown:
            raise KeyError(f"{check.table} has no column {unknown[0]}; it has {', '.join(table.c.keys())}")
        query = select(table).where(*(table.c[name] == value for name, value in check.where.items()))
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


@contextmanager
def environment(name: str, value: str) -> Iterator[None]:
    """An environment variable for a while; that is how a project's actions find the database."""
    import os

    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _same(expected: Any, value: Any) -> bool:
    if expected is None or value is None or isinstance(expected, bool):
        return bool(expected == value)
    if isinstance(expected, int | float) and not isinstance(value, str):
        return bool(float(expected) == float(value))
    return bool(expected == value or str(expected) == str(value))
