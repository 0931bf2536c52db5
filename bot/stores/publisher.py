"""Publishing the events of turns, beside the turns.

A thread with an event loop of its own hands them to the broker, in order: a broker that is slow or gone keeps no
customer waiting. What cannot be published is tried again, with growing pauses; what still cannot is written to a file
and said in the log, so that nothing is lost in silence. `bot export` publishes it later from the tracker store.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.stores.brokers.base import EventBroker, EventShape, as_json

logger = logging.getLogger(__name__)

ATTEMPTS = 12
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_BATCH = 200
_AT_MOST = 100_000
_CLOSING_SECONDS = 10.0


class Publisher:
    """Publishes in the background; safe to use from any thread."""

    def __init__(
        self,
        broker: EventBroker,
        *,
        unpublished: Path,
        attempts: int = ATTEMPTS,
        first_pause: float = _FIRST_PAUSE,
        at_most: int = _AT_MOST,
    ) -> None:
        """`unpublished`: the file for what could not be published after so many attempts, one event's JSON a line.

        The pauses between the attempts begin with `first_pause` seconds and double up to a minute. No more than
        `at_most` events wait; those that do not fit in go to the file at once.
        """
        self.broker = broker
        self._unpublished = unpublished
        self._attempts = attempts
        self._first_pause = first_pause
        self._at_most = at_most
        self._waiting: deque[EventShape] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def publish(self, sender_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Take up the new events of a conversation; returns at once."""
        shapes = [{"sender_id": sender_id, **event} for event in events]
        with self._changed:
            room = max(0, self._at_most - len(self._waiting))
            self._waiting.extend(shapes[:room])
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-publisher", daemon=True)
                self._thread.start()
            self._changed.notify()
        if shapes[room:]:
            self._give_up(shapes[room:], f"{self._at_most} events are waiting already")

    async def close(self, seconds: float = _CLOSING_SECONDS) -> None:
        """Publish what waits, for so many seconds at most; what is left goes to the file."""
        self._stop.set()
        with self._changed:
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            await asyncio.to_thread(thread.join, seconds)
        with self._changed:
            left = list(self._waiting)
            self._waiting.clear()
        if left:
            self._give_up(left, "the bot was stopped")

    # -- in the thread -------------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._publish_all())

    async def _publish_all(self) -> None:
        # The waiting is done in other threads: clients keep their connections alive in this loop.
        while batch := await asyncio.to_thread(self._next_batch):
            await self._published(batch)
        try:
            await self.broker.close()
        except Exception:  # whatever a broker's client raises: all has been published by now
            logger.warning("The event broker was not closed properly.", exc_info=True)

    def _next_batch(self) -> list[EventShape]:
        """The events that have waited longest; waits for some, empty when all is done and it is time to stop."""
        with self._changed:
            while not self._waiting and not self._stop.is_set():
                self._changed.wait()
            return [self._waiting[index] for index in range(min(_BATCH, len(self._waiting)))]

    async def _published(self, batch: Sequence[EventShape]) -> None:
        pause = self._first_pause
        for attempt in range(1, self._attempts + 1):
            try:
                await self.broker.publish(batch)
            except Exception as error:  # noqa: BLE001
                # Each client has errors of its own; there is none after which the events may be dropped.
                if attempt == self._attempts or self._stop.is_set():
                    if self._take_out(batch):
                        self._give_up(batch, f"{type(error).__name__}: {error}")
                    return
                logger.warning("%d events were not published and are tried again: %s", len(batch), error)
                await asyncio.to_thread(self._stop.wait, pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._take_out(batch)
                return

    def _take_out(self, batch: Sequence[EventShape]) -> bool:
        """Drop a batch that is done from those that wait; False when `close` has taken all of them."""
        with self._changed:
            if not self._waiting or self._waiting[0] is not batch[0]:
                return False
            for _ in batch:
                self._waiting.popleft()
            return True

    def _give_up(self, events: Sequence[EventShape], why: str) -> None:
        with self._unpublished.open("a", encoding="utf-8") as file:
            file.writelines(as_json(event) + "\n" for event in events)
        oldest = min(float(event.get("timestamp") or 0) for event in events)
        logger.error(
            "%d events could not be published (%s). They are in %s; `bot export --minimum-timestamp %s` publishes them "
            "from the tracker store.",
            len(events),
            why,
            self._unpublished,
            oldest,
        )
