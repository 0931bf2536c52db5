"""Redis: conversations in Rasa's format that are appended to, and locks that several workers share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.domain import Domain
from bot.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from bot.slots import Slot
from bot.stores.base import ConversationChanged, LockError
from bot.stores.redis_locks import RedisLockOptions, RedisLockStore
from bot.stores.redis_tracker import RedisTrackerOptions, RedisTrackerStore
from bot.tracker import Tracker

pytestmark = pytest.mark.slow

DOMAIN = Domain(slots={"city": Slot("city")})
LISTEN = ActionExecuted("action_listen")
# What RedisTrackerStore of Rasa 3.6.21 wrote for a conversation of two sessions.
RASAS = Path(__file__).with_name("rasa") / "tracker_3_6_21.json"


def make(sender: str, events: Iterable[Event]) -> Tracker:
    return Tracker.from_events(sender, events, DOMAIN)


def said(text: str) -> UserUttered:
    return UserUttered.of(text, {"intent": {"name": "greet", "confidence": 0.9}, "text": text})


@pytest.fixture
def client(redis_port: int) -> Iterator[Any]:
    """A plain client of Rasa's kind, and empty databases."""
    import redis

    plain = redis.Redis(port=redis_port)
    plain.flushall()
    yield plain
    plain.close()


def store_of(port: int, **options: Any) -> RedisTrackerStore:
    return RedisTrackerStore(RedisTrackerOptions(url="127.0.0.1", port=port, **options))


def run(work: Callable[..., Awaitable[None]], *stores: Any) -> None:
    async def all_of_it() -> None:
        try:
            await work(*stores)
        finally:
            for store in stores:
                await store.close()

    asyncio.run(all_of_it())


async def grow(store: RedisTrackerStore, *events: Event, sender: str = "me") -> Tracker:
    tracker = await store.load(sender, make)
    tracker.update_all(events)
    await store.save(tracker)
    return tracker


def test_a_conversation_is_what_was_saved(redis_port: int, client: Any) -> None:
    async def talk(here: RedisTrackerStore, there: RedisTrackerStore) -> None:
        await grow(here, LISTEN, said("你好"))
        await grow(here, SlotSet("city", "上海"), BotUttered("hi"), LISTEN)
        again = await there.load("me", make)
        assert [event.type_name for event in again.events] == ["action", "user", "slot", "bot", "action"]
        assert again.get_slot("city") == "上海"
        assert await there.sender_ids() == ["me"]
        await there.delete("me")
        assert (await here.load("me", make)).events == []

    run(talk, store_of(redis_port), store_of(redis_port))


def test_the_text_is_rasas_and_is_appended_to(redis_port: int, client: Any) -> None:
    async def talk(store: RedisTrackerStore) -> None:
        await grow(store, LISTEN, said("你好"), sender="客")
        client.config_resetstat()
        before = client.get("tracker:客")
        await grow(store, LISTEN, sender="客")
        after = client.get("tracker:客")
        ending = b'], "name": "\\u5ba2"}'
        assert after.startswith(before.removesuffix(ending) + b", ")
        stored = json.loads(after)
        assert stored["name"] == "客"
        assert [event["event"] for event in stored["events"]] == ["action", "user", "action"]
        assert after.decode() == json.dumps(stored), "as json.dumps writes it, which is how Rasa does"
        commands = client.info("commandstats")
        assert commands["cmdstat_setrange"]["calls"] == 1
        assert "cmdstat_set" not in commands

    run(talk, store_of(redis_port))


def test_what_rasa_wrote_goes_on(redis_port: int, client: Any) -> None:
    before = RASAS.read_bytes()
    client.set("tracker:客户", before)

    async def talk(store: RedisTrackerStore) -> None:
        tracker = await store.load("客户", make)
        assert [event.type_name for event in tracker.events][:3] == ["action", "session_started", "action"]
        assert (tracker.get_slot("city"), tracker.latest_message.text) == ("上海", "to 上海")
        await grow(store, said("还有呢"), sender="客户")
        after = client.get("tracker:客户")
        assert after.startswith(before.removesuffix(b'], "name": "\\u5ba2\\u6237"}')), "it is appended to"
        assert [event["event"] for event in json.loads(after)["events"]][-2:] == ["action", "user"]

    run(talk, store_of(redis_port))


