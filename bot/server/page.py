"""The demo shop at `/`, and the chat widget that it and every shop's own page embed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.server.version import RASA_VERSION

WIDGET = "bot-chat.js"
_FOLDER = Path(__file__).with_name("static")
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src * data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)


def pages() -> Sequence[BaseRoute]:
    """The demo shop with its script and style, and the widget."""
    return [Route("/", page), *(Route(f"/{name}", _static) for name in (WIDGET, "shop.css", "shop.js"))]


async def page(request: Request) -> Response:
    """The shop for browsers; for everybody else the greeting by which Rasa's clients know a server is up."""
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(f"Hello from Rasa: {RASA_VERSION}", headers={"vary": "Accept"})
    headers = {"content-security-policy": _POLICY, "referrer-policy": "no-referrer", "vary": "Accept"}
    return _answer(request, "shop.html", headers)


async def _static(request: Request) -> Response:
    # Shops embed the widget from pages of their own, whose policies may ask for the bot's consent.
    return _answer(request, request.url.path.rsplit("/", 1)[-1], {"cross-origin-resource-policy": "cross-origin"})


def _answer(request: Request, name: str, headers: dict[str, str]) -> Response:
    """The file, or that the browser's copy of it is still good."""
    content, tag = _file(name)
    headers |= {"etag": tag, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_TYPES[name.rsplit(".", 1)[-1]], headers=headers)


@cache
def _file(name: str) -> tuple[bytes, str]:
    content = (_FOLDER / name).read_bytes()
    return content, f'"{sha256(content).hexdigest()[:16]}"'
