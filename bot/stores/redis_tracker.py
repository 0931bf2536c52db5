"""Conversations in Redis, in Rasa's format: the key `tracker:SENDER` holds `{"events": [...], "name": SENDER}`.

Rasa reads a conversation whole, adds to it and writes it back for each turn, so that a conversation costs the square
of its length. Here a turn's events are written over the end of the text (`SETRANGE`), which leaves the same text and
costs what the turn is long; and a worker that remembers a conversation reads only what others have added. Rasa can
read what is written here, and the other way round. Source: `RedisTrackerStore` of `rasa/core/tracker_store.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import ACTION_SESSION_START
from bot.event_json import event_from_dict
from bot.stores.base import ConversationChanged, MakeTracker
from bot.stores.recent import DEFAULT_LIMIT, Recent
from bot.stores.redis_client import RedisOptions, connect, prefixed
from bot.tracker import Tracker

PREFIX = "tracker:"
_TAIL = 512
_FIRST_BLOCK = 64 * 1024
_OPENING = b'{"events": ['
_EVENT = b'{"event": "action"'
_SESSION = f'"name": "{ACTION_SESSION_START}"'.encode()

# Writes ARGV[4] at ARGV[3] (in place of everything when that is -1) if the text is still ARGV[1] bytes long and ends
# with ARGV[2]. Says yes as well when it has just been done: the client may ask again after a lost connection.
_WRITE = """
local key, now = KEYS[1], redis.call('STRLEN', KEYS[1])
local function ends(size, tail)
  return now == tonumber(size) and (#tail == 0 or redis.call('GETRANGE', key, -#tail, -1) == tail)
end
if ends(ARGV[5], ARGV[6]) then return 1 end
if not ends(ARGV[1], ARGV[2]) then return 0 end
if ARGV[3] == '-1' then redis.call('SET', key, ARGV[4]) else redis.call('SETRANGE', key, ARGV[3], ARGV[4]) end
if ARGV[7] == '0' then redis.call('PERSIST', key) else redis.call('PEXPIRE', key, ARGV[7]) end
return 1
"""


class RedisTrackerOptions(RedisOptions):
    """`record_exp`: seconds after its last turn when a conversation is forgotten; for ever without it."""

    record_exp: float | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """The stored text as it was: its size in bytes and how it ends."""

    size: int = 0
    tail: bytes = b""


@dataclass(frozen=True, slots=True)
class _Remembered:
    tracker: Tracker
    length: int
    text: _Text


class RedisTrackerStore:
    """Appends each turn's new events; see the module for how."""

    def __init__(self, options: RedisTrackerOptions, *, client: Any = None, remembered: int = DEFAULT_LIMIT) -> None:
        self._redis: Any = client or connect(options)
        self._prefix = prefixed(PREFIX, options.key_prefix)
        self._expires_ms = int((options.record_exp or 0) * 1000)
        self._remembered: Recent[_Remembered] = Recent(remembered)
        self._write = self._redis.register_script(_WRITE)

    async def load(self, sender_id: str, make: MakeTracker) -> Tracker:
        known = self._remembered.get(sender_id)
        if known is not None and known.tracker.domain is make(sender_id, ()).domain:
            tracker = await self._brought_up_to_date(sender_id, known)
            if tracker is not None and not tracker.has_earlier_sessions:
                return tracker
        return await self._read(sender_id, make)

    async def load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        return make(sender_id, [event_from_dict(shape) for shape in await self.event_dicts(sender_id)])

    async def event_dicts(self, sender_id: str) -> list[dict[str, Any]]:
        stored = await self._redis.get(self._prefix + sender_id)
        return _events_of(stored) if stored else []

    async def save(self, tracker: Tracker, *, session: Any = None) -> None:
        known = self._remembered.get(tracker.sender_id)
        if known is None or known.tracker is not tracker:
            known = _Remembered(tracker, 0, _Text())
        shapes = tracker.dicts_since(known.length)
        if not shapes:
            return
        added = ", ".join(json.dumps(shape, default=str) for shape in shapes).encode()
        text = await self._append(tracker.sender_id, known.text, added)
        self._remembered.remember(tracker.sender_id, _Remembered(tracker, len(tracker.events), text))

    def forget(self, sender_id: str) -> None:
        self._remembered.forget(sender_id)

    async def sender_ids(self) -> list[str]:
        pattern = "".join(f"\\{letter}" if letter in "*?[]\\^" else letter for letter in self._prefix) + "*"
        keys = [key async for key in self._redis.scan_iter(match=pattern, count=1000)]
        return sorted({key.decode()[len(self._prefix) :] for key in keys})

    async def delete(self, sender_id: str) -> None:
        self.forget(sender_id)
        await self._redis.delete(self._prefix + sender_id)

    async def close(self) -> None:
        await self._redis.aclose()

    # -- reading -------------------------------------------------------------------------------------------------

    async def _brought_up_to_date(self, sender_id: str, known: _Remembered) -> Tracker | None:
        """The remembered tracker with what others have added since; None when they have done anything else."""
        key, ending = self._prefix + sender_id, _ending(sender_id)
        start = known.text.size - len(known.text.tail)
        since = await self._redis.getrange(key, start, -1)
        if since == known.text.tail:
            return known.tracker
        shared = known.text.tail.removesuffix(ending)
        if not (since.startswith(shared + b", ") and since.endswith(ending)):
            return None
        added = json.loads(b"[" + since[len(shared) + 2 : -len(ending)] + b"]")
        known.tracker.update_all(event_from_dict(shape) for shape in added)
        text = _Text(start + len(since), _tail(since, ending))
        self._remembered.remember(sender_id, _Remembered(known.tracker, len(known.tracker.events), text))
        return known.tracker

    async def _read(self, sender_id: str, make: MakeTracker) -> Tracker:
        """The latest session, read backwards from the end in blocks that grow."""
        key, ending = self._prefix + sender_id, _ending(sender_id)
        offset = max(0, await self._redis.strlen(key) - _FIRST_BLOCK)
        stored = await self._redis.getrange(key, offset, -1)
        shapes = _latest_session(stored, ending)
        while shapes is None and offset:
            offset = max(0, offset - 3 * len(stored))
            stored = await self._redis.getrange(key, offset, -1)
            shapes = _latest_session(stored, ending)
        if shapes is None:
            shapes = _events_of(stored) if stored else []
        tracker = make(sender_id, [event_from_dict(shape) for shape in shapes])
        if tracker.has_earlier_sessions:
            tracker = make(sender_id, tracker.latest_session())
        text = _Text(offset + len(stored), _tail(stored, ending))
        self._remembered.remember(sender_id, _Remembered(tracker, len(tracker.events), text))
        return tracker

    # -- writing -------------------------------------------------------------------------------------------------

    async def _append(self, sender_id: str, present: _Text, added: bytes) -> _Text:
        key, ending = self._prefix + sender_id, _ending(sender_id)
        if present.tail.endswith(b"}" + ending):
            offset, new = present.size - len(ending), b", " + added + ending
            text = _Text(offset + len(new), _tail(present.tail.removesuffix(ending) + new, ending))
        else:
            # There is nothing yet, or somebody has written it in another way: from now on it is written in ours.
            offset, new = -1, await self._whole(key, added, ending) if present.size else _OPENING + added + ending
            text = _Text(len(new), _tail(new, ending))
        arguments: list[int | bytes] = [present.size, present.tail, offset, new, text.size, text.tail, self._expires_ms]
        if not await self._write(keys=[key], args=arguments):
            raise ConversationChanged(f"the conversation '{sender_id}' has gone on elsewhere")
        return text

    async def _whole(self, key: str, added: bytes, ending: bytes) -> bytes:
        before = ", ".join(json.dumps(shape) for shape in _events_of(await self._redis.get(key)))
        return _OPENING + (f"{before}, ".encode() if before else b"") + added + ending


def _ending(sender_id: str) -> bytes:
    return f'], "name": {json.dumps(sender_id)}}}'.encode()


def _tail(text: bytes, ending: bytes) -> bytes:
    return text[-(len(ending) + _TAIL) :]


def _events_of(stored: bytes | str) -> list[dict[str, Any]]:
    events: Sequence[dict[str, Any]] = json.loads(stored)["events"]
    return list(events)


def _latest_session(end_of_text: bytes, ending: bytes) -> list[dict[str, Any]] | None:
    """The events from the last start of a session on; None when the start does not lie in this part of the text."""
    start = end_of_text.rfind(_SESSION)
    if start < 0 or not end_of_text.endswith(ending):
        return None
    start = end_of_text.rfind(_EVENT, 0, start)
    if start < 0:
        return None
    try:
        events: list[dict[str, Any]] = json.loads(b"[" + end_of_text[start : -len(ending)] + b"]")
    except ValueError:  # the words stand inside of something else
        return None
    return events if events[0].get("name") == ACTION_SESSION_START else None
