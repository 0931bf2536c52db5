"""RulePolicy: what applies, what wins, forms, fallback, and what is wrong with rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ProjectError
from bot.formats.domain import parse_domain
from bot.formats.stories import parse_stories
from bot.message import Intent, Understanding
from bot.policies.options import RuleConfig
from bot.policies.rule import RulePolicy
from bot.policies.states import RuleOnly
from bot.policies.training_trackers import training_trackers
from bot.tracker import Tracker
from tests.talking import TalkingBot, refuse

DOMAIN = """
intents: [greet, inform, ask, stop, affirm, deny, request]
entities: [city]
slots:
  member: {type: bool, mappings: [{type: custom}]}
  city: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: city}]}
forms: {trip: {required_slots: [city]}}
responses:
  utter_greet: [{text: hi}]
  utter_member: [{text: 会员你好}]
  utter_city: [{text: a city}]
  utter_answer: [{text: answer}]
  utter_sure: [{text: 'sure?'}]
  utter_done: [{text: done}]
  utter_ask_city: [{text: 哪个城市}]
  utter_default: [{text: what}]
actions: [action_set]
"""
FORM_RULES = """
rules:
- rule: begin
  steps: [{intent: request}, {action: trip}, {active_loop: trip}]
- rule: finish
  condition: [{active_loop: trip}]
  steps: [{action: trip}, {active_loop: null}, {action: utter_done}]
- rule: answer anywhere
  steps: [{intent: ask}, {action: utter_answer}]
"""


def test_the_rule_that_says_more_wins() -> None:
    rules = """
rules:
- {rule: general, steps: [{intent: greet}, {action: utter_greet}]}
- rule: members
  condition: [{slot_was_set: [{member: true}]}]
  steps: [{intent: greet}, {action: utter_member}]
- rule: with a city
  steps: [{intent: greet, entities: [city]}, {action: utter_city}]
- {rule: remember, steps: [{intent: affirm}, {action: action_set}]}
"""
    member = {"event": "slot", "name": "member", "value": True}
    bot = TalkingBot(DOMAIN, rules, actions={"action_set": lambda _: {"events": [member]}})
    assert bot.say("/greet", '/greet{"city": "x"}', "/affirm", "/greet") == ["hi", "a city", "会员你好"]


def test_a_slot_that_must_not_be_set_keeps_a_rule_away() -> None:
    rules = """
rules:
- rule: strangers
  condition: [{slot_was_set: [{member: null}]}]
  steps: [{intent: greet}, {action: utter_greet}]
- {rule: remember, steps: [{intent: affirm}, {action: action_set}]}
"""
    member = {"event": "slot", "name": "member", "value": True}
    bot = TalkingBot(DOMAIN, rules, actions={"action_set": lambda _: {"events": [member]}})
    assert bot.say("/greet", "/affirm", "/greet") == ["hi", "what"]


def test_a_rule_for_the_start_of_a_conversation_applies_there_only() -> None:
    rules = """
rules:
- rule: first
  conversation_start: true
  steps: [{intent: greet}, {action: utter_member}]
- {rule: later, steps: [{intent: ask}, {action: utter_answer}]}
"""
    assert TalkingBot(DOMAIN, rules).say("/greet", "/greet") == ["会员你好", "what"]


def test_a_rule_that_does_not_wait_leaves_the_next_step_to_others() -> None:
    rules = """
rules:
- rule: two
  wait_for_user_input: false
  steps: [{intent: greet}, {action: utter_greet}]
- rule: three
  steps: [{action: utter_greet}, {action: utter_answer}]
"""
    assert TalkingBot(DOMAIN, rules).say("/greet") == ["hi", "answer"]


def test_the_text_of_a_message_goes_before_its_intent() -> None:
    rules = """
rules:
- rule: by text
  steps: [{user: 有人吗}, {action: utter_member}]
- {rule: by intent, steps: [{intent: greet}, {action: utter_greet}]}
"""
    understood = {"有人吗": Understanding("有人吗", Intent("greet")), "hey": Understanding("hey", Intent("greet"))}
    bot = TalkingBot(DOMAIN, rules, understood=understood)
    assert bot.say("有人吗", "hey") == ["会员你好", "hi"]


def test_a_form_asks_and_goes_on_after_a_question_in_between() -> None:
    bot = TalkingBot(DOMAIN, FORM_RULES)
    assert bot.say("/request") == ["哪个城市"]
    assert bot.actions_of("/ask") == ["!trip", "utter_answer", "trip"]
    assert bot.say('/inform{"city": "上海"}') == ["done"]
    assert bot.tracker().active_loop is None


def test_a_form_that_refuses_with_no_rule_to_help_falls_back_and_stays_active() -> None:
    bot = TalkingBot(DOMAIN, FORM_RULES)
    bot.say("/request")
    assert bot.actions_of("/greet") == ["!trip", "action_default_fallback"]
    assert bot.tracker().active_loop_name == "trip"


def test_inside_a_form_a_rule_for_it_decides_and_the_form_is_not_taken_up_by_itself() -> None:
    rules = (
        FORM_RULES
        + """
- rule: sure
  condition: [{active_loop: trip}]
  steps: [{intent: stop}, {action: utter_sure}]
"""
    )
    stories = (
        rules
        + """
stories:
- story: stopping
  steps:
  - {intent: request}
  - {action: trip}
  - {active_loop: trip}
  - {intent: stop}
  - {action: utter_sure}
  - {intent: affirm}
  - {action: action_deactivate_loop}
  - {active_loop: null}
