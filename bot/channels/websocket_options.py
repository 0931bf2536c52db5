"""The block `websocket:` of credentials.yml: who may connect, and how much they may say."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from bot.errors import UsageError

log = logging.getLogger(__name__)


class WebSocketOptions(BaseModel):
    """Rates are written as `limits` reads them: `300/minute`, `5 per 2 seconds`; empty for none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token_key: str | None = None
    """Secret, or public key in PEM, of the signed tokens that a client must present in its hello. A token's `sub` is
    the session; its other claims, such as `customer_id`, reach actions as `metadata["claims"]` of each message."""
    token_method: str = "HS256"
    origins: tuple[str, ...] = ()
    """Origins of the pages that may connect, such as https://shop.example; all when there are none."""
    per_connection: str = "300/minute"
    per_session: str = "600/minute"
    per_address: str = "6000/minute"

    @field_validator("per_connection", "per_session", "per_address")
    @classmethod
    def _is_rate(cls, rate: str) -> str:
        import limits

        if rate:
            limits.parse(rate)
        return rate


def read_websocket_options(credentials: Mapping[str, Any] | None) -> WebSocketOptions:
    """Raises UsageError for an option that does not exist or cannot have its value."""
    given = {key: value for key, value in (credentials or {}).items() if value is not None}
    try:
        return WebSocketOptions.model_validate(given)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        valid = ", ".join(WebSocketOptions.model_fields)
        raise UsageError(f"credentials.yml: `websocket` cannot be used: {found}. There are: {valid}.") from error


class Rates:
    """How many messages may still come, from a connection, in a session, from an address."""

    def __init__(self, options: WebSocketOptions) -> None:
        import limits

        self._limiter = limits.strategies.FixedWindowRateLimiter(limits.storage.MemoryStorage())
        kinds = {
            "connection": options.per_connection,
            "session": options.per_session,
            "address": options.per_address,
        }
        self._items = {kind: limits.parse(rate) for kind, rate in kinds.items() if rate}

    def allow(self, **who: str) -> bool:
        """Count one message of these; False when one of them has sent too many."""
        allowed = [
            self._limiter.hit(self._items[kind], kind, name) for kind, name in who.items() if kind in self._items
        ]
        return all(allowed)


def claims_of(token: str | None, options: WebSocketOptions) -> Mapping[str, Any] | None:
    """What a valid token says, with a session as its `sub`; None when it is missing, forged or has expired."""
    import jwt

    if options.token_key is None or not token:
        return None
    required: Any = {"require": ["sub", "exp"]}
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token, options.token_key, algorithms=[options.token_method], options=required
        )
    except jwt.InvalidTokenError as error:
        log.info("A WebSocket client was refused: %s", error)
        return None
    return claims
