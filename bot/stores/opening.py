"""What endpoints.yml names: `tracker_store`, `lock_store` and `event_broker`."""

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
    from bot.stores.brokers.base import EventBroker
    from bot.stores.publisher import Publisher
    from bot.stores.redis_locks import RedisLockOptions

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
    options = lock_redis(endpoint)
    if options is not None:
        from bot.stores.redis_locks import RedisLockStore

        return RedisLockStore(options)
    kind = (endpoint.type or "").lower() if endpoint else ""
    if endpoint is None or not kind or kind in _IN_MEMORY:
        return MemoryLockStore()
    raise unknown_type(endpoint, "lock store", ("redis", "in_memory"))


def lock_redis(endpoint: Endpoint | None) -> RedisLockOptions | None:
    """The Redis in which the locks are: there workers meet. None where there is none."""
    if endpoint is None or (endpoint.type or "").lower() != "redis":
        return None
    from bot.stores.options import read_options
    from bot.stores.redis_locks import RedisLockOptions

    return read_options(endpoint, RedisLockOptions, store="Redis lock store")


def tracker_database(endpoint: Endpoint, root: Path) -> str:
    """The SQLAlchemy URL of an SQL tracker store."""
    from bot.stores.options import read_options
    from bot.stores.sql_url import SqlOptions, database_url

    return database_url(read_options(endpoint, SqlOptions, store="SQL tracker store"), root)


def open_event_broker(endpoint: Endpoint, root: Path) -> EventBroker:
    """The broker of an entry; RabbitMQ when it has no `type`, as in Rasa. Nothing is connected yet."""
    from bot.stores.options import read_options

    match (endpoint.type or "pika").lower():
        case "file":
            from bot.stores.brokers.file import FileEventBroker, FileOptions

            return FileEventBroker(read_options(endpoint, FileOptions, store="file event broker"), root)
        case "sql":
            from bot.stores.brokers.sql import SqlBrokerOptions, SqlEventBroker

            return SqlEventBroker(read_options(endpoint, SqlBrokerOptions, store="SQL event broker"), root)
        case "pika":
            from bot.stores.brokers.pika import PikaEventBroker, PikaOptions

            return PikaEventBroker(read_options(endpoint, PikaOptions, store="RabbitMQ event broker"))
        case "kafka":
            from bot.stores.brokers.kafka import KafkaEventBroker, KafkaOptions

            return KafkaEventBroker(read_options(endpoint, KafkaOptions, store="Kafka event broker"))
        case _:
            raise unknown_type(endpoint, "event broker", ("pika", "kafka", "SQL", "file"))


def open_publisher(endpoint: Endpoint | None, root: Path) -> Publisher | None:
    """Who publishes each turn's events, None without an entry."""
    if endpoint is None:
        return None
    from bot.stores.publisher import Publisher

    return Publisher(open_event_broker(endpoint, root), unpublished=root / "unpublished_events.jsonl")


def unknown_type(endpoint: Endpoint, store: str, valid: Iterable[str]) -> ProjectError:
    """There is no store of this type: what there is instead."""
    names = list(valid)
    hint = did_you_mean(endpoint.type or "", names) or f"There are: {', '.join(names)}."
    message = f"there is no {store} of the type '{endpoint.type}'."
    return ProjectError([Problem("unknown-component", message, endpoint.where, hint)])