"""
    )
    config = "policies: [MemoizationPolicy, RulePolicy]\n"
    bot = TalkingBot(DOMAIN, stories, config=config)
    bot.say("/request")
    assert bot.actions_of("/stop") == ["!trip", "utter_sure"]
    assert bot.actions_of("/affirm") == ["action_deactivate_loop"]


def test_coming_back_to_a_form_the_message_before_is_not_validated() -> None:
    domain = DOMAIN.replace("actions: [action_set]", "actions: [action_set, validate_trip]")
    bot = TalkingBot(domain, FORM_RULES, actions={"validate_trip": lambda _: {}})
    bot.say("/request")
    bot.actions.called.clear()
    bot.say("/ask")
    events = [event.type_name for event in bot.tracker().events]
    assert "loop_interrupted" not in events[-4:]
    assert bot.actions.called[-1] == "validate_trip"


def test_the_fallback_has_its_threshold_as_confidence_and_can_be_switched_off() -> None:
    bot = TalkingBot(DOMAIN, FORM_RULES)
    decided = [d for d in bot.trace("/affirm").decisions if d.action == "action_default_fallback"]
    assert decided[0].confidence == 0.3
    config = "policies: [{name: RulePolicy, enable_fallback_prediction: false}]\n"
    assert TalkingBot(DOMAIN, FORM_RULES, config=config).actions_of("/affirm") == ["action_session_start"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "- {rule: a, steps: [{intent: greet}, {action: utter_greet}]}\n"
            "- {rule: b, steps: [{intent: greet}, {action: utter_answer}]}\n",
            "the action 'utter_greet' in rule 'a' contradicts rule 'b'",
        ),
        (
            "- rule: a\n  steps: [{intent: greet}, {action: action_set}, {slot_was_set: [{member: true}]}]\n"
            "- {rule: b, steps: [{intent: ask}, {action: action_set}]}\n",
            "the action 'action_set' in rule 'b' does not set slots that it sets in other rules: member",
        ),
        (
            "- {rule: a, steps: [{intent: request}, {action: trip}, {active_loop: trip}]}\n"
            "- {rule: b, steps: [{intent: ask}, {action: trip}]}\n",
            "the form 'trip' in rule 'b' does not set the `active_loop` that it sets in other rules: trip",
        ),
        (
            "- {rule: a, steps: [{intent: greet}, {action: utter_greet}, {intent: ask}, {action: utter_answer}]}\n",
            "the rule 'a' holds more than one user message",
        ),
    ],
)
def test_what_is_wrong_with_rules_is_reported_with_its_place(rules: str, message: str) -> None:
    with pytest.raises(ProjectError, match=r"stories\.yml:") as caught:
        TalkingBot(DOMAIN, "rules:\n" + rules)
    assert any(message in problem.message for problem in caught.value.problems)
    assert all(problem.where and problem.where.line for problem in caught.value.problems)


def test_a_story_that_contradicts_a_rule_names_both_places() -> None:
    text = """
rules:
- {rule: greeting, steps: [{intent: greet}, {action: utter_greet}]}
stories:
- {story: other, steps: [{intent: greet}, {action: utter_answer}]}
"""
    with pytest.raises(ProjectError) as caught:
        TalkingBot(DOMAIN, text, config="policies: [MemoizationPolicy, RulePolicy]\n")
    problem = caught.value.problems[0]
    assert "in story 'other' contradicts rule 'greeting', which predicts 'utter_greet'" in problem.message
    assert problem.where and problem.where.line == 5
    assert problem.related and problem.related[0][1].line == 3


def test_rules_that_only_wait_give_way_to_a_story() -> None:
    text = """
rules:
- rule: asks
  steps: [{intent: greet}, {action: utter_sure}]
stories:
- story: goes on
  steps: [{intent: greet}, {action: utter_sure}, {intent: affirm}, {action: utter_done}]
"""
    bot = TalkingBot(DOMAIN, text, config="policies: [MemoizationPolicy, RulePolicy]\n")
    assert bot.say("/greet", "/affirm") == ["sure?", "done"]


def test_turns_that_only_rules_know_are_hidden_from_stories() -> None:
    text = """
rules:
- {rule: questions, steps: [{intent: ask}, {action: utter_answer}]}
stories:
- story: talk
  steps: [{intent: greet}, {action: utter_sure}, {intent: affirm}, {action: utter_done}]
"""
    bot = TalkingBot(DOMAIN, text, config="policies: [MemoizationPolicy, RulePolicy]\n")
    assert bot.say("/greet", "/ask", "/ask", "/affirm") == ["sure?", "answer", "answer", "done"]


def test_a_saved_policy_decides_the_same(tmp_path: Path) -> None:
    domain = parse_domain(DOMAIN)
    policy, loaded = RulePolicy(RuleConfig()), RulePolicy(RuleConfig())
    policy.train(training_trackers(parse_stories(FORM_RULES), domain), domain)
    policy.save(tmp_path)
    loaded.load(tmp_path, domain)
    bot = TalkingBot(DOMAIN, FORM_RULES)
    bot.say("/request", "/ask")
    tracker: Tracker = bot.tracker()
    assert loaded.predict(tracker, domain, RuleOnly()) == policy.predict(tracker, domain, RuleOnly())
    assert loaded.rule_only == policy.rule_only


def test_an_action_that_refuses_is_not_decided_again() -> None:
    rules = "rules:\n- {rule: a, steps: [{intent: greet}, {action: action_set}]}\n"
    bot = TalkingBot(DOMAIN, rules, actions={"action_set": refuse})
    assert bot.actions_of("/greet")[1:] == ["!action_set", "action_default_fallback"]
