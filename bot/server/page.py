"""The chat page at `/`."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from bot.server.version import RASA_VERSION

_PAGE = Path(__file__).with_name("chat.html")


async def page(request: Request) -> Response:
    """The chat page for browsers; for everybody else the greeting by which Rasa's clients know a server is up."""
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(f"Hello from Rasa: {RASA_VERSION}", headers={"vary": "Accept"})
    html, policy = _page()
    headers = {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "vary": "Accept",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(html, headers=headers)


@cache
def _page() -> tuple[str, str]:
    """The page and a policy that allows its own script and style and no others."""
    html = _PAGE.read_text(encoding="utf-8")
    allowed = {
        "default-src": "'none'",
        "script-src": _hash(html, "script"),
        "style-src": _hash(html, "style"),
        "connect-src": "'self'",
        "img-src": "* data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    return html, "; ".join(f"{directive} {source}" for directive, source in allowed.items())


def _hash(html: str, tag: str) -> str:
    inside = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    assert inside is not None, f"chat.html has no <{tag}>"
    digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
    return f"'sha256-{digest}'"
