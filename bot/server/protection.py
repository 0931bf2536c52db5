"""What every answer tells browsers, and how much a channel's request may hold."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.server.problems import ApiError

LONGEST_WEBHOOK_BYTES = 256 * 1024
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # The widget is a script, which a shop's page may embed all the same.
    "content-security-policy": "frame-ancestors 'self'",
    "x-frame-options": "SAMEORIGIN",
}


class BrowserHeaders:
    """Middleware: headers that keep browsers from guessing, framing and telling; a page's own headers win."""

    def __init__(self, app: ASGIApp, *, is_secure: bool = False) -> None:
        """`is_secure`: this server speaks TLS, and browsers shall come back by it only."""
        self._app = app
        self._headers = _HEADERS | ({"strict-transport-security": "max-age=31536000"} if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)


class BodyLimit:
    """Middleware: a request to a channel that holds more than `most` bytes is answered 413, read no further."""

    def __init__(self, app: ASGIApp, *, most: int = LONGEST_WEBHOOK_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/webhooks/"):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                break
            body += message.get("body", b"")
            if len(body) > self._most:
                error = ApiError(413, "TooLarge", f"A message may have at most {self._most} bytes.")
                await error.response()(scope, receive, send)
                return
            if not message.get("more_body"):
                message = {"type": "http.request", "body": bytes(body), "more_body": False}
                break
        first: Message | None = message

        async def replayed() -> Message:
            nonlocal first
            given, first = first, None
            return given if given is not None else await receive()

        await self._app(scope, replayed, send)
