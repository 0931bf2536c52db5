"""RestInput, for projects that give the REST channel another name, other metadata or a check of their own."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse, ResponseStream

from bot.compat.api.channels import CollectingOutputChannel, InputChannel, UserMessage
from bot.compat.api.endpoints import bool_arg

log = logging.getLogger(__name__)
_DONE = "DONE"
_OnMessage = Callable[[UserMessage], Awaitable[Any]]


class QueueOutputChannel(CollectingOutputChannel):
    """Puts what is sent into a queue, for somebody who waits for it."""

    def __init__(self, message_queue: asyncio.Queue[Any] | None = None) -> None:
        super().__init__()
        self.messages = message_queue or asyncio.Queue()

    @classmethod
    def name(cls) -> str:
        return "queue"

    async def _persist_message(self, message: dict[str, Any]) -> None:
        await self.messages.put(message)


class RestInput(InputChannel):
    """`POST /webhook {sender, message, input_channel?, metadata?}` brings the replies; `?stream=true` one a line."""

    @classmethod
    def name(cls) -> str:
        return "rest"

    async def _extract_sender(self, req: Request) -> str | None:
        found: str | None = req.json.get("sender")
        return found

    def _extract_message(self, req: Request) -> str | None:
        found: str | None = req.json.get("message")
        return found

    def _extract_input_channel(self, req: Request) -> str:
        return req.json.get("input_channel") or self.name()

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        found: dict[str, Any] | None = request.json.get("metadata")
        return found

    @staticmethod
    async def on_message_wrapper(
        on_new_message: _OnMessage,
        text: str | None,
        queue: asyncio.Queue[Any],
        sender_id: str | None,
        input_channel: str,
        metadata: dict[str, Any] | None,
    ) -> None:
        """A turn whose replies go into a queue; after them comes `DONE`."""
        output = QueueOutputChannel(queue)
        try:
            await on_new_message(UserMessage(text, output, sender_id, input_channel=input_channel, metadata=metadata))
        finally:
            await queue.put(_DONE)

    def stream_response(
        self,
        on_new_message: _OnMessage,
        text: str | None,
        sender_id: str | None,
        input_channel: str,
        metadata: dict[str, Any] | None,
    ) -> Callable[[Any], Coroutine[Any, Any, None]]:
        """What writes a turn's replies into a stream, one a line."""

        async def stream(resp: Any) -> None:
            queue: asyncio.Queue[Any] = asyncio.Queue()
            turn = asyncio.ensure_future(
                self.on_message_wrapper(on_new_message, text, queue, sender_id, input_channel, metadata)
            )
            while (said := await queue.get()) != _DONE:
                await resp.write(json.dumps(said, ensure_ascii=False) + "\n")
            await turn

        return stream

    def blueprint(self, on_new_message: _OnMessage) -> Blueprint:
        module = inspect.getmodule(self)
        routes = Blueprint(f"custom_webhook_{type(self).__name__}", module.__name__ if module else "")

        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        async def receive(request: Request) -> Any:
            sender, text = await self._extract_sender(request), self._extract_message(request)
            channel, metadata = self._extract_input_channel(request), self.get_metadata(request)
            if bool_arg(request, "stream", default=False):
                stream = self.stream_response(on_new_message, text, sender, channel, metadata)
                return ResponseStream(stream, content_type="text/event-stream")
            collector = CollectingOutputChannel()
            asked = UserMessage(text, collector, sender, input_channel=channel, metadata=metadata)
            try:
                await on_new_message(asked)
            except Exception:  # as in Rasa, the customer gets what there was, the operator the traceback
                log.exception("The turn of %s failed", asked.sender_id)
            return response.json(collector.messages)

        routes.add_route(health, "/", methods=["GET"], name="health")
        routes.add_route(receive, "/webhook", methods=["POST"], name="receive")
        return routes


__all__ = ["QueueOutputChannel", "RestInput"]
