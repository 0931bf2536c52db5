"""The inspector of `bot inspect`: a conversation beside what the assistant made of each message, for developers.

It shows everything, customers' data included, and asks nobody who they are. So it is an application of its own that
answers this machine only, and no part of what `bot run` serves.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.formats.conversation import write_conversation
from bot.message import Message, Reply
from bot.trace import TurnTrace

if TYPE_CHECKING:
    from bot.assistant import Assistant

HOST = "127.0.0.1"
_STATIC = Path(__file__).with_name("static")
_FILES = {"/": "inspector.html", "/inspector.js": "inspector.js", "/inspector.css": "inspector.css"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def create_inspector(assistant: Assistant) -> Starlette:
    """The page, `POST /turn {"sender", "text"}` and `GET /story?sender=`. Closes the assistant when it ends.

    A host that is not this machine's is refused, so that no page of the internet reaches it by a name of its own.
    """

    async def turn(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _json({"error": 'a JSON object with "sender" and "text" is needed'}, status=400)
        trace = TurnTrace()
        try:
            await assistant.handle(Message(body["text"], body["sender"], input_channel="inspector"), trace=trace)
        except Exception as error:  # noqa: BLE001 - whoever develops an action wants to see what went wrong
            return _json({"error": f"{type(error).__name__}: {error}"}, status=500)
        return _json(as_dict(trace))

    async def story(request: Request) -> Response:
        """The conversation as a test file."""
        sender = request.query_params.get("sender", "")
        tracker = await assistant.tracker(sender)
        if tracker.top is None:
            return PlainTextResponse(f"There is no conversation {sender!r} yet.", 404, headers=_HEADERS)
        text = write_conversation(sender, tracker.sessions()[-1:])
        return PlainTextResponse(text, headers=_HEADERS)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        warming_up = asyncio.create_task(assistant.warm_up())
        try:
            yield
        finally:
            warming_up.cancel()
            await assistant.close()

    return Starlette(
        routes=[
            *(Route(path, _file) for path in _FILES),
            Route("/turn", turn, methods=["POST"]),
            Route("/story", story),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
        lifespan=lifespan,
    )


def as_dict(trace: TurnTrace) -> dict[str, Any]:
    """A turn as the page shows it. `timings` are milliseconds; `decisions` name the rule or story with file:line."""
    understanding = trace.understanding
    return {
        "understanding": understanding.as_dict() if understanding is not None else None,
        "language": understanding.language if understanding is not None else None,
        "changed": {name: {"before": old, "after": new} for name, (old, new) in trace.changed_slots.items()},
        "slots": {name: value for name, value in trace.slots_after.items() if value is not None},
        "form": trace.active_loop,
        "decisions": [
            {
                "action": one.action,
                "policy": one.policy,
                "confidence": one.confidence,
                "why": one.why,
                "rejected": one.is_rejected,
                "error": one.error,
            }
            for one in trace.decisions
        ],
        "replies": [_reply(reply) for reply in trace.replies],
        "timings": {stage: round(seconds * 1000, 2) for stage, seconds in trace.timings.items()},
        "attempts": trace.attempts,
    }


def _reply(reply: Reply) -> dict[str, Any]:
    act = reply.act
    return {
        "text": reply.text,
        "buttons": [*reply.buttons, *reply.quick_replies],
        "custom": reply.custom,
        "act": act.name if act else None,
        "facts": [{"name": fact.name, "value": fact.value, "source": fact.source} for fact in act.facts] if act else [],
        "origin": reply.origin,
        "certificate": reply.why,
    }


async def _body(request: Request) -> Mapping[str, str] | None:
    """The message; None of anything else. Only JSON is read: a foreign page cannot send it without being asked."""
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return None
    try:
        body = await request.json()
    except ValueError:
        return None
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("sender", "text")):
        return None
    return body if body["sender"] else None


async def _file(request: Request) -> Response:
    return FileResponse(_STATIC / _FILES[request.url.path], headers=_HEADERS)


def _json(content: Any, *, status: int = 200) -> Response:
    text = json.dumps(content, ensure_ascii=False, default=str)
    return Response(text, status, media_type="application/json", headers=_HEADERS)
