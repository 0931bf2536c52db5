"""action_extract_slots: what a message fills, before anything is decided.

Source: `ActionExtractSlots` of `rasa/core/actions/action.py`. The mappings themselves are read in `bot.dst`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from bot.actions.base import Action, ActionRejected, Voice
from bot.domain import ACTION_EXTRACT_SLOTS, ACTION_VALIDATE_SLOT_MAPPINGS, Domain
from bot.events import BotUttered, Event, SlotSet
from bot.tracker import Tracker

logger = logging.getLogger(__name__)

# What the mappings say: slots to set, and names of actions to run for slots with custom mappings, in order.
SlotMapper = Callable[[Tracker], Iterable[SlotSet | str]]


class FindsCustomActions(Protocol):
    def custom(self, name: str) -> Action: ...


@dataclass(frozen=True, slots=True)
class ExtractSlots:
    """Fills slots by their mappings, then lets `action_validate_slot_mappings` have its say."""

    map_slots: SlotMapper
    actions: FindsCustomActions
    name: str = ACTION_EXTRACT_SLOTS

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        events: list[Event] = []
        called: set[str] = set()
        for found in self.map_slots(tracker):
            if isinstance(found, SlotSet):
                events.append(found)
            elif found not in called:
                called.add(found)
                events += await self._slots_of(found, tracker, domain, voice)
        return await self._validated(events, tracker, domain, voice)

    async def _validated(self, events: list[Event], tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        """The slots that remain; one that the validation does not mention is accepted."""
        slots = [event for event in events if isinstance(event, SlotSet)]
        if ACTION_VALIDATE_SLOT_MAPPINGS not in domain.user_actions:
            return list(slots)
        temporary = tracker.temporary(slots, after_restart=True)
        validated = await self._slots_of(ACTION_VALIDATE_SLOT_MAPPINGS, temporary, domain, voice)
        settled = {event.name for event in validated if isinstance(event, SlotSet)}
        return [*validated, *(event for event in slots if event.name not in settled)]

    async def _slots_of(self, action: str, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        """The slots that an action sets and what it says; anything else it may not do here."""
        try:
            events = await self.actions.custom(action).run(tracker, domain, voice)
        except ActionRejected:
            return []
        except Exception:
            # Without it the slots stay as they are; the turn itself can go on.
            logger.exception("The action '%s' failed; the slots that it fills stay as they were.", action)
            return []
        for event in events:
            if not isinstance(event, SlotSet | BotUttered):
                logger.info(
                    "'%s' may only set slots and say something; its event '%s' is left out.", action, event.type_name
                )
        return [event for event in events if isinstance(event, SlotSet | BotUttered)]
