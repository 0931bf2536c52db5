"""The WebSocket channel `/ws`: acknowledged messages, numbered replies, nothing lost over a reconnect."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.channels.base import Handle
from bot.channels.drafts import drafts_to
from bot.channels.fan_out import FanOut, LocalFanOut
from bot.channels.frames import FrameError, Hello, Ping, Say, read_frame
from bot.channels.incoming import CLAIMS
from bot.channels.outbox import Frame, MemoryOutbox, Outbox, TransactionalOutbox
from bot.channels.websocket_options import Rates, WebSocketOptions, claims_of
from bot.channels.wire import SAID_ON_FAILURE, parts
from bot.message import Message, Reply
from bot.stores.base import LockStore, keeping
from bot.stores.memory import MemoryLockStore

log = logging.getLogger(__name__)

WAITING_MESSAGES = 20
"""How many messages of one connection may wait for their turn; more are refused with `busy`."""


class WebSocketChannel:
    """All connections of all sessions. Several connections may share a session: each gets every reply."""

    name = "websocket"

    def __init__(
        self,
        handle: Handle,
        *,
        outbox: Outbox | None = None,
        fan_out: FanOut | None = None,
        order: LockStore | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
        options: WebSocketOptions | None = None,
    ) -> None:
        """`outbox`, `fan_out` and `order`, the locks of sessions, are this process's own where none are given."""
        self._handle = handle
        self._outbox = outbox or MemoryOutbox()
        self._fan_out = fan_out or LocalFanOut()
        self._fan_out.listen(self._hear, self._send_away)
        self._order = order or MemoryLockStore()
        self._new_id = new_id
        self._options = options or WebSocketOptions()
        self._rates = Rates(self._options)
        self._connections: defaultdict[str, set[_Connection]] = defaultdict(set)
        self._turns: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[BaseRoute]:
        return (WebSocketRoute("/ws", self._serve),)

    async def push(self, recipient_id: str, replies: Sequence[Reply]) -> None:
        """Send replies that answer no message; a client that is away gets them when it comes back."""
        await self._publish(recipient_id, await self._outbox.append(recipient_id, "", _frames("", replies)))

    async def close(self) -> None:
        """Finish the turns that are under way, then say goodbye to everybody."""
        if self._turns:
            await asyncio.wait(self._turns, timeout=30)
        await self._send_away()
        for part in (self._fan_out, self._outbox, self._order):
            await part.close()

    async def _send_away(self) -> None:
        """Close all connections: the clients come back, and get what they missed."""
        for connections in list(self._connections.values()):
            for connection in list(connections):
                await connection.close()

    async def _serve(self, socket: WebSocket) -> None:
        if self._options.origins and socket.headers.get("origin") not in self._options.origins:
            await socket.close(code=1008)  # before it was accepted: the browser gets 403
            return
        await socket.accept()
        connection = _Connection(socket)
        try:
            while True:
                await self._take(connection, await connection.receive())
        except WebSocketDisconnect:
            pass
        finally:
            await self._leave(connection)

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

    async def _join(self, connection: _Connection, hello: Hello) -> bool:
        """Whether it may; where tokens are asked for, the token says which session it is."""
        await self._leave(connection)
        if self._options.token_key is not None:
            connection.claims = claims_of(hello.token, self._options)
            if connection.claims is None:
                text = "A session needs a valid token; say hello with one."
                await connection.send({"type": "error", "code": "unauthorized", "message": text})
                return False
            hello = replace(hello, session=str(connection.claims["sub"]))
        session = connection.session = hello.session or self._new_id()
        connection.begin()
        self._connections[session].add(connection)
        await self._fan_out.subscribe(session)
        async with self._order.lock(
            f"socket {session}"
        ):  # between turns: until then, what was received is being answered
            newest = await self._outbox.last_seq(session)
            missed: Sequence[Frame] = ()
            if hello.seq is not None:
                # A client that is ahead of us knew an outbox that is gone: it gets everything there is.
                missed = await self._outbox.since(session, hello.seq if hello.seq <= newest else 0)
            await connection.go_on({"type": "session", "session": session, "seq": newest}, missed, newest)
        return True

    async def _say(self, connection: _Connection, say: Say) -> None:
        is_elsewhere = connection.session is None or (say.session and say.session != connection.session)
        if is_elsewhere and not await self._join(connection, Hello(say.session, None)):
            return
        session = connection.session or ""
        may = self._rates.allow(connection=connection.id, session=session, address=connection.address)
        if not may or connection.waiting >= WAITING_MESSAGES:
            text = "Too many messages are waiting; send this one again in a moment."
            await connection.send({"type": "error", "code": "busy", "id": say.id, "message": text})
            return
        connection.waiting += 1
        turn = asyncio.create_task(self._turn(connection, session, say))
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)

    async def _turn(self, connection: _Connection, session: str, say: Say) -> None:
        """Handle one message of a session, after those before it; a resend is only acknowledged again."""
        try:
            async with self._order.lock(f"socket {session}"):
                if say.id and await self._outbox.answered(session, say.id):
                    await connection.send({"type": "ack", "id": say.id})
                    return
                await self._fan_out.publish(session, {"type": "typing", "on": True, "to": say.id})
                try:
                    await self._publish(session, await self._answer(session, say, connection.claims))
                    await connection.send({"type": "ack", "id": say.id})
                finally:
                    await self._fan_out.publish(session, {"type": "typing", "on": False})
        except Exception:  # the turn was rolled back, or is known when it comes again: the client may send it again
            log.exception("The turn of %s failed", session)
            await connection.send({"type": "error", "code": "failed", "id": say.id, "message": SAID_ON_FAILURE})
        finally:
            connection.waiting -= 1

    async def _answer(self, session: str, say: Say, claims: Mapping[str, Any] | None) -> Sequence[Frame]:
        """The numbered replies to a message, shown in the making, and stored with the turn where that is possible."""
        metadata = {**say.metadata, CLAIMS: dict(claims)} if claims else say.metadata
        message = Message(say.text, session, say.id, self.name, metadata)
        draft = {"type": "draft", "to": say.id}
        stored: Sequence[Frame] | None = None

        async def keep(replies: Sequence[Reply], transaction: Any) -> None:
            nonlocal stored
            assert isinstance(self._outbox, TransactionalOutbox)
            stored = await self._outbox.append_in(transaction, session, say.id, _frames(say.id, replies))

        if isinstance(self._outbox, TransactionalOutbox):
            keeping.set(keep)  # for the task of this turn alone
        async with drafts_to(lambda text: self._fan_out.publish(session, {**draft, "text": text})):
            replies = await self._handle(message)
        return await self._outbox.append(session, say.id, _frames(say.id, replies)) if stored is None else stored

    async def _publish(self, session: str, frames: Sequence[Frame]) -> None:
        for frame in frames:
            await self._fan_out.publish(session, frame)

    async def _hear(self, session: str, frame: Frame) -> None:
        for connection in list(self._connections.get(session, ())):
            await connection.hear(frame)

    async def _leave(self, connection: _Connection) -> None:
        session, connection.session = connection.session, None
        if session is None:
            return
        self._connections[session].discard(connection)
        if not self._connections[session]:
            del self._connections[session]
        await self._fan_out.unsubscribe(session)


class _Connection:
    """One socket; sending to one that has gone is no error, because the outbox keeps the reply."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.id = uuid.uuid4().hex
        self.address = socket.client.host if socket.client else ""
        self.session: str | None = None
        self.claims: Mapping[str, Any] | None = None
        self.waiting = 0
        self._seq = 0
        self._held: list[Frame] | None = None

    def begin(self) -> None:
        """Hold back what is heard of a session until the client has what it missed."""
        self._held = []

    async def go_on(self, session: Frame, missed: Sequence[Frame], newest: int) -> None:
        """Send what was missed, then what was held back."""
        await self.send(session)
        for frame in missed:
            await self.send(frame)
        self._seq = missed[-1]["seq"] if missed else newest
        while self._held:
            await self._pass_on(self._held.pop(0))
        self._held = None

    async def hear(self, frame: Frame) -> None:
        if self._held is not None:
            self._held.append(frame)
        else:
            await self._pass_on(frame)

    async def _pass_on(self, frame: Frame) -> None:
        """Send a frame, unless it is a reply that the client has got from the outbox."""
        if frame.get("seq", self._seq + 1) > self._seq:
            self._seq = frame.get("seq", self._seq)
            await self.send(frame)

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
