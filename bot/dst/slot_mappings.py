"""What the slot mappings make of a message.

Source: `ActionExtractSlots` of `rasa/core/actions/action.py` and `rasa/shared/core/slot_mappings.py` of Rasa 3.6.21.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.domain import KNOWLEDGE_BASE_SLOTS, Domain, matches_entity
from bot.events import SlotSet
from bot.slots import REQUESTED_SLOT, SESSION_STARTED_METADATA, Slot, SlotMapping
from bot.tracker import Tracker

_NOT_MAPPED = frozenset({REQUESTED_SLOT, SESSION_STARTED_METADATA, *KNOWLEDGE_BASE_SLOTS})


def map_slots(tracker: Tracker) -> Iterator[SlotSet | str]:
    """What the last message fills, slot by slot: values, and names of actions that fill slots themselves.

    Of a slot's mappings the first one that gives a value wins.
    """
    for slot in tracker.domain.all_slots.values():
        if slot.name in _NOT_MAPPED:
            continue
        for mapping in slot.mappings:
            if not applies(mapping, slot.name, tracker):
                continue
            values = _values(mapping, slot.name, tracker)
            if values:
                value = values if slot.type == "list" else values[-1]
                if value is not None or tracker.get_slot(slot.name) is not None:
                    yield SlotSet(slot.name, value)
                    break
            if mapping.type == "custom" and mapping.action:
                yield mapping.action


def applies(mapping: SlotMapping, slot: str, tracker: Tracker) -> bool:
    """Whether a mapping may fill the slot at this point of the conversation."""
    return (
        _exists(mapping, tracker.domain)
        and _intent_fits(mapping, tracker)
        and _conditions_hold(mapping, slot, tracker)
        and not _is_ambiguous(mapping, slot, tracker)
    )


def _exists(mapping: SlotMapping, domain: Domain) -> bool:
    """Whether the domain has what the mapping names; a mapping of something unknown never fills anything."""
    if mapping.type == "from_entity":
        return mapping.entity in domain.entities
    if mapping.type == "from_intent":
        return all(intent in domain.all_intents for intent in mapping.intents)
    return True


def _intent_fits(mapping: SlotMapping, tracker: Tracker) -> bool:
    intent = tracker.latest_message.intent_name
    if mapping.intents:
        return intent in mapping.intents
    return intent not in {*mapping.not_intents, *_ignored_intents(mapping, tracker)}


def _ignored_intents(mapping: SlotMapping, tracker: Tracker) -> tuple[str, ...]:
    """The intents that the active form ignores, for mappings that belong to it or to no form."""
    form = tracker.domain.forms.get(tracker.active_loop_name or "")
    if form is None:
        return ()
    is_of_form = not mapping.conditions or any(c.active_loop == form.name for c in mapping.conditions)
    return form.ignored_intents if is_of_form else ()


def _conditions_hold(mapping: SlotMapping, slot: str, tracker: Tracker) -> bool:
    """Whether one of the mapping's conditions holds; `from_trigger_intent` reads them in its own way."""
    if not mapping.conditions or mapping.type == "from_trigger_intent":
        return True
    requested = tracker.get_slot(REQUESTED_SLOT)
    if tracker.state.is_loop_rejected and requested == slot:
        return False
    loop = tracker.active_loop_name
    for condition in mapping.conditions:
        if condition.active_loop is None and loop is None:
            return True
        if (
            condition.active_loop
            and condition.active_loop == loop
            and condition.requested_slot in (None, "", requested)
        ):
            return True
    return False


def _is_ambiguous(mapping: SlotMapping, slot: str, tracker: Tracker) -> bool:
    """Whether an entity could fill several slots of the active form, and this one was not asked for."""
    form = tracker.active_loop_name
    if mapping.type != "from_entity" or not form or tracker.get_slot(REQUESTED_SLOT) == slot:
        return False
    required = tracker.domain.required_slots(form)
    if slot not in required:
        return False
    same = [
        other
        for name in required
        for other in _mappings_of(name, tracker.domain)
        if other.type == "from_entity" and replace(other, where=None) == replace(mapping, where=None)
    ]
    return len(same) != 1


def _mappings_of(slot: str, domain: Domain) -> tuple[SlotMapping, ...]:
    found: Slot | None = domain.slots.get(slot)
    return found.mappings if found else ()


def _values(mapping: SlotMapping, slot: str, tracker: Tracker) -> list[Any]:
    """The values that a mapping finds; none, one, or for entities several."""
    message = tracker.latest_message
    match mapping.type:
        case "from_entity":
            wanted = (mapping.entity, mapping.role, mapping.group)
            return [entity.get("value") for entity in message.entities if matches_entity(entity, *wanted)]
        case "from_intent":
            return [mapping.value]
        case "from_trigger_intent":
            loops = [condition.active_loop for condition in mapping.conditions]
            loop = tracker.active_loop_name
            return [mapping.value] if loop is not None and (not loops or loop in loops) else []
        case "from_text":
            return [message.text]
        case "from_language":
            language = message.parse_data.get("language")
            return [language] if language else []
        case "from_state":
            stated = (message.parse_data.get("state") or {}).get(slot)
            return [stated["value"]] if stated else []
        case _:
            return []
