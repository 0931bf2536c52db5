"""Who may use the HTTP API: Rasa's token (`?token=`) and JSON web tokens (`Authorization: Bearer …`)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from bot.server.problems import ApiError

PARSE = "/model/parse"


@dataclass(frozen=True, slots=True)
class Auth:
    """The settings of `bot run`; without token and secret everybody may do everything.

    `jwt_secret` is the shared secret of HS* methods, the public key in PEM of RS*, ES* and PS*.
    """

    token: str | None = None
    jwt_secret: str | None = None
    jwt_method: str = "HS256"

    async def check(self, request: Request) -> None:
        """Raises ApiError 401 or 403 unless this request may go on."""
        if self.token is None and self.jwt_secret is None:
            return
        if self.token is not None and _same(await _given_token(request), self.token):
            return
        claims = self._claims(request)
        if claims is None:
            raise ApiError(401, "NotAuthenticated", "User is not authenticated.")
        if not _may(claims, request.path_params.get("conversation_id")):
            raise ApiError(403, "NotAuthorized", "User has insufficient permissions.")

    def _claims(self, request: Request) -> Mapping[str, Any] | None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if self.jwt_secret is None or scheme.lower() != "bearer":
            return None
        import jwt

        try:
            claims: Mapping[str, Any] = jwt.decode(encoded.strip(), self.jwt_secret, algorithms=[self.jwt_method])
        except jwt.InvalidTokenError:
            return None
        return claims


async def _given_token(request: Request) -> str | None:
    """The token of the query. A Rasa with `nlu: {url, token}` sends it in the body, and only there."""
    token = request.query_params.get("token")
    if token is None and request.scope.get("path", "").endswith(PARSE):
        try:
            body = await request.json()
        except ValueError:
            return None
        token = body.get("token") if isinstance(body, Mapping) else None
    return token if isinstance(token, str) else None


def _may(claims: Mapping[str, Any], conversation_id: str | None) -> bool:
    """An admin may touch everything, a user only the conversation named like the user."""
    user = claims.get("user")
    if not isinstance(user, Mapping):
        return False
    if user.get("role") == "admin":
        return True
    return user.get("role") == "user" and conversation_id is not None and user.get("username") == conversation_id


def _same(given: str | None, expected: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())
