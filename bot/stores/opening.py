"""The stores that endpoints.yml names: `tracker_store` and `lock_store`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import Problem, ProjectError, did_you_mean
from bot.stores.memory import MemoryLockStore, MemoryTrackerStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.formats.endpoints import Endpoint
    from bot.stores.base import LockStore, TrackerStore

_IN_MEMORY = ("inmemory", "in_memory", "memory")


def open_tracker_store(endpoint: Endpoint | None, root: Path) -> TrackerStore:
    """The store of conversations; in memory without an entry. Raises ProjectError for a type that does not exist.

    Files of SQLite are looked for below `root`. Nothing is connected yet.
    """
    kind = (endpoint.type or "").lower() if endpoint else ""
    if endpoint is None or not kind or kind in _IN_MEMORY:
        return MemoryTrackerStore()
    match kind:
        case "sql":
            from bot.stores.options import read_options
            from bot.stores.sql import SqlTrackerStore
            from bot.stores.sql_url import SqlOptions, create_database, database_url

            options = read_options(endpoint, SqlOptions, store="SQL tracker store")
            return SqlTrackerStore(database_url(options, root), prepare=partial(create_database, options))
        case "redis":
            from bot.stores.options import read_options
            from bot.stores.redis_tracker import RedisTrackerOptions, RedisTrackerStore

            return RedisTrackerStore(read_options(endpoint, RedisTrackerOptions, store="Redis tracker store"))
        case _:
            raise unknown_type(endpoint, "tracker store", ("SQL", "redis", "InMemory"))


def open_lock_store(endpoint: Endpoint | None) -> LockStore:
    """The store of locks; in memory without an entry. Raises ProjectError for a type that does not exist."""
    kind = (endpoint.type or "").lower() if endpoint else ""
    if endpoint is None or not kind or kind in _IN_MEMORY:
        return MemoryLockStore()
    if kind == "redis":
        from bot.stores.options import read_options
        from bot.stores.redis_locks import RedisLockOptions, RedisLockStore

        return RedisLockStore(read_options(endpoint, RedisLockOptions, store="Redis lock store"))
    raise unknown_type(endpoint, "lock store", ("redis", "in_memory"))


def unknown_type(endpoint: Endpoint, store: str, valid: Iterable[str]) -> ProjectError:
    """There is no store of this type: what there is instead."""
    names = list(valid)
    hint = did_you_mean(endpoint.type or "", names) or f"There are: {', '.join(names)}."
    message = f"there is no {store} of the type '{endpoint.type}'."
    return ProjectError([Problem("unknown-component", message, endpoint.where, hint)])