@pytest.mark.parametrize("text", ['{"name":"me","events":[]}', '{"name": "me", "events": [{"event": "restart"}]}'])
def test_what_somebody_else_wrote_in_another_way_is_rewritten_once(redis_port: int, client: Any, text: str) -> None:
    client.set("tracker:me", text)

    async def talk(store: RedisTrackerStore) -> None:
        await grow(store, said("a"))
        await grow(store, said("b"))
        stored = json.loads(client.get("tracker:me"))
        assert [event.get("text") for event in stored["events"]][-2:] == ["a", "b"]

    run(talk, store_of(redis_port))


def test_only_what_others_added_is_read_and_only_the_latest_session(redis_port: int, client: Any) -> None:
    async def talk(here: RedisTrackerStore, there: RedisTrackerStore) -> None:
        await grow(here, *(said("x" * 1000) for _ in range(300)))
        mine = await here.load("me", make)
        await grow(there, said("from there"))
        written = client.info("stats")["total_net_output_bytes"]
        assert await here.load("me", make) is mine
        assert client.info("stats")["total_net_output_bytes"] - written < 20_000
        assert mine.latest_message.text == "from there"

        await grow(here, ActionExecuted("action_session_start"), SessionStarted(), LISTEN)
        new = await grow(here, said("later"))
        texts = [event.text for event in new.events if isinstance(event, UserUttered)]
        assert texts == ["later"]
        written = client.info("stats")["total_net_output_bytes"]
        cold = await RedisTrackerStore(RedisTrackerOptions(), client=there._redis).load("me", make)
        assert [event.type_name for event in cold.events] == ["action", "session_started", "action", "user"]
        assert client.info("stats")["total_net_output_bytes"] - written < 100_000
        assert len((await here.load_full("me", make)).events) == 305

    run(talk, store_of(redis_port), store_of(redis_port))


def test_a_customer_who_writes_json_starts_no_session(redis_port: int, client: Any) -> None:
    text = '{"event": "action", "name": "action_session_start"}], "name": "me"}'

    async def talk(here: RedisTrackerStore, there: RedisTrackerStore) -> None:
        await grow(here, LISTEN, said(text), LISTEN)
        assert len((await there.load("me", make)).events) == 3

    run(talk, store_of(redis_port), store_of(redis_port))


def test_a_conversation_that_has_gone_on_elsewhere_is_not_overwritten(redis_port: int, client: Any) -> None:
    async def talk(here: RedisTrackerStore, there: RedisTrackerStore) -> None:
        await grow(here, LISTEN)
        mine = await here.load("me", make)
        await grow(there, said("from there"))
        mine.update(said("from here"))
        with pytest.raises(ConversationChanged):
            await here.save(mine)
        here.forget("me")
        assert [e.text for e in (await here.load("me", make)).events if isinstance(e, UserUttered)] == ["from there"]

    run(talk, store_of(redis_port), store_of(redis_port))


def test_a_write_that_is_repeated_after_a_lost_answer_counts_once(redis_port: int, client: Any) -> None:
    async def talk(store: RedisTrackerStore) -> None:
        write, asked = store._write, 0

        async def twice(**given: Any) -> Any:
            nonlocal asked
            asked += 1
            await write(**given)
            return await write(**given)

        store._write = twice
        await grow(store, LISTEN)
        await grow(store, said("a"))
        assert asked == 2
        assert len(json.loads(client.get("tracker:me"))["events"]) == 2

    run(talk, store_of(redis_port))


def test_conversations_expire_and_keys_can_be_told_apart(redis_port: int, client: Any) -> None:
    async def talk(store: RedisTrackerStore, other: RedisTrackerStore) -> None:
        await grow(store, LISTEN)
        await grow(store, said("a"))
        assert 0 < client.ttl("shop:tracker:me") <= 90
        assert await store.sender_ids() == ["me"]
        assert await other.sender_ids() == []

    run(talk, store_of(redis_port, key_prefix="shop", record_exp=90), store_of(redis_port))


