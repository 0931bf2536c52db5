"""What `bot run` decides about the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.server.auth import Auth
from bot.server.timeouts import RESPONSE_SECONDS


@dataclass(frozen=True, slots=True)
class Settings:
    """`credentials` are those of credentials.yml: a channel's name → its settings. `root` is the project's folder."""

    enable_api: bool = False
    cors: tuple[str, ...] = ()
    auth: Auth = field(default_factory=Auth)
    credentials: Mapping[str, Any] = field(default_factory=dict)
    response_seconds: float = RESPONSE_SECONDS
    root: Path = Path()
