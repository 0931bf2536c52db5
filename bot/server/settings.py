"""What `bot run` decides about the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.server.auth import Auth
from bot.server.timeouts import RESPONSE_SECONDS

if TYPE_CHECKING:
    from bot.stores.model_server import ModelServer
    from bot.stores.redis_locks import RedisLockOptions


@dataclass(frozen=True, slots=True)
class Settings:
    """`credentials` are those of credentials.yml: a channel's name → its settings. `root` is the project's folder.
    `model_server` hands out the models to serve from now on. In `redis` workers meet.
    `is_secure`: this server itself speaks TLS."""

    enable_api: bool = False
    cors: tuple[str, ...] = ()
    auth: Auth = field(default_factory=Auth)
    credentials: Mapping[str, Any] = field(default_factory=dict)
    response_seconds: float = RESPONSE_SECONDS
    root: Path = Path()
    model_server: ModelServer | None = None
    redis: RedisLockOptions | None = None
    is_secure: bool = False
