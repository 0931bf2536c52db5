"""Connecting to Redis, with the options that Rasa's Redis stores have."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

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


def connect(options: RedisOptions, **more: Any) -> Redis:
    """A client that connects when it is first used; `more` are options of redis-py's client itself.

    Raises UsageError when the package `redis` is not installed.
    """
    try:
        import redis.asyncio
    except ImportError as error:
        raise UsageError("Redis needs the package `redis`: pip install 'kefu[redis]'.") from error
    common: dict[str, Any] = {"socket_timeout": options.socket_timeout, "protocol": 2, **more}
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


def redis_url(options: RedisOptions) -> str:
    """The same as one URL, for clients that take no other."""
    if "://" in options.url:
        return options.url
    login = ":".join(quote(part or "", safe="") for part in (options.username, options.password))
    files = {
        "ssl_keyfile": options.ssl_keyfile,
        "ssl_certfile": options.ssl_certfile,
        "ssl_ca_certs": options.ssl_ca_certs,
    }
    query = urlencode({name: file for name, file in files.items() if file}) if options.use_ssl else ""
    scheme = "rediss" if options.use_ssl else "redis"
    where = f"{login}@{options.url}" if login != ":" else options.url
    return f"{scheme}://{where}:{options.port}/{options.db}{'?' + query if query else ''}"


def prefixed(prefix: str, key_prefix: str | None) -> str:
    """`prefix` with the project's own before it; one that is not alphanumeric is left out with a warning, as in Rasa."""
    if not key_prefix:
        return prefix
    if not key_prefix.isalnum():
        logger.warning("The key_prefix '%s' is not alphanumeric: the keys begin with '%s'.", key_prefix, prefix)
        return prefix
    return f"{key_prefix}:{prefix}"
