"""What an action needs to know of the running turn: the customer, their language, what they just said, the shop."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from knowledge_base.environment import open_from_environment
from knowledge_base.scope import CustomerScope
from knowledge_base.sessions import ShopSession

LISTED = "knowledge_base_listed_objects"
FOCUS = "knowledge_base_last_object"
REFERENCE_RESOLVER = "ReferenceResolver"
NOT_UNDERSTOOD = "nlu_fallback"
_IN_DOUBT = frozenset(
    {"utter_ask_rephrase", "utter_did_you_mean", "utter_did_you_mean_this", "utter_still_not_understood"}
)
_PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Turn:
    """The tracker, read for the shop's purposes."""

    tracker: Tracker
    is_elsewhere: bool = False
    """The message was meant for something else, which has been answered; nothing is to be read off it."""
    earlier: tuple[Mapping[str, Any], ...] = ()
    """Messages that could not be dealt with before this one came, which told who is writing: they are read now."""

    @property
    def language(self) -> str:
        """The customer's; until they show one the shop's main language, the slot's initial value in domain.yml."""
        return str(self.tracker.get_slot("language"))

    @property
    def customer_id(self) -> str | None:
        known: str | None = self.tracker.get_slot("customer_id")
        return known

    @property
    def text(self) -> str:
        """What the customer wrote; for a button the message that it explains, else the values that it gives."""
        if self.earlier:
            return "\n".join(str(message.get("text") or "") for message in self.earlier)
        if self.is_elsewhere:
            return ""
        text: str = self.tracker.latest_message.get("text") or ""
        if not is_payload(text):
            return text
        if explained := self._explained:
            return str(explained.get("text") or "")
        return " ".join(str(entity["value"]) for entity in self.entities)

    @property
    def intent(self) -> str | None:
        if self.is_elsewhere:
            return None
        if self.earlier:
            return intent_of(self.earlier[0])
        return (self.tracker.latest_message.get("intent") or {}).get("name")

    @property
    def confidence(self) -> float:
        """How sure the model is of the intent."""
        return float((self.tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)

    @property
    def message_id(self) -> str:
        return str(self.tracker.latest_message.get("message_id") or self.tracker.latest_message.get("text") or "")

    @property
    def form(self) -> str | None:
        return (self.tracker.active_loop or {}).get("name")

    @property
    def entities(self) -> list[dict[str, Any]]:
        if self.is_elsewhere:
            return []
        before = [*self.earlier, *([self._explained] if self._explained else [])]
        return [
            *(entity for message in before for entity in message.get("parse_data", {}).get("entities") or ()),
            *(self.tracker.latest_message.get("entities") or ()),
        ]

    @property
    def _explained(self) -> Mapping[str, Any] | None:
        """The message that was not understood and whose meaning a button has told."""
        if not is_payload(self.tracker.latest_message.get("text")):
            return None
        before = list(itertools.islice(messages_back(self.tracker), 1, 2))
        return before[0] if before and intent_of(before[0]) == NOT_UNDERSTOOD else None

    def values(self, entity: str, *, role: str | None = None, any_role: bool = False) -> list[Any]:
        """Values of an entity in the customer's message, with exactly this role unless any will do."""
        return [e["value"] for e in self.entities if e["entity"] == entity and (any_role or e.get("role") == role)]

    def value(self, entity: str, *, role: str | None = None, any_role: bool = False) -> Any:
        return next(iter(self.values(entity, role=role, any_role=any_role)), None)

    def said(self, *entities: str) -> bool:
        return any(e["entity"] in entities for e in self.entities)

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    @property
    def form_before(self) -> str | None:
        """The form that was active when the customer's message came in."""
        before = itertools.dropwhile(lambda event: event.get("event") != "user", reversed(self.tracker.events))
        return next((event.get("name") for event in before if event.get("event") == "active_loop"), None)

    @property
    def was_passed_on(self) -> bool:
        """Whether a form has left the message to the rules already."""
        since = itertools.takewhile(lambda event: event.get("event") != "user", reversed(self.tracker.events))
        return any(event.get("event") == "action_execution_rejected" for event in since)

    def with_earlier(self, form: str) -> Turn:
        """This turn, read together with the messages since the one that began the form."""
        messages: list[Mapping[str, Any]] = []
        is_begun = False
        for event in reversed(self.tracker.events):
            if event.get("event") == "user":
                messages.insert(0, event)
                if is_begun:
                    break
            elif event.get("event") == "active_loop" and event.get("name") == form:
                is_begun = True
        return replace(self, earlier=tuple(messages[:-1]) if is_begun else ())

    def before(self, name: str) -> Any:
        """What a slot held when the customer's message came in."""
        events = iter(reversed(self.tracker.events))
        any(event.get("event") == "user" for event in events)  # goes back to the message
        return next((e.get("value") for e in events if e.get("event") == "slot" and e.get("name") == name), None)


def messages_back(tracker: Tracker) -> Iterator[Mapping[str, Any]]:
    """The customer's messages as events, the latest one first."""
    return (event for event in reversed(tracker.events) if event.get("event") == "user")


def was_in_doubt(tracker: Tracker) -> bool:
    """Whether the message before the latest one was answered with not having understood it."""
    before = itertools.dropwhile(lambda event: event.get("event") != "user", reversed(tracker.events))
    answers = itertools.takewhile(lambda event: event.get("event") != "user", itertools.islice(before, 1, None))
    said = {event.get("metadata", {}).get("utter_action") for event in answers if event.get("event") == "bot"}
    return not said.isdisjoint(_IN_DOUBT)


def intent_of(message: Mapping[str, Any]) -> str | None:
    """What a message, as an event, was taken for."""
    name: str | None = (message.get("parse_data", {}).get("intent") or {}).get("name")
    return name


def is_payload(text: str | None) -> bool:
    """Whether this is what a button sends, and no words of the customer."""
    return bool(text) and re.match(r"/\w", str(text)) is not None


@contextmanager
def shop() -> Iterator[ShopSession]:
    """The shop's database, inside the running turn's transaction when there is one."""
    with open_from_environment(_PROJECT).session() as session:
        yield session


def own(session: ShopSession, turn: Turn) -> CustomerScope:
    """What the verified customer of this conversation may see; nothing before they are verified."""
    return CustomerScope(session, turn.customer_id)


def listed(objects: list[dict[str, Any]], *, focus: dict[str, Any] | None = None) -> list[EventType]:
    """Events that make what was just shown something that a customer can point at."""
    return [SlotSet(LISTED, objects), SlotSet(FOCUS, focus)]


def focus(item: dict[str, Any]) -> list[EventType]:
    """Events that make one thing the one that is being talked about; what was listed stays listed."""
    return [SlotSet(FOCUS, item)]
