"""Slot mappings: which of them fill a slot, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dst.slot_mappings import map_slots
from bot.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, SlotSet, UserUttered
from bot.formats.domain import parse_domain
from bot.tracker import Tracker

DOMAIN = """
intents: [inform, affirm, deny, chitchat, book]
entities: [{city: {roles: [from, to]}}, size]
forms:
  trip: {required_slots: [from_city, to_city, note], ignored_intents: [chitchat]}
  other: {required_slots: [note]}
slots:
  from_city:
    type: text
    mappings:
    - {type: from_entity, entity: city, role: from}
    - {type: from_entity, entity: city}
  to_city:
    type: text
    mappings:
    - {type: from_entity, entity: city, role: to}
    - {type: from_entity, entity: city}
  sizes: {type: list, mappings: [{type: from_entity, entity: size}]}
  agreed:
    type: bool
    mappings:
    - {type: from_intent, intent: affirm, value: true}
    - {type: from_intent, intent: deny, value: false}
  note:
    type: text
    mappings:
    - {type: from_text, conditions: [{active_loop: trip, requested_slot: note}, {active_loop: other}]}
  alone: {type: text, mappings: [{type: from_text, intent: inform, conditions: [{active_loop: null}]}]}
  began: {type: text, mappings: [{type: from_trigger_intent, intent: book, value: yes, conditions: [{active_loop: trip}]}]}
  unknown: {type: text, mappings: [{type: from_entity, entity: size}]}
  own: {type: text, mappings: [{type: custom, action: action_own}]}
  spoken: {type: text, mappings: [{type: from_language}]}
"""


def filled(
    intent: str, *entities: dict[str, Any], loop: str | None = None, asked: str | None = None, reject: bool = False,
    language: str | None = None, before: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    tracker = Tracker("me", parse_domain(DOMAIN))
    tracker.update_all([SlotSet(name, value) for name, value in (before or {}).items()])
    if loop:
        tracker.update_all([ActionExecuted(loop), ActiveLoop(loop), SlotSet("requested_slot", asked)])
    parse_data = {"intent": {"name": intent}, "entities": list(entities), "language": language}
    tracker.update_all([ActionExecuted("action_listen"), UserUttered.of("原文", parse_data)])
    if reject and loop:
        tracker.update(ActionExecutionRejected(loop))
    found = list(map_slots(tracker))
    return {event.name: event.value for event in found if isinstance(event, SlotSet)} | {
        name: "(action)" for name in found if isinstance(name, str)
    }


def city(value: str, role: str | None = None) -> dict[str, Any]:
    return {"entity": "city", "value": value} | ({"role": role} if role else {})


def only(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}


def test_outside_a_form_an_entity_fills_every_slot_that_it_fits() -> None:
    assert only(filled("chitchat", city("上海")), "from_city", "to_city") == {"from_city": "上海", "to_city": "上海"}


def test_a_role_must_fit_exactly() -> None:
    assert only(filled("chitchat", city("上海", "to")), "from_city", "to_city") == {"to_city": "上海"}


def test_in_a_form_an_ambiguous_entity_fills_only_the_slot_that_was_asked_for() -> None:
    found = filled("inform", city("上海"), loop="trip", asked="to_city")
    assert only(found, "from_city", "to_city") == {"to_city": "上海"}


def test_in_a_form_a_unique_entity_fills_slots_that_were_not_asked_for() -> None:
    found = filled("inform", city("北京", "from"), loop="trip", asked="to_city")
    assert only(found, "from_city", "to_city") == {"from_city": "北京"}


def test_a_list_slot_takes_all_values_and_another_the_last() -> None:
    found = filled("inform", {"entity": "size", "value": "M"}, {"entity": "size", "value": "L"})
    assert found["sizes"] == ["M", "L"]
    assert found["unknown"] == "L"


@pytest.mark.parametrize(("intent", "value"), [("affirm", True), ("deny", False)])
def test_an_intent_fills_a_value(intent: str, value: bool) -> None:
    assert filled(intent)["agreed"] is value


def test_a_text_is_taken_when_its_condition_holds() -> None:
    assert filled("inform", loop="trip", asked="note")["note"] == "原文"
    assert "note" not in filled("inform", loop="trip", asked="to_city")
    assert filled("inform", loop="other", asked="x")["note"] == "原文"
    assert "note" not in filled("inform")


def test_a_condition_of_no_form_holds_outside_forms() -> None:
    assert filled("inform")["alone"] == "原文"
    assert "alone" not in filled("inform", loop="trip", asked="note")
    assert "alone" not in filled("affirm")


def test_a_form_that_has_rejected_the_message_does_not_take_it_for_the_slot_it_asked_for() -> None:
    assert "note" not in filled("inform", loop="trip", asked="note", reject=True)


def test_intents_that_the_form_ignores_fill_none_of_its_slots() -> None:
    found = filled("chitchat", city("上海", "to"), loop="trip", asked="note")
    assert only(found, "to_city", "note", "from_city") == {}
    assert filled("chitchat", loop="other", asked="note")["note"] == "原文"


def test_the_intent_that_began_a_form_fills_a_slot_of_it() -> None:
    assert filled("book", loop="trip")["began"] == "yes"
    assert "began" not in filled("book")
    assert "began" not in filled("book", loop="other")


def test_actions_fill_slots_with_custom_mappings() -> None:
    assert filled("inform")["action_own"] == "(action)"


def test_the_language_is_kept_when_a_message_shows_none() -> None:
    assert filled("inform", language="zh")["spoken"] == "zh"
    assert "spoken" not in filled("inform", language=None)


def test_entities_that_the_domain_does_not_have_fill_nothing() -> None:
    domain = parse_domain("entities: [a]\nslots: {x: {type: text, mappings: [{type: from_entity, entity: b}]}}\n")
    tracker = Tracker("me", domain)
    tracker.update(UserUttered.of("x", {"entities": [{"entity": "b", "value": 1}]}))
    assert list(map_slots(tracker)) == []
