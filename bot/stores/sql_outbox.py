"""What has been sent in each session, in the database of the conversations: nothing is lost with the process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from bot.stores.sql import OUTBOX, SqlTrackerStore

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

Frame = Mapping[str, Any]
REPLIES_KEPT = 200
"""Of each session; older ones have long been seen."""


class SqlOutbox:
    """See `bot.channels.outbox.TransactionalOutbox`."""

    def __init__(self, store: SqlTrackerStore) -> None:
        self._store = store

    async def append(self, session: str, message_id: str, replies: Sequence[Frame]) -> Sequence[Frame]:
        def write() -> list[Frame]:
            with self._store.begin() as connection:
                return _append(connection, session, message_id, replies)

        return await asyncio.to_thread(write)

    async def append_in(
        self, transaction: Session, session: str, message_id: str, replies: Sequence[Frame]
    ) -> Sequence[Frame]:
        return await asyncio.to_thread(lambda: _append(transaction.connection(), session, message_id, replies))

    async def answered(self, session: str, message_id: str) -> bool:
        def read() -> bool:
            with self._store.connection() as connection:
                return _is_answered(connection, session, message_id)

        return await asyncio.to_thread(read)

    async def since(self, session: str, seq: int) -> Sequence[Frame]:
        def read() -> list[Frame]:
            query = select(OUTBOX.c.seq, OUTBOX.c.frame).where(OUTBOX.c.session == session, OUTBOX.c.seq > seq)
            with self._store.connection() as connection:
                rows = connection.execute(query.order_by(OUTBOX.c.seq))
                return [{**json.loads(row.frame), "seq": row.seq} for row in rows]

        return await asyncio.to_thread(read)

    async def last_seq(self, session: str) -> int:
        def read() -> int:
            with self._store.connection() as connection:
                return _last_seq(connection, session)

        return await asyncio.to_thread(read)

    async def close(self) -> None:
        """Nothing: the database belongs to the tracker store."""


# -- in a worker thread ------------------------------------------------------------------------------------------


def _append(connection: Connection, session: str, message_id: str, replies: Sequence[Frame]) -> list[Frame]:
    """A message that was answered already gets nothing more."""
    if not replies or (message_id and _is_answered(connection, session, message_id)):
        return []
    newest = _last_seq(connection, session)
    numbered: list[Frame] = [{**reply, "seq": seq} for seq, reply in enumerate(replies, start=newest + 1)]
    connection.execute(
        insert(OUTBOX),
        [
            {"session": session, "seq": frame["seq"], "message_id": message_id, "frame": _json(frame)}
            for frame in numbered
        ],
    )
    oldest = numbered[-1]["seq"] - REPLIES_KEPT
    if oldest > 0:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.session == session, OUTBOX.c.seq <= oldest))
    return numbered


def _is_answered(connection: Connection, session: str, message_id: str) -> bool:
    query = select(OUTBOX.c.seq).where(OUTBOX.c.session == session, OUTBOX.c.message_id == message_id)
    return connection.scalar(query.limit(1)) is not None


def _last_seq(connection: Connection, session: str) -> int:
    return connection.scalar(select(func.max(OUTBOX.c.seq)).where(OUTBOX.c.session == session)) or 0


def _json(frame: Frame) -> str:
    return json.dumps(frame, ensure_ascii=False, default=str)
