"""What has been sent in a session, numbered, so that a client that reconnects gets what it missed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

Frame = Mapping[str, Any]


class Outbox(Protocol):
    """Numbered replies of each session, and which messages they answered.

    A message id that is known was handled: a resend of it must not be handled again.
    """

    async def append(self, session: str, message_id: str, replies: Sequence[Frame]) -> Sequence[Frame]:
        """Store the replies to one message; returns them with `seq`, which counts from 1 in each session.

        To a message that was answered already nothing is added, and nothing is returned.
        """
        ...

    async def answered(self, session: str, message_id: str) -> bool:
        """Whether the replies to this message are stored."""
        ...

    async def since(self, session: str, seq: int) -> Sequence[Frame]:
        """The replies after number `seq`, in order."""
        ...

    async def last_seq(self, session: str) -> int:
        """The number of the newest reply; 0 when there is none."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class TransactionalOutbox(Outbox, Protocol):
    """An outbox in the database of the conversations: replies can be stored in the transaction of their turn."""

    async def append_in(
        self, transaction: Any, session: str, message_id: str, replies: Sequence[Frame]
    ) -> Sequence[Frame]:
        """As `append`, committed or rolled back with an SQLAlchemy session."""
        ...


@dataclass
class _Session:
    last_seq: int = 0
    frames: list[Frame] = field(default_factory=list)
    answered: OrderedDict[str, None] = field(default_factory=OrderedDict)


class MemoryOutbox:
    """An outbox that lives as long as the process and holds the newest part of each session."""

    def __init__(self, *, sessions: int = 10_000, replies: int = 200) -> None:
        self._most_sessions = sessions
        self._most_replies = replies
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    async def append(self, session: str, message_id: str, replies: Sequence[Frame]) -> Sequence[Frame]:
        held = self._hold(session)
        if message_id in held.answered:
            return []
        numbered = [{**reply, "seq": held.last_seq + index} for index, reply in enumerate(replies, start=1)]
        held.last_seq += len(numbered)
        held.frames = [*held.frames, *numbered][-self._most_replies :]
        if message_id:
            held.answered[message_id] = None
            while len(held.answered) > self._most_replies:
                held.answered.popitem(last=False)
        return numbered

    async def answered(self, session: str, message_id: str) -> bool:
        held = self._sessions.get(session)
        return held is not None and message_id in held.answered

    async def since(self, session: str, seq: int) -> Sequence[Frame]:
        held = self._sessions.get(session)
        return [frame for frame in held.frames if frame["seq"] > seq] if held else []

    async def last_seq(self, session: str) -> int:
        held = self._sessions.get(session)
        return held.last_seq if held else 0

    async def close(self) -> None:
        return None

    def _hold(self, session: str) -> _Session:
        held = self._sessions.setdefault(session, _Session())
        self._sessions.move_to_end(session)
        while len(self._sessions) > self._most_sessions:
            self._sessions.popitem(last=False)
        return held
