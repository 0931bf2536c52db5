import asyncio
from pathlib import Path

from sqlalchemy.orm import Session

from bot.channels.outbox import MemoryOutbox
from bot.stores.sql import SqlTrackerStore
from bot.stores.sql_outbox import REPLIES_KEPT, SqlOutbox


def test_replies_are_numbered_through_a_session_and_found_again() -> None:
    async def scenario() -> None:
        outbox = MemoryOutbox()
        first = await outbox.append("a", "m1", [{"text": "one"}, {"text": "two"}])
        await outbox.append("b", "m1", [{"text": "other"}])
        await outbox.append("a", "m2", [{"text": "three"}])
        assert [frame["seq"] for frame in first] == [1, 2]
        assert [frame["text"] for frame in await outbox.since("a", 1)] == ["two", "three"]
        assert await outbox.last_seq("a") == 3
        assert await outbox.last_seq("b") == 1

    asyncio.run(scenario())


def test_an_answered_message_is_known_even_when_nothing_was_said() -> None:
    async def scenario() -> None:
        outbox = MemoryOutbox()
        await outbox.append("a", "m1", [])
        assert await outbox.answered("a", "m1")
        assert not await outbox.answered("a", "m2")
        assert not await outbox.answered("b", "m1")

    asyncio.run(scenario())


def test_old_replies_and_sessions_make_room() -> None:
    async def scenario() -> None:
        outbox = MemoryOutbox(sessions=2, replies=3)
        for number in range(5):
            await outbox.append("a", f"m{number}", [{"text": str(number)}])
        assert [frame["seq"] for frame in await outbox.since("a", 0)] == [3, 4, 5]
        await outbox.append("b", "m", [{"text": "b"}])
        await outbox.append("c", "m", [{"text": "c"}])
        assert await outbox.since("a", 0) == []

    asyncio.run(scenario())


def test_replies_in_the_database_outlive_the_process_and_a_resend_adds_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/talks.db"

    async def scenario() -> None:
        await SqlOutbox(SqlTrackerStore(url)).append("a", "m1", [{"text": "一"}, {"text": "two"}])
        outbox = SqlOutbox(SqlTrackerStore(url))
        assert await outbox.append("a", "m1", [{"text": "again"}]) == []
        assert await outbox.answered("a", "m1")
        assert await outbox.append("a", "", [{"text": "by itself"}]) == [{"text": "by itself", "seq": 3}]
        assert [frame["text"] for frame in await outbox.since("a", 0)] == ["一", "two", "by itself"]
        assert await outbox.last_seq("b") == 0

    asyncio.run(scenario())


def test_replies_go_with_the_transaction_of_their_turn_and_with_their_conversation(tmp_path: Path) -> None:
    store = SqlTrackerStore(f"sqlite:///{tmp_path}/talks.db")
    outbox = SqlOutbox(store)

    async def scenario() -> None:
        with Session(store.connection()) as session:
            assert [frame["seq"] for frame in await outbox.append_in(session, "a", "m1", [{"text": "never"}])] == [1]
        assert await outbox.last_seq("a") == 0
        await outbox.append("a", "m1", [{"text": "kept"}])
        await store.delete("a")
        assert await outbox.since("a", 0) == []

    asyncio.run(scenario())


def test_old_replies_make_room_in_the_database(tmp_path: Path) -> None:
    outbox = SqlOutbox(SqlTrackerStore(f"sqlite:///{tmp_path}/talks.db"))

    async def scenario() -> None:
        await outbox.append("a", "m1", [{"text": str(number)} for number in range(REPLIES_KEPT + 3)])
        kept = await outbox.since("a", 0)
        assert (len(kept), kept[-1]["seq"]) == (REPLIES_KEPT, REPLIES_KEPT + 3)

    asyncio.run(scenario())
