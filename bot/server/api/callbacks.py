"""`?callback_url=`: the request is answered 204 at once, and what it comes to is POSTed to that URL later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bot.errors import KefuError
from bot.server.problems import ApiError

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 60.0
Answer = Callable[[], Awaitable[Response]]
_under_way: set[asyncio.Task[None]] = set()


async def answered(request: Request, answer: Answer) -> Response:
    """The answer; with a callback URL in the query an empty one, and the answer goes there when it is ready."""
    url = request.query_params.get("callback_url")
    if not url:
        return await answer()
    task = asyncio.create_task(_deliver(url, answer))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return Response(status_code=204)


async def _deliver(url: str, answer: Answer) -> None:
    import httpx

    response = await _answer_or_error(answer)
    content = await _content(response)
    headers = {key: value for key in ("content-type", "filename") if (value := response.headers.get(key))}
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            (await client.post(url, content=content, headers=headers)).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.error("What a request came to could not be delivered to %s: %s", url, error)


async def _answer_or_error(answer: Answer) -> Response:
    """As the error handlers of the application would answer: nobody waits for this request any more."""
    try:
        return await answer()
    except ApiError as error:
        return error.response()
    except KefuError as error:
        return ApiError(400, "BadRequest", str(error)).response()
    except Exception as error:
        log.exception("A request with a callback URL failed")
        return ApiError(500, "UnexpectedError", f"An unexpected error occurred. Error: {error}").response()


async def _content(response: Response) -> bytes:
    if isinstance(response, FileResponse):
        return await asyncio.to_thread(Path(response.path).read_bytes)
    return bytes(response.body)
