import asyncio

from bot.channels.outbox import MemoryOutbox


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
