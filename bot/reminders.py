"""Reminders: intents that are triggered later. They live in this process, as in Rasa, and end with it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from bot.events import ReminderCancelled, ReminderScheduled
from bot.tracker import Clock

logger = logging.getLogger(__name__)

Fire = Callable[[str, ReminderScheduled], Awaitable[None]]


class Reminders:
    """Waits for reminders to be due and fires them. One with the name of an earlier one takes its place."""

    def __init__(self, fire: Fire, clock: Clock) -> None:
        self._fire = fire
        self._clock = clock
        self._waiting: dict[tuple[str, str], tuple[ReminderScheduled, asyncio.Task[None]]] = {}

    def fire_through(self, fire: Fire) -> None:
        """Fire what waits, and what will, through somebody else: another model has taken the conversations over."""
        self._fire = fire

    def take_up(self, sender_id: str, events: Iterable[ReminderScheduled | ReminderCancelled]) -> None:
        """Schedule and cancel what a turn asked for."""
        for event in events:
            if isinstance(event, ReminderScheduled):
                self._schedule(sender_id, event)
            else:
                for key, (reminder, task) in list(self._waiting.items()):
                    if key[0] == sender_id and _cancels(event, reminder):
                        task.cancel()
                        del self._waiting[key]

    def close(self) -> None:
        for _, task in self._waiting.values():
            task.cancel()
        self._waiting.clear()

    @property
    def waiting(self) -> list[tuple[str, ReminderScheduled]]:
        return [(sender, reminder) for (sender, _), (reminder, _) in self._waiting.items()]

    def _schedule(self, sender_id: str, reminder: ReminderScheduled) -> None:
        key = (sender_id, reminder.name or "")
        present = self._waiting.pop(key, None)
        if present:
            present[1].cancel()
        delay = max(0.0, due_at(reminder) - self._clock())
        task = asyncio.get_running_loop().create_task(self._wait(key, reminder, delay))
        self._waiting[key] = (reminder, task)

    async def _wait(self, key: tuple[str, str], reminder: ReminderScheduled, delay: float) -> None:
        await asyncio.sleep(delay)
        self._waiting.pop(key, None)
        try:
            await self._fire(key[0], reminder)
        except Exception:
            # Nobody waits for this task: without a log entry the failure would be lost.
            logger.exception("The reminder '%s' of '%s' failed.", reminder.name, key[0])


def due_at(reminder: ReminderScheduled) -> float:
    """When a reminder is due, in seconds since the epoch; a time without a zone is UTC, as in Rasa.

    Raises ValueError when the time is not ISO 8601.
    """
    moment = datetime.fromisoformat(reminder.date_time)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _cancels(event: ReminderCancelled, reminder: ReminderScheduled) -> bool:
    return (
        (not event.name or event.name == reminder.name)
        and (not event.intent or event.intent == reminder.intent)
        and (not event.entities or event.entities == reminder.entities)
    )
