"""Loops: actions that run turn after turn until they are done. Source: `rasa/core/actions/loops.py`."""

from __future__ import annotations

from typing import Protocol

from bot.actions.base import Voice
from bot.domain import Domain
from bot.events import ActiveLoop, Event
from bot.tracker import Tracker


class Loop(Protocol):
    """The steps of a loop. `so_far` are the events that this run has brought about."""

    @property
    def name(self) -> str: ...

    async def activate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]: ...

    async def do(self, tracker: Tracker, domain: Domain, voice: Voice, so_far: list[Event]) -> list[Event]: ...

    def is_done(self, tracker: Tracker, so_far: list[Event]) -> bool: ...

    async def deactivate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]: ...


async def run_loop(loop: Loop, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
    """Begin the loop if it is not active, go on with it, and end it if it is done."""
    events: list[Event] = []
    if tracker.active_loop_name != loop.name:
        events.append(ActiveLoop(loop.name))
        events += await loop.activate(tracker, domain, voice)
    if not loop.is_done(tracker, events):
        events += await loop.do(tracker, domain, voice, list(events))
    if loop.is_done(tracker, events):
        events.append(ActiveLoop(None))
        events += await loop.deactivate(tracker, domain, voice)
    return events