# -- locks -----------------------------------------------------------------------------------------------------------


def locks_of(port: int, **given: Any) -> RedisLockStore:
    return RedisLockStore(RedisLockOptions(url="127.0.0.1", port=port), **given)


async def has_ticket(locks: RedisLockStore, number: int) -> bool:
    tickets = json.loads(await locks._redis.get("lock:me") or '{"tickets": []}')["tickets"]
    return any(json.loads(ticket)["number"] == number for ticket in tickets)


async def soon(holds: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it holds within a few seconds."""
    for _ in range(500):
        if await holds():
            return True
        await asyncio.sleep(0.01)
    return False


def test_workers_take_turns_in_the_order_of_their_messages(redis_port: int, client: Any) -> None:
    order: list[str] = []

    async def work(locks: RedisLockStore, sender: str, name: str) -> None:
        async with locks.lock(sender):
            order.append(f"{name} begins")
            await asyncio.sleep(0.05)
            order.append(f"{name} ends")

    async def all_of_it(here: RedisLockStore, there: RedisLockStore) -> None:
        waiting = []
        for number in range(6):
            waiting.append(asyncio.create_task(work((here, there)[number % 2], "me", str(number))))
            assert await soon(partial(has_ticket, here, number))
        waiting.append(asyncio.create_task(work(there, "other", "other")))
        await asyncio.gather(*waiting)
        assert [line for line in order if "other" not in line] == [
            line for number in range(6) for line in (f"{number} begins", f"{number} ends")
        ]
        assert order.index("other begins") < order.index("5 begins")
        assert await here._redis.keys("*") == [], "nothing is kept of conversations that have no message on its way"

    run(all_of_it, locks_of(redis_port), locks_of(redis_port))


def test_the_lock_is_rasas_ticket_lock(redis_port: int, client: Any) -> None:
    async def look(locks: RedisLockStore) -> None:
        async with locks.lock("me"):
            stored = json.loads(await locks._redis.get("lock:me"))
            assert stored["conversation_id"] == "me"
            assert json.loads(stored["tickets"][0]) == {"number": 0, "expires": 1060.5}

    run(look, locks_of(redis_port, clock=lambda: 1000.5))


def test_the_ticket_of_a_dead_worker_expires_and_who_waits_too_long_is_told(redis_port: int, client: Any) -> None:
    now = [1000.0]

    async def wait(dead: RedisLockStore, alive: RedisLockStore, patient: RedisLockStore) -> None:
        await dead._ticket("lock:me", "me")

        async def waiting() -> None:
            async with alive.lock("me"):
                pass

        task = asyncio.create_task(waiting())
        await asyncio.sleep(0.05)
        now[0] = 1031.0  # the dead worker's ticket and the one that waits have expired
        with pytest.raises(LockError, match="TICKET_LOCK_LIFETIME"):
            await task
        async with patient.lock("me"):
            pass

    run(wait, *(locks_of(redis_port, clock=lambda: now[0], lifetime=30) for _ in range(3)))


def test_who_took_too_long_does_not_give_the_ticket_of_another_back(redis_port: int, client: Any) -> None:
    now = [1000.0]

    async def wait(slow: RedisLockStore, quick: RedisLockStore) -> None:
        async with slow.lock("me"):
            now[0] = 1031.0
            holding = quick.lock("me")
            await holding.__aenter__()
        assert await quick._redis.exists("lock:me"), "the ticket of the second is still there"
        await holding.__aexit__(None, None, None)
        assert not await quick._redis.exists("lock:me")

    run(wait, *(locks_of(redis_port, clock=lambda: now[0], lifetime=30) for _ in range(2)))


def test_a_redis_that_is_not_there_is_a_lock_error() -> None:
    import redis.asyncio
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    async def ask(locks: RedisLockStore) -> None:
        with pytest.raises(LockError, match="'me'"):
            async with locks.lock("me"):
                pytest.fail("there is no lock")

    client = redis.asyncio.Redis(port=1, retry=Retry(NoBackoff(), 0))
    run(ask, RedisLockStore(RedisLockOptions(), client=client))
