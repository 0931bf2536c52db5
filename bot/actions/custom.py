"""An action of the project, run by whoever runs its actions."""

from __future__ import annotations

from dataclasses import dataclass

from bot.actions.base import CustomActions, Voice, utter_answers
from bot.domain import Domain
from bot.event_json import events_from_dicts
from bot.events import Event
from bot.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Custom:
    """Calls the action, says what it wants said, and returns its events after that."""

    name: str
    actions: CustomActions

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        answer = await self.actions.run(self.name, tracker, domain)
        events = events_from_dicts(answer.events)
        return [*await utter_answers(answer, tracker, voice, source=self.name), *events]
