"""Forms: asking, validating, refusing, ending; and the two-stage fallback."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain import ACTION_TWO_STAGE_FALLBACK
from bot.events import SlotSet
from bot.message import Intent, Understanding
from bot.tracker import Tracker
from tests.talking import TalkingBot, refuse

DOMAIN = """
intents: [order, inform, ask, trigger]
entities: [size, colour]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
  colour: {type: text, mappings: [{type: from_entity, entity: colour}]}
  gift: {type: bool, mappings: [{type: custom}]}
  began: {type: text, mappings: [{type: from_trigger_intent, intent: order, value: shop, conditions: [{active_loop: buy}]}]}
forms: {buy: {required_slots: [size, colour]}}
responses:
  utter_ask_size: [{text: 什么尺码}]
  utter_ask_buy_colour: [{text: 什么颜色}]
  utter_ask_colour: [{text: wrong}]
  utter_answer: [{text: answer}]
  utter_bought: [{text: '{size} {colour}'}]
  utter_default: [{text: what}]
actions: [validate_buy, action_ask_gift]
"""
RULES = """
rules:
- {rule: begin, steps: [{intent: order}, {action: buy}, {active_loop: buy}]}
- rule: end
  condition: [{active_loop: buy}]
  steps: [{action: buy}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_bought}]
- {rule: ask, steps: [{intent: ask}, {action: utter_answer}]}
"""


def sets(**slots: Any) -> Any:
    return lambda _: {"events": [{"event": "slot", "name": name, "value": value} for name, value in slots.items()]}


def bot(validate: Any = lambda _: {}, **actions: Any) -> TalkingBot:
    return TalkingBot(DOMAIN, RULES, actions={"validate_buy": validate, **actions})


def test_a_form_asks_in_order_and_by_its_own_question_first() -> None:
    talking = bot()
    assert talking.say("/order", '/inform{"size": "M"}') == ["什么尺码", "什么颜色"]
    assert talking.say('/inform{"colour": "红"}') == ["M 红"]
    assert (talking.tracker().active_loop, talking.tracker().get_slot("requested_slot")) == (None, None)


def test_what_is_known_is_not_asked_and_all_known_ends_the_form_at_once() -> None:
    assert bot().say('/order{"size": "L"}') == ["什么颜色"]
    assert bot().say('/order{"size": "L", "colour": "blue"}') == ["L blue"]


def test_the_intent_that_began_the_form_fills_its_slot() -> None:
    talking = bot()
    talking.say("/order")
    assert talking.tracker().get_slot("began") == "shop"


def test_a_value_that_is_refused_is_asked_for_again() -> None:
    talking = bot(sets(size=None))
    assert talking.say("/order", '/inform{"size": "XXXXL"}') == ["什么尺码", "什么尺码"]
    assert talking.tracker().get_slot("size") is None


def test_validation_sees_the_new_values_after_the_form() -> None:
    seen: list[list[str]] = []

    def validate(tracker: Tracker) -> Any:
        shapes = tracker.event_dicts() or []
        names = [shape.get("name") for shape in shapes if shape["event"] in ("action", "slot")]
        seen.append([str(name) for name in names[names.index("buy") if "buy" in names else 0 :]][-3:])
        return {}

    bot(validate).say("/order", '/inform{"size": "M"}')
    assert seen[-1] == ["requested_slot", "buy", "size"]


def test_validation_may_choose_the_next_slot_or_end_the_form() -> None:
    talking = bot(sets(requested_slot="colour"))
    assert talking.say("/order") == ["什么颜色"], "it is asked when the form begins, too"
    assert talking.say('/inform{"size": "M"}') == ["什么颜色"]
    ended = bot(lambda t: sets(requested_slot=None)(t) if t.get_slot("size") else {})
    assert ended.say("/order") == ["什么尺码"]
    ended.say('/inform{"size": "M"}')
    assert ended.tracker().active_loop is None


def test_validation_may_ask_for_slots_that_are_not_required() -> None:
    talking = bot(sets(requested_slot="gift"), action_ask_gift=lambda _: {"responses": [{"text": "送人吗"}]})
    talking.say("/order")
    assert talking.say('/inform{"size": "M"}') == ["送人吗"]


def test_a_form_that_gets_no_answer_lets_others_decide_and_asks_again() -> None:
    talking = bot()
    talking.say("/order")
    assert talking.say("/ask") == ["answer", "什么尺码"]


def test_a_validation_that_refuses_the_form_keeps_what_was_said() -> None:
    rejection = {"event": "action_execution_rejected", "name": "buy"}
    talking = bot(lambda _: {"events": [rejection]})
    talking.say("/order")
    assert talking.say('/ask{"size": "M"}')[0] == "answer"
    assert talking.tracker().get_slot("size") == "M"


def test_a_validation_that_fails_leaves_the_form_and_its_slots_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    def fails(tracker: Tracker) -> Any:
        raise RuntimeError("down")

    talking = bot(fails)
    talking.say('/order{"size": "M"}')
    assert talking.tracker().get_slot("size") == "M"
    assert "'buy' failed" in caplog.text


def test_slots_of_custom_mappings_and_their_validation_run_before_anything_is_decided() -> None:
    domain = DOMAIN.replace("actions: [", "actions: [action_validate_slot_mappings, action_gift, ").replace(
        "gift: {type: bool, mappings: [{type: custom}]}",
        "gift: {type: bool, mappings: [{type: custom, action: action_gift}]}",
    )
    actions = {
        "action_gift": lambda _: {"events": [{"event": "slot", "name": "gift", "value": True}, {"event": "restart"}]},
        "action_validate_slot_mappings": sets(size="checked"),
        "validate_buy": lambda _: {},
    }
    talking = TalkingBot(domain, RULES, actions=actions)
    talking.say('/ask{"size": "M"}')
    assert talking.tracker().get_slot("size") == "checked"
    assert talking.tracker().get_slot("gift") is True, "what the validation does not mention is accepted"
    assert not any(event.type_name == "restart" for event in talking.tracker().events)


def test_an_action_that_refuses_to_extract_slots_does_not_end_the_turn() -> None:
    domain = DOMAIN.replace("actions: [", "actions: [action_validate_slot_mappings, ")
    talking = TalkingBot(domain, RULES, actions={"action_validate_slot_mappings": refuse})
    assert talking.say("/ask") == ["answer"]


# -- two-stage fallback -------------------------------------------------------------------------------------------------

FALLBACK = """
intents: [track, bye]
responses:
  utter_track: [{text: 在路上}]
  utter_bye: [{text: bye}]
  utter_ask_rephrase: [{text: 请换个说法}]
  utter_default: [{text: 帮不了您}]
