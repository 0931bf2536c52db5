"""The WebSocket channel `/ws`: acknowledged messages, numbered replies, nothing lost over a reconnect."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.channels.base import Handle
from bot.channels.drafts import drafts_to
from bot.channels.frames import FrameError, Hello, Ping, Say, read_frame
from bot.channels.outbox import Frame, MemoryOutbox, Outbox
from bot.channels.wire import SAID_ON_FAILURE, parts
from bot.message import Message, Reply

log = logging.getLogger(__name__)

WAITING_MESSAGES = 20
"""How many messages of one connection may wait for their turn; more are refused with `busy`."""


class WebSocketChannel:
    """All connections of all sessions. Several connections may share a session: each gets every reply."""

    name = "websocket"

    def __init__(
        self, handle: Handle, *, outbox: Outbox | None = None, new_id: Callable[[], str] = lambda: uuid.uuid4().hex
    ) -> None:
        self._handle = handle
        self._outbox = outbox or MemoryOutbox()
        self._new_id = new_id
        self._connections: defaultdict[str, set[_Connection]] = defaultdict(set)
        self._order: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._turns: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[BaseRoute]:
        return (WebSocketRoute("/ws", self._serve),)

    async def push(self, recipient_id: str, replies: Sequence[Reply]) -> None:
        """Send replies that answer no message; a client that is away gets them when it comes back."""
        await self._deliver(recipient_id, "", _frames("", replies))

    async def close(self) -> None:
        """Finish the turns that are under way, then say goodbye to everybody."""
        if self._turns:
            await asyncio.wait(self._turns, timeout=30)
        for connections in list(self._connections.values()):
            for connection in list(connections):
                await connection.close()

    async def _serve(self, socket: WebSocket) -> None:
        await socket.accept()
        connection = _Connection(socket)
        try:
            while True:
                await self._take(connection, await connection.receive())
        except WebSocketDisconnect:
            pass
        finally:
            self._leave(connection)

    async def _take(self, connection: _Connection, data: str) -> None:
        try:
            frame = read_frame(data)
        except FrameError as error:
            await connection.send({"type": "error", "code": error.code, "message": str(error)})
            return
        match frame:
            case Hello():
                await self._join(connection, frame)
            case Ping():
                await connection.send({"type": "pong"})
            case Say():
                await self._say(connection, frame)

    async def _join(self, connection: _Connection, hello: Hello) -> None:
        self._leave(connection)
        session = connection.session = hello.session or self._new_id()
        # Under the session's lock, so that nothing is delivered between what was missed and what is new.
        async with self._order[session]:
            newest = await self._outbox.last_seq(session)
            await connection.send({"type": "session", "session": session, "seq": newest})
            if hello.seq is not None:
                # A client that is ahead of us knew an outbox that is gone: it gets everything there is.
                for reply in await self._outbox.since(session, hello.seq if hello.seq <= newest else 0):
                    await connection.send(reply)
            self._connections[session].add(connection)

    async def _say(self, connection: _Connection, say: Say) -> None:
        if connection.session is None or (say.session and say.session != connection.session):
            await self._join(connection, Hello(say.session, None))
        if connection.waiting >= WAITING_MESSAGES:
            text = "Too many messages are waiting; send this one again in a moment."
            await connection.send({"type": "error", "code": "busy", "id": say.id, "message": text})
            return
        connection.waiting += 1
        turn = asyncio.create_task(self._turn(connection, connection.session or "", say))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)

    async def _turn(self, connection: _Connection, session: str, say: Say) -> None:
        """Handle one message of a session, after those before it; a resend is only acknowledged again."""
        try:
            async with self._order[session]:
                if say.id and await self._outbox.answered(session, say.id):
                    await connection.send({"type": "ack", "id": say.id})
                    return
                await self._broadcast(session, {"type": "typing", "on": True, "to": say.id})
                try:
                    message = Message(say.text, session, say.id, self.name, say.metadata)
                    draft = {"type": "draft", "to": say.id}
                    async with drafts_to(lambda text: self._broadcast(session, {**draft, "text": text})):
                        frames = _frames(say.id, await self._handle(message))
                except Exception:  # the turn was rolled back: the client may send the message again
                    log.exception("The turn of %s failed", session)
                    error = {"type": "error", "code": "failed", "id": say.id, "message": SAID_ON_FAILURE}
                    await connection.send(error)
                else:
                    await self._deliver(session, say.id, frames)
                    await connection.send({"type": "ack", "id": say.id})
                finally:
                    await self._broadcast(session, {"type": "typing", "on": False})
        finally:
            connection.waiting -= 1
            self._forget(session)

    async def _deliver(self, session: str, message_id: str, frames: Sequence[Frame]) -> None:
        for frame in await self._outbox.append(session, message_id, frames):
            await self._broadcast(session, frame)

    async def _broadcast(self, session: str, frame: Frame) -> None:
        for connection in list(self._connections.get(session, ())):
            await connection.send(frame)

    def _leave(self, connection: _Connection) -> None:
        session = connection.session
        if session is None:
            return
        self._connections[session].discard(connection)
        if not self._connections[session]:
            del self._connections[session]
        self._forget(session)

    def _forget(self, session: str) -> None:
        """Drop the lock of a session that nobody is connected to and that has no turn under way."""
        if session not in self._connections and session in self._order and not self._order[session].locked():
            del self._order[session]


class _Connection:
    """One socket; sending to one that has gone is no error, because the outbox keeps the reply."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.session: str | None = None
        self.waiting = 0

    async def receive(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        return text if isinstance(text, str) else ""  # binary frames are answered like any other that is no JSON

    async def send(self, frame: Frame) -> None:
        if self._socket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            await self._socket.send_text(json.dumps(frame, ensure_ascii=False, default=str))
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            log.debug("A frame could not be sent: %s", error)

    async def close(self) -> None:
        if self._socket.application_state is WebSocketState.CONNECTED:
            await self._socket.close(code=1001)


def _frames(message_id: str, replies: Sequence[Reply]) -> list[dict[str, Any]]:
    return [{"type": "reply", "to": message_id, **part} for reply in replies for part in parts(reply)]
