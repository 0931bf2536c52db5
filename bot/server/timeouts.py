"""The longest that a client waits for an answer."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.server.problems import ApiError

RESPONSE_SECONDS = 3600.0
"""Rasa's default: longer than a training takes."""
POLLING = b"transport=polling"
"""How Socket.IO asks for news; such a request waits until there are some."""


class ResponseTimeout:
    """Middleware: what has not begun to answer after `seconds` is given up and answered 503. A turn that is given up
    is rolled back. Sockets are left alone, and the requests that stand in for them."""

    def __init__(self, app: ASGIApp, *, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or POLLING in scope.get("query_string", b""):
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def observed(message: Message) -> None:
            nonlocal has_begun
            if not has_begun:
                has_begun = True
                waiting.reschedule(None)
            await send(message)

        try:
            async with asyncio.timeout(self._seconds) as waiting:
                await self._app(scope, receive, observed)
        except TimeoutError:
            if has_begun or not waiting.expired():
                raise
            error = ApiError(503, "ServiceUnavailable", f"There was no answer within {self._seconds:g} seconds.")
            await error.response()(scope, receive, send)
