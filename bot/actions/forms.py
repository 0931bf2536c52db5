"""Forms: asking for slots until all are filled. Source: `rasa/core/actions/forms.py` of Rasa 3.6.21."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.actions.base import Action, ActionRejected, Voice
from bot.actions.loops import run_loop
from bot.domain import ACTION_LISTEN, Domain
from bot.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, Event, Restarted, SlotSet, UserUttered
from bot.slots import REQUESTED_SLOT
from bot.tracker import Tracker


class FindsActions(Protocol):
    """Where a form finds the actions that it calls: to extract slots, to validate them and to ask for the next."""

    def find(self, name: str) -> Action: ...

    def extract_slots(self) -> Action: ...

    def custom(self, name: str) -> Action: ...


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the domain. `validate_FORM`, if the domain has it, checks and changes what has been filled."""

    name: str
    actions: FindsActions

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        return await run_loop(self, tracker, domain, voice)

    async def activate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        """Fill what the message that began the form says, and validate all that is filled already."""
        tracker = tracker.temporary([ActiveLoop(self.name)])
        extracted = await self.actions.extract_slots().run(tracker, domain, voice)
        tracker.update_all(extracted, now=True)
        slot_events: list[Event] = [event for event in extracted if isinstance(event, SlotSet)]
        if not domain.has_action(self._validate_name):
            return slot_events
        required = domain.required_slots(self.name)
        filled = {name: tracker.get_slot(name) for name in required if tracker.get_slot(name) is not None}
        validated = await self._validated(filled, tracker, domain, voice)
        settled = {event.name for event in validated if isinstance(event, SlotSet)}
        return [
            *validated,
            *(event for event in slot_events if isinstance(event, SlotSet) and event.name not in settled),
        ]

    async def do(self, tracker: Tracker, domain: Domain, voice: Voice, so_far: list[Event]) -> list[Event]:
        """Validate what the message has filled, then ask for the next slot. Raises ActionRejected if it fills nothing."""
        events: list[Event] = []
        if all(isinstance(event, ActiveLoop) for event in so_far):
            events = await self._validate_if_required(tracker, domain, voice)
        if not _has_rejection(events):
            events = [*events, *await self._request_next_slot(tracker, domain, voice, [*so_far, *events])]
        return events

    def is_done(self, tracker: Tracker, so_far: list[Event]) -> bool:
        """Done when the last word on the requested slot is "none", or the last on the loop is "no loop"."""
        if _has_rejection(so_far):
            return False
        requested = next((e for e in reversed(so_far) if isinstance(e, SlotSet) and e.name == REQUESTED_SLOT), None)
        loop = next((e for e in reversed(so_far) if isinstance(e, ActiveLoop)), None)
        return (requested is not None and requested.value is None) or (loop is not None and loop.name is None)

    async def deactivate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        return []

    @property
    def _validate_name(self) -> str:
        return f"validate_{self.name}"

    async def _validate_if_required(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        """After a message, unless something else was talked about in between; and when the form begins."""
        loop = tracker.active_loop
        answers_form = loop is not None and tracker.latest_action_name == ACTION_LISTEN and not loop.is_interrupted
        if loop is None or answers_form:
            return await self._validate(tracker, domain, voice)
        # Nothing to validate, but the action may still say which slot comes next.
        return await self._validated({}, tracker, domain, voice)

    async def _validate(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        extracted = self._extracted_slots(tracker, domain)
        events = await self._validated(extracted, tracker, domain, voice)
        has_validated = any(isinstance(event, SlotSet) and event.name != REQUESTED_SLOT for event in events)
        requested = self._requested_slot(tracker)
        if requested and not extracted and not has_validated and not _has_rejection(events):
            raise ActionRejected(
                self.name, f"the message fills nothing of form '{self.name}', which asked for '{requested}'"
            )
        return events

    async def _validated(self, filled: dict[str, Any], tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        """The events of `validate_FORM`; none when there is no such action."""
        if not domain.has_action(self._validate_name):
            return []
        candidates = [SlotSet(name, value) for name, value in filled.items()]
        temporary = self._after_form(tracker, candidates)
        return await self.actions.custom(self._validate_name).run(temporary, domain, voice)

    def _after_form(self, tracker: Tracker, events: Sequence[Event]) -> Tracker:
        """The conversation as it will be after the form has run, so that its own events can be told from older ones."""
        requested = SlotSet(REQUESTED_SLOT, self._requested_slot(tracker))
        return tracker.temporary([requested, ActionExecuted(self.name), *events], after_restart=True)

    def _requested_slot(self, tracker: Tracker) -> str | None:
        """The slot that this form has asked for; another form's question does not count."""
        return tracker.get_slot(REQUESTED_SLOT) if tracker.active_loop_name == self.name else None

    def _extracted_slots(self, tracker: Tracker, domain: Domain) -> dict[str, Any]:
        """What the last message has filled of this form's slots and of the slot that was asked for."""
        wanted = {*domain.required_slots(self.name), self._requested_slot(tracker)}
        events: list[SlotSet] = []
        for event in reversed(tracker.events):
            if isinstance(event, Restarted) or (isinstance(event, UserUttered) and event == tracker.latest_message):
                break
            if isinstance(event, SlotSet) and event.name in wanted:
                events.append(event)
        return {event.name: event.value for event in reversed(events)}

    async def _request_next_slot(
        self, tracker: Tracker, domain: Domain, voice: Voice, so_far: list[Event]
    ) -> list[Event]:
        if self.is_done(tracker, so_far):
            return [SlotSet(REQUESTED_SLOT, None)]
        chosen = next((e.value for e in so_far if isinstance(e, SlotSet) and e.name == REQUESTED_SLOT), None)
        temporary = self._after_form(tracker, so_far)
        events: list[Event] = []
        if not chosen:
            required = domain.required_slots(self.name)
            chosen = next((name for name in required if temporary.get_slot(name) is None), None)
            events = [SlotSet(REQUESTED_SLOT, chosen)]
        if not chosen:
            return [SlotSet(REQUESTED_SLOT, None)]
        return [*events, *await self._ask(chosen, temporary, domain, voice)]

    async def _ask(self, slot: str, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]:
        """Ask by the most specific action there is; by none when `validate_FORM` has asked itself."""
        names = (
            f"action_ask_{self.name}_{slot}",
            f"utter_ask_{self.name}_{slot}",
            f"action_ask_{slot}",
            f"utter_ask_{slot}",
        )
        asking = next((name for name in names if domain.has_action(name)), None)
        return await self.actions.find(asking).run(tracker, domain, voice) if asking else []


def _has_rejection(events: Sequence[Event]) -> bool:
    return any(isinstance(event, ActionExecutionRejected) for event in events)