"""
FALLBACK_RULES = f"""
rules:
- rule: doubt
  steps: [{{intent: nlu_fallback}}, {{action: {ACTION_TWO_STAGE_FALLBACK}}}, {{active_loop: {ACTION_TWO_STAGE_FALLBACK}}}]
- {{rule: track, steps: [{{intent: track}}, {{action: utter_track}}]}}
"""
DOUBT = Understanding("嗯", Intent("nlu_fallback", 0.3), ranking=(Intent("nlu_fallback", 0.3), Intent("track", 0.2)))


def doubtful() -> TalkingBot:
    return TalkingBot(FALLBACK, FALLBACK_RULES, understood={"嗯": DOUBT})


def test_in_doubt_the_likeliest_intent_is_asked_about_and_taken_when_confirmed() -> None:
    talking = doubtful()
    assert talking.say("嗯", "/track") == ["Did you mean 'track'?", "在路上"]
    assert talking.tracker().active_loop is None
    assert [e.value for e in talking.tracker().events if isinstance(e, SlotSet)] == []


def test_after_a_no_the_customer_rephrases() -> None:
    assert doubtful().say("嗯", "/out_of_scope", "/track") == ["Did you mean 'track'?", "请换个说法", "在路上"]


def test_not_understood_twice_is_given_up() -> None:
    assert doubtful().say("嗯", "嗯") == ["Did you mean 'track'?", "帮不了您"]
    talking = doubtful()
    talking.say("嗯", "/out_of_scope", "嗯")
    assert talking.say("/out_of_scope") == ["帮不了您"]
