"""The REST channel, as Rasa's: a POST brings the replies of one turn."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.channels.base import Handle
from bot.channels.incoming import MessageError, read_message
from bot.channels.wire import SAID_ON_FAILURE, messages
from bot.message import Message

OUTPUT_CHANNEL = "collector"
"""The name that Rasa's REST channel has when responses are picked by channel."""

log = logging.getLogger(__name__)


class RestChannel:
    """`POST /webhooks/rest/webhook {sender, message, input_channel?, metadata?}`."""

    name = "rest"

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/webhooks/rest/", self._health, methods=["GET"]),
            Route("/webhooks/rest/webhook", self._webhook, methods=["POST"]),
        )

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _webhook(self, request: Request) -> Response:
        try:
            message = await read_message(request, channel=self.name)
        except MessageError as error:
            return JSONResponse({"status": "failure", "reason": "BadRequest", "message": str(error)}, 400)
        if request.query_params.get("stream", "").lower() == "true":
            return StreamingResponse(self._stream(message), media_type="text/event-stream")
        return _Json([answer async for answer in self._answers(message)])

    async def _answers(self, message: Message) -> AsyncIterator[dict[str, Any]]:
        try:
            replies = await self._handle(message, output_channel=OUTPUT_CHANNEL)
        except Exception:  # the customer gets a word, the operator the traceback; Rasa answers 200 with what it has
            log.exception("The turn of %s failed", message.sender_id)
            yield {"recipient_id": message.sender_id, "text": SAID_ON_FAILURE}
            return
        for answer in messages(message.sender_id, replies):
            yield answer

    async def _stream(self, message: Message) -> AsyncIterator[str]:
        async for answer in self._answers(message):
            yield json.dumps(answer, ensure_ascii=False, default=str) + "\n"


class _Json(JSONResponse):
    """JSON that writes what actions put into `custom` (dates, decimals) as text rather than failing."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str).encode()
