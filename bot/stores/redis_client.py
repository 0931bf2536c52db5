"""Connecting to Redis, with the options that Rasa's Redis stores have."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.errors import UsageError
from bot.stores.options import Options

if TYPE_CHECKING:
    from redis.asyncio import Redis

logger = logging.getLogger(__name__)


class RedisOptions(Options):
    """`url` is a host name, as in Rasa, or a whole `redis://`, `rediss://` or `unix://` URL.

    `key_prefix` is put before the keys of the store and must be alphanumeric. `socket_timeout` is in seconds.
    """

    url: str = "localhost"
    port: int = 6379
    db: int = 0
    username: str | None = None
    password: str | None = None
    use_ssl: bool = False
    ssl_keyfile: str | None = None
    ssl_certfile: str | None = None
    ssl_ca_certs: str | None = None
    key_prefix: str | None = None
    socket_timeout: float = 10.0


def connect(options: RedisOptions) -> Redis:
    """A client that connects when it is first used. Raises UsageError when the package `redis` is not installed."""
    try:
        import redis.asyncio
    except ImportError as error:
        raise UsageError("Redis needs the package `redis`: pip install 'kefu[redis]'.") from error
    common: dict[str, Any] = {"socket_timeout": options.socket_timeout, "protocol": 2}
    if "://" in options.url:
        return redis.asyncio.Redis.from_url(options.url, **common)
    secure: dict[str, Any] = {
        "ssl": True,
        "ssl_keyfile": options.ssl_keyfile,
        "ssl_certfile": options.ssl_certfile,
        "ssl_ca_certs": options.ssl_ca_certs,
    }
    return redis.asyncio.Redis(
        host=options.url,
        port=options.port,
        db=options.db,
        username=options.username,
        password=options.password,
        **(secure if options.use_ssl else {}),
        **common,
    )


def prefixed(prefix: str, key_prefix: str | None) -> str:
    """`prefix` with the project's own before it; one that is not alphanumeric is left out with a warning, as in Rasa."""
    if not key_prefix:
        return prefix
    if not key_prefix.isalnum():
        logger.warning("The key_prefix '%s' is not alphanumeric: the keys begin with '%s'.", key_prefix, prefix)
        return prefix
    return f"{key_prefix}:{prefix}"
