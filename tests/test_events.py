"""Events and their JSON."""

from __future__ import annotations

from typing import Any

import pytest

from bot.event_json import EVENT_TYPES, event_from_dict, events_from_dicts
from bot.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    EntitiesAdded,
    Event,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    SlotSet,
    UserUttered,
)
from bot.message import Entity, Intent, Message, Reply, Understanding

SAMPLES: dict[str, dict[str, Any]] = {
    "user": {
        "text": "我的快递到哪了",
        "parse_data": {
            "intent": {"name": "track_order", "confidence": 0.97},
            "entities": [{"entity": "order", "value": "K1"}],
            "text": "我的快递到哪了",
            "message_id": "m1",
            "metadata": {"page": "home"},
        },
        "input_channel": "rest",
        "message_id": "m1",
        "metadata": {"page": "home"},
    },
    "bot": {
        "text": "Hello",
        "data": {"buttons": [{"title": "Yes", "payload": "/affirm"}]},
        "metadata": {"utter_action": "utter_x"},
    },
    "agent": {"text": "I am Wang", "data": None},
    "user_featurization": {"use_text_for_featurization": False},
    "entities": {"entities": [{"entity": "city", "value": "上海"}]},
    "slot": {"name": "size", "value": ["M", "L"]},
    "action": {
        "name": "utter_x",
        "policy": "RulePolicy",
        "confidence": 1.0,
        "action_text": None,
        "hide_rule_turn": True,
    },
    "action_execution_rejected": {"name": "my_form", "policy": "RulePolicy", "confidence": 1.0},
    "active_loop": {"name": "my_form"},
    "loop_interrupted": {"is_interrupted": True},
    "followup": {"name": "action_x"},
    "reminder": {
        "intent": "remind",
        "date_time": "2026-01-02T03:04:05+00:00",
        "entities": [{"entity": "x", "value": 1}],
        "name": "r1",
        "kill_on_user_msg": False,
    },
    "cancel_reminder": {"name": "r1", "intent": None, "entities": None},
}


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_every_event_reads_what_it_writes(name: str) -> None:
    shape = {"event": name, "timestamp": 12.5, **SAMPLES.get(name, {})}
    event = event_from_dict(shape)
    assert event.as_dict() == shape
    assert event_from_dict(event.as_dict()) == event


def test_an_active_loop_that_ends_keeps_its_null() -> None:
    assert ActiveLoop(None).as_dict() == {"event": "active_loop", "timestamp": None, "name": None}


def test_old_names_of_events_are_read() -> None:
    assert event_from_dict({"event": "form", "name": "f"}) == ActiveLoop("f")
    assert event_from_dict({"event": "form_validation", "validate": False}) == LoopInterrupted(True)


def test_an_unknown_event_names_the_nearest_one() -> None:
    with pytest.raises(ValueError, match=r"'folowup'.*followup"):
        event_from_dict({"event": "folowup"})


def test_objects_that_are_no_events_are_left_out() -> None:
    assert events_from_dicts([{"name": "x"}, {"event": "slot", "name": "a", "value": 1}]) == [SlotSet("a", 1)]


def test_equality_does_not_ask_when_it_was_said() -> None:
    assert SlotSet("a", 1, timestamp=1.0) == SlotSet("a", 1, timestamp=2.0)
    assert SlotSet("a", 1) != SlotSet("a", 2)
    assert UserUttered.of("嗨", {"intent": {"name": "greet"}}) != UserUttered.of("嗨", {"intent": {"name": "bye"}})


def test_an_executed_action_has_a_name_or_a_text() -> None:
    with pytest.raises(ValueError, match="name or"):
        ActionExecuted()
    assert ActionExecuted(action_text="How are you?").name_or_text == "How are you?"


def test_a_message_brings_its_understanding_along() -> None:
    understanding = Understanding(
        "rot", Intent("inform", 0.8), (Entity("colour", "red", 0, 3),), language="de", extra={"response_selector": {}}
    )
    event = UserUttered.from_understanding(Message("rot", message_id="7", metadata={"a": 1}), understanding)
    assert event.intent_name == "inform"
    assert event.as_dict()["parse_data"]["language"] == "de"
    assert event.understanding() == Understanding.from_dict(event.as_dict()["parse_data"])


def test_a_retrieval_intent_keeps_its_whole_name() -> None:
    understanding = Understanding("?", Intent("faq"), extra={"full_retrieval_intent_name": "faq/hours"})
    event = UserUttered.from_understanding(Message("?"), understanding)
    assert event.intent == {"name": "faq", "confidence": 1.0, "full_retrieval_intent_name": "faq/hours"}


def test_a_reply_is_stored_in_rasas_shape_and_comes_back() -> None:
    reply = Reply(text="看", image="http://x/a.png", buttons=({"title": "好", "payload": "/affirm"},), custom={"k": 1})
    event = BotUttered.of_reply(reply, utter_action="utter_show")
    assert event.data["attachment"] == "http://x/a.png"
    assert event.metadata == {"utter_action": "utter_show"}
    stored = event_from_dict(event.as_dict())
    assert isinstance(stored, BotUttered)
    again = stored.as_reply()
    assert (again.text, again.image, again.attachment, again.buttons, again.custom) == (
        "看", "http://x/a.png", None, reply.buttons, {"k": 1}
    )  # fmt: skip


def test_what_is_known_of_a_reply_is_in_its_events_metadata_as_rasa_has_it() -> None:
    known = {"utter_action": "utter_x", "id": "v1", "metadata": {"tone": "warm"}}
    event = BotUttered.of_reply(Reply("您好", metadata=known), utter_action="utter_x")
    assert event.metadata == known
    stored = event_from_dict(event.as_dict() | {"metadata": known | {"model_id": "m", "assistant_id": "a"}})
    assert isinstance(stored, BotUttered) and stored.as_reply().metadata == known


def test_what_is_stamped_on_every_event_is_not_what_the_message_brought() -> None:
    event = UserUttered.of("hi", {}, metadata={"page": "home", "model_id": "m", "assistant_id": "a"})
    assert event.as_dict()["metadata"]["model_id"] == "m"
    assert event.full_parse_data()["metadata"] == {"page": "home"}


def test_reminders_without_a_name_can_be_told_apart() -> None:
    shape = {"event": "reminder", "intent": "remind", "date_time": "2026-01-01T00:00:00"}
    first, second = event_from_dict(shape), event_from_dict(shape)
    assert isinstance(first, ReminderScheduled) and isinstance(second, ReminderScheduled)
    assert first.name != second.name


@pytest.mark.parametrize("event", [ReminderCancelled(), EntitiesAdded(), ActiveLoop()])
def test_events_have_no_metadata_of_their_own(event: Event) -> None:
    assert "metadata" not in event.as_dict()
