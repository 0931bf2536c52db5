"""SocketIOInput, for projects that refine the Socket.IO channel: sessions of their own, other checks, other names."""

from __future__ import annotations

import importlib
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from socketio import AsyncServer

from bot.compat.api.channels import InputChannel, OutputChannel, UserMessage, decode_bearer_token

log = logging.getLogger(__name__)


class SocketBlueprint(Blueprint):
    """A blueprint that also brings a Socket.IO server; it is served beside the blueprint, at `socketio_path`."""

    def __init__(self, sio: AsyncServer, socketio_path: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if sio.async_mode != "asgi":
            # Projects make the server for Sanic's own web server; this one is served by ASGI, and not yet in use.
            sio.eio._async = importlib.import_module("engineio.async_drivers.asgi")._async
            sio.eio.async_mode = "asgi"
        self.ctx.sio = sio
        self.ctx.socketio_path = socketio_path


class SocketIOOutput(OutputChannel):
    """Emits `bot_message_evt` to a connection, or to the room of a session."""

    @classmethod
    def name(cls) -> str:
        return "socketio"

    def __init__(self, sio: AsyncServer, bot_message_evt: str) -> None:
        self.sio = sio
        self.bot_message_evt = bot_message_evt

    async def _send_message(self, socket_id: str, response: Any) -> None:
        await self.sio.emit(self.bot_message_evt, response, room=socket_id)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        for part in text.strip().split("\n\n"):
            await self._send_message(recipient_id, {"text": part})

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        await self.send_attachment(recipient_id, {"type": "image", "payload": {"src": image}})

    async def send_attachment(self, recipient_id: str, attachment: Any, **kwargs: Any) -> None:
        await self._send_message(recipient_id, {"attachment": attachment})

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        messages: list[dict[str, Any]] = [{"text": part, "quick_replies": []} for part in text.strip().split("\n\n")]
        messages[-1]["quick_replies"] = [
            {"content_type": "text", "title": button["title"], "payload": button["payload"]} for button in buttons
        ]
        for message in messages:
            await self._send_message(recipient_id, message)

    async def send_elements(self, recipient_id: str, elements: Iterable[dict[str, Any]], **kwargs: Any) -> None:
        for element in elements:
            payload = {"template_type": "generic", "elements": element}
            await self.send_attachment(recipient_id, {"type": "template", "payload": payload})

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any) -> None:
        await self.sio.emit(self.bot_message_evt, **{"room": recipient_id, **json_message})


class SocketIOInput(InputChannel):
    """Rasa's events: `session_request`, `session_confirm`, `user_uttered`, `bot_uttered`."""

    @classmethod
    def name(cls) -> str:
        return "socketio"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        given = credentials or {}
        return cls(
            given.get("user_message_evt", "user_uttered"),
            given.get("bot_message_evt", "bot_uttered"),
            given.get("namespace"),
            given.get("session_persistence", False),
            given.get("socketio_path", "/socket.io"),
            given.get("jwt_key"),
            given.get("jwt_method", "HS256"),
            given.get("metadata_key", "metadata"),
        )

    def __init__(
        self,
        user_message_evt: str = "user_uttered",
        bot_message_evt: str = "bot_uttered",
        namespace: str | None = None,
        session_persistence: bool = False,
        socketio_path: str = "/socket.io",
        jwt_key: str | None = None,
        jwt_method: str = "HS256",
        metadata_key: str = "metadata",
    ) -> None:
        self.user_message_evt = user_message_evt
        self.bot_message_evt = bot_message_evt
        self.namespace = namespace
        self.session_persistence = session_persistence
        self.socketio_path = socketio_path
        self.jwt_key = jwt_key
        self.jwt_algorithm = jwt_method
        self.metadata_key = metadata_key
        self.sio: AsyncServer | None = None

    def get_output_channel(self) -> OutputChannel | None:
        return SocketIOOutput(self.sio, self.bot_message_evt) if self.sio is not None else None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        self.sio = sio = AsyncServer(async_mode="asgi", cors_allowed_origins=[])
        routes = SocketBlueprint(sio, self.socketio_path, f"socketio_webhook_{type(self).__name__}", __name__)

        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        async def connect(sid: str, environ: dict[str, Any], auth: dict[str, Any] | None) -> bool:
            if self.jwt_key is None:
                return True
            token = (auth or {}).get("token")
            return bool(token and decode_bearer_token(token, self.jwt_key, self.jwt_algorithm))

        async def session_request(sid: str, data: dict[str, Any] | None) -> None:
            session = (data or {}).get("session_id") or uuid.uuid4().hex
            if self.session_persistence:
                await sio.enter_room(sid, session, namespace=self.namespace)
            await sio.emit("session_confirm", session, room=sid, namespace=self.namespace)

        async def handle_message(sid: str, data: dict[str, Any]) -> None:
            sender = data.get("session_id") if self.session_persistence else sid
            if not sender:
                log.warning("A message without a session_id is ignored; ask for one with `session_request`.")
                return
            metadata = data.get(self.metadata_key, {})
            metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
            output = SocketIOOutput(sio, self.bot_message_evt)
            asked = UserMessage(data.get("message", ""), output, sender, input_channel=self.name(), metadata=metadata)
            await on_new_message(asked)

        routes.add_route(health, "/", methods=["GET"], name="health")
        sio.on("connect", connect, namespace=self.namespace)
        sio.on("session_request", session_request, namespace=self.namespace)
        sio.on(self.user_message_evt, handle_message, namespace=self.namespace)
        return routes


__all__ = ["SocketBlueprint", "SocketIOInput", "SocketIOOutput"]
