"""Channels of a project's own: subclasses of `rasa.core.channels.channel.InputChannel`, served as they are.

Their blueprint is run by Sanic itself, as an ASGI application inside ours, so that requests, responses, streams and
websockets are the real ones. Replies go out when the turn is stored, through the message's own output channel.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.compat.api.exceptions import RasaException
from bot.compat.hook import serving_rasa
from bot.compat.project_code import failure, load_class, problem
from bot.message import Message, Reply

if TYPE_CHECKING:
    from sanic import Sanic
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

    from bot.compat.api.channels import InputChannel, OutputChannel, UserMessage

log = logging.getLogger(__name__)


class Handle(Protocol):
    """One whole turn, as channels are given it."""

    async def __call__(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]: ...


class CustomChannel:
    """Serves an input channel at `/webhooks/` and its prefix."""

    def __init__(self, handle: Handle, channel: InputChannel) -> None:
        self._handle = handle
        self._channel = channel
        with serving_rasa():
            self.name: str = channel.name()
            self._prefix = f"/webhooks/{channel.url_prefix().strip('/')}"
            self._blueprint = channel.blueprint(self._on_new_message)
        self._sanic = _Sanic(self._blueprint, self._prefix)

    def routes(self) -> Sequence[BaseRoute]:
        from starlette.routing import Mount

        from bot.compat.api.socketio_input import SocketBlueprint

        routes = [Mount(self._prefix, app=self._sanic)]
        if isinstance(self._blueprint, SocketBlueprint):
            from socketio import ASGIApp

            path = f"/{self._blueprint.ctx.socketio_path.strip('/')}"
            routes.append(Mount(path, app=ASGIApp(self._blueprint.ctx.sio, socketio_path=path)))
        return routes

    async def push(self, recipient_id: str, replies: Sequence[Reply]) -> None:
        """Send replies that answer no message, where the channel can do that."""
        with serving_rasa():
            output = self._channel.get_output_channel()
        if output is None:
            log.warning("The channel '%s' cannot speak first; %d replies are lost.", self.name, len(replies))
        else:
            await send(replies, recipient_id, output)

    async def close(self) -> None:
        await self._sanic.close()

    async def _on_new_message(self, asked: UserMessage) -> None:
        """What the blueprint calls with each message."""
        if asked.parse_data:
            log.warning("The channel '%s' brings its own parse_data, which is not used.", self.name)
        message = Message(
            text=asked.text or "",
            sender_id=asked.sender_id,
            message_id=asked.message_id,
            input_channel=asked.input_channel or self.name,
            metadata=asked.metadata or {},
        )
        replies = await self._handle(message, output_channel=asked.output_channel.name())
        await send(replies, asked.sender_id, asked.output_channel)


async def send(replies: Sequence[Reply], recipient_id: str, output: OutputChannel) -> None:
    """Give replies to an output channel, one after the other, as Rasa does."""
    with serving_rasa():
        for reply in replies:
            await output.send_response(recipient_id, _as_rasa(reply))


def _as_rasa(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "elements": [dict(element) for element in reply.elements] or None,
        "quick_replies": [dict(quick_reply) for quick_reply in reply.quick_replies] or None,
        "buttons": [dict(button) for button in reply.buttons] or None,
        "attachment": reply.attachment,
        "image": reply.image,
        "custom": dict(reply.custom) or None,
        **reply.metadata,
    }


def make_channel(handle: Handle, dotted: str, settings: Mapping[str, Any] | None, *, root: Path) -> CustomChannel:
    """The channel of a class path in credentials.yml. Raises ProjectError for what is no channel."""
    from bot.compat.api.channels import InputChannel

    channel_class = load_class(dotted, root)
    if not issubclass(channel_class, InputChannel):
        raise problem(f"credentials.yml: '{dotted}' is no subclass of rasa.core.channels.channel.InputChannel.", None)
    try:
        with serving_rasa():
            channel = channel_class.from_credentials(dict(settings) if settings else None)
            return CustomChannel(handle, channel)
    except (RasaException, LookupError, TypeError, ValueError, NotImplementedError) as error:
        raise failure(f"credentials.yml: the channel '{dotted}' cannot be made", error, root, None) from error


class _Sanic:
    """A blueprint as an ASGI application; Sanic is started with the first request."""

    def __init__(self, blueprint: Any, prefix: str) -> None:
        self._blueprint, self._prefix = blueprint, prefix
        self._app: Sanic[Any, Any] | None = None
        self._lock = asyncio.Lock()
        self._events: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._life: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await self._started()
        with serving_rasa():
            await app(scope, receive, send)

    async def close(self) -> None:
        if self._life is not None:
            await self._events.put({"type": "lifespan.shutdown"})
            await self._life

    async def _started(self) -> Sanic[Any, Any]:
        async with self._lock:
            if self._app is None:
                self._app = await self._start()
            return self._app

    async def _start(self) -> Sanic[Any, Any]:
        """A Sanic application that has been through ASGI's startup."""
        from sanic import Sanic

        app: Sanic[Any, Any] = Sanic(f"kefu-{uuid.uuid4().hex}", configure_logging=False)
        app.config.MOTD = False
        app.config.TOUCHUP = False  # it rewrites Sanic's methods for one application a process
        app.blueprint(self._blueprint, url_prefix=self._prefix)
        started: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def heard(message: MutableMapping[str, Any]) -> None:
            if not started.done():
                started.set_result(message.get("message", ""))

        await self._events.put({"type": "lifespan.startup"})
        self._life = asyncio.create_task(app({"type": "lifespan"}, self._events.get, heard))
        self._life.add_done_callback(lambda _: Sanic.unregister_app(app))
        error = await started
        if error:
            self._life.cancel()
            raise RuntimeError(f"the blueprint cannot be served: {error}")
        return app
