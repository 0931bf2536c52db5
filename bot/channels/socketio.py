"""The Socket.IO channel, in Rasa's dialect: rasa-webchat, chatroom and chat-widget connect to it unchanged.

A client emits `session_request {session_id?}` and gets `session_confirm` with the bare id, emits `user_uttered
{message, session_id, metadata}` and gets `bot_uttered` for each part of the replies. Without `session_persistence` a
conversation lives as long as its connection; with it, it has the session's id, and a client that comes back with
that id goes on with it. Source: `rasa/core/channels/socketio.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.base import Handle
from bot.channels.incoming import clean, unsigned
from bot.channels.socketio_wire import emits
from bot.channels.wire import SAID_ON_FAILURE
from bot.errors import UsageError, did_you_mean
from bot.message import Message, Reply
from bot.stores.redis_client import RedisOptions, redis_url

log = logging.getLogger(__name__)

FINISHING_SECONDS = 30


class SocketIoOptions(BaseModel):
    """The block `socketio:` of credentials.yml."""

    model_config = ConfigDict(frozen=True)

    user_message_evt: str = "user_uttered"
    bot_message_evt: str = "bot_uttered"
    namespace: str = "/"
    session_persistence: bool = False
    """Whether a conversation has the id of the session rather than that of the connection."""
    socketio_path: str = "/socket.io"
    jwt_key: str | None = None
    """Secret, or public key in PEM, of the tokens that a client must present as `auth: {token}` when it connects."""
    jwt_method: str = "HS256"
    metadata_key: str = "metadata"
    """Where in a message its metadata is; `customData` for rasa-webchat."""


class SocketIoChannel:
    """All connections over Socket.IO (protocol 5: clients of version 3 and 4 in JavaScript, 5 in Python)."""

    name = "socketio"

    def __init__(
        self,
        handle: Handle,
        options: SocketIoOptions,
        *,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        redis: RedisOptions | None = None,
    ) -> None:
        """Over `redis` workers emit to each other's connections."""
        import socketio

        self._handle = handle
        self._options = options
        self._new_id = new_id
        self._turns: set[asyncio.Task[None]] = set()
        # Who may connect from where is decided by --cors, for all channels alike.
        manager = socketio.AsyncRedisManager(redis_url(redis), channel="socketio") if redis else None
        self._server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[], client_manager=manager)
        for event, handler in (
            ("connect", self._connect),
            ("session_request", self._session_request),
            (options.user_message_evt, self._user_uttered),
        ):
            self._server.on(event, handler, namespace=options.namespace)

    @classmethod
    def from_credentials(
        cls, handle: Handle, credentials: Mapping[str, Any] | None, *, redis: RedisOptions | None = None
    ) -> SocketIoChannel:
        """Raises UsageError for an option that cannot have its value; one that does not exist is logged, as in Rasa."""
        given = {key: value for key, value in (credentials or {}).items() if value is not None}
        for key in given.keys() - SocketIoOptions.model_fields.keys():
            hint = did_you_mean(str(key), SocketIoOptions.model_fields)
            log.warning("credentials.yml: `socketio` has no option '%s'. %s", key, hint)
        try:
            options = SocketIoOptions.model_validate(given)
        except ValidationError as error:
            found = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
            raise UsageError(f"credentials.yml: `socketio` cannot be used: {found}") from error
        if not options.socketio_path.strip("/"):
            raise UsageError("credentials.yml: `socketio_path` needs a name, such as /socket.io.")
        return cls(handle, options, redis=redis)

    def routes(self) -> Sequence[BaseRoute]:
        import socketio

        app = socketio.ASGIApp(self._server, socketio_path=None)
        return (
            Route("/webhooks/socketio/", self._health, methods=["GET"]),
            Mount("/" + self._options.socketio_path.strip("/"), app=app),
        )

    async def push(self, recipient_id: str, replies: Sequence[Reply]) -> None:
        """Send replies that answer no message; without session persistence the recipient is a connection."""
        for reply in replies:
            for arguments in emits(reply):
                where = {} if arguments.keys() & {"to", "room"} else {"room": recipient_id}
                plain = json.loads(json.dumps(arguments, ensure_ascii=False, default=str))
                namespace = {"namespace": self._options.namespace}
                await self._server.emit(self._options.bot_message_evt, **(namespace | where | plain))

    async def close(self) -> None:
        """Finish the turns that are under way."""
        if self._turns:
            await asyncio.wait(self._turns, timeout=FINISHING_SECONDS)
        await self._server.shutdown()

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> bool:
        """Whether a client may connect: False refuses it."""
        if self._options.jwt_key is None:
            return True
        import jwt

        token = auth.get("token") if isinstance(auth, Mapping) else None
        if not isinstance(token, str):
            return False
        try:
            jwt.decode(token.removeprefix("Bearer "), self._options.jwt_key, algorithms=[self._options.jwt_method])
        except jwt.InvalidTokenError as error:
            log.info("A Socket.IO client was refused: %s", error)
            return False
        return True

    async def _session_request(self, sid: str, data: Any = None) -> None:
        session = _session_of(data) or self._new_id()
        if self._options.session_persistence:
            await self._server.enter_room(sid, session, namespace=self._options.namespace)
        await self._server.emit("session_confirm", session, room=sid, namespace=self._options.namespace)

    async def _user_uttered(self, sid: str, data: Any = None) -> None:
        message = self._message(sid, data)
        if message is None:
            return
        if self._options.session_persistence:  # a client that reconnected may not have asked for its session again
            await self._server.enter_room(sid, message.sender_id, namespace=self._options.namespace)
        turn = asyncio.create_task(self._turn(message))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)
        await turn

    async def _turn(self, message: Message) -> None:
        try:
            replies = await self._handle(message)
        except Exception:  # the customer gets a word, the operator the traceback
            log.exception("The turn of %s failed", message.sender_id)
            replies = [Reply(SAID_ON_FAILURE)]
        await self.push(message.sender_id, replies)

    def _message(self, sid: str, data: Any) -> Message | None:
        """The message of an event; None, and a line in the log, when there is none in it."""
        text = data.get("message", "") if isinstance(data, Mapping) else None
        if not isinstance(text, str):
            log.warning("A Socket.IO message was ignored: it is an object with the text as `message`, not %.80r.", data)
            return None
        sender = _session_of(data) if self._options.session_persistence else sid
        if sender is None:
            log.warning("A Socket.IO message without `session_id` was ignored; `session_request` gives one.")
            return None
        message_id = data.get("message_id")
        return Message(
            text=clean(text),
            sender_id=sender,
            message_id=clean(message_id) if isinstance(message_id, str) else "",
            input_channel=self.name,
            metadata=_metadata(data.get(self._options.metadata_key)),
        )


def _session_of(data: Any) -> str | None:
    session = data.get("session_id") if isinstance(data, Mapping) else None
    return clean(str(session)) if isinstance(session, str | int) and session != "" else None


def _metadata(value: Any) -> Mapping[str, Any]:
    """Metadata as an object, which some clients send as its JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else {}
        except (ValueError, RecursionError):
            log.warning("The metadata of a Socket.IO message was ignored: it is no JSON.")
            return {}
    return unsigned(value) if isinstance(value, Mapping) else {}
