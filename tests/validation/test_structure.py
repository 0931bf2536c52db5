"""Checkpoints, rules, forms, slots, retrieval intents, duplicates and what is unused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import Problem, Severity

Check = Callable[..., list[Problem]]
Places = Callable[[list[Problem]], list[str]]

DOMAIN = """\
intents: [greet, bye]
slots:
  size: {type: categorical, values: [small, 大], mappings: [{type: from_text}]}
  paid: {type: bool, mappings: [{type: from_text}]}
  note: {type: any, mappings: [{type: from_text}]}
responses:
  utter_greet: [{text: 你好}]
  utter_bye: [{text: Bye}]
"""
GREET = "rules:\n- rule: greet\n  steps: [{intent: greet}, {action: utter_greet}]\n"
BYE = "- rule: bye\n  steps: [{intent: bye}, {action: utter_bye}]\n"
SLOTS = "- rule: slots\n  condition: [{slot_was_set: [size: 大, paid: true]}]\n  steps: [{intent: bye}, {action: utter_bye}]\n"


def test_a_whole_project_is_clean(check: Check) -> None:
    assert check(domain=DOMAIN, rules=GREET + SLOTS) == []


def test_checkpoints_without_their_other_half(check: Check, places: Places) -> None:
    stories = """\
stories:
- story: a
  steps: [{intent: greet}, {action: utter_greet}, {checkpoint: greeted}]
- story: b
  steps: [{checkpoint: greted}, {intent: bye}, {action: utter_bye}]
"""
    problems = check(domain=DOMAIN, stories=stories, rules=GREET + SLOTS)
    assert places(problems) == ["stories.yml:5 unused", "stories.yml:3 unused"]
    assert [problem.hint for problem in problems] == ["Did you mean 'greeted'?", "Did you mean 'greted'?"]


def test_a_rule_has_one_user_turn(check: Check, places: Places) -> None:
    rule = "- rule: two\n  steps: [{intent: bye}, {action: utter_greet}, {intent: greet}, {action: utter_bye}]\n"
    problems = check(domain=DOMAIN, rules=GREET + SLOTS + rule)
    assert [problem for problem in problems if problem.severity is Severity.ERROR and "user turns" in problem.message]
    unrestricted = "assistant_id: shop\npolicies: [{name: RulePolicy, restrict_rules: false}]\npipeline: []\n"
    problems = check(config=unrestricted, domain=DOMAIN, rules=GREET + SLOTS + rule)
    assert not [problem for problem in problems if "user turns" in problem.message]


@pytest.mark.parametrize(
    ("step", "hint"),
    [("size: smal", "'small'"), ("size: 中", "small, 大"), ("paid: ja", "true or false"), ("size", "size: VALUE")],
)
def test_values_that_a_slot_cannot_have(check: Check, step: str, hint: str) -> None:
    rule = f"- rule: r\n  condition:\n  - slot_was_set:\n    - {step}\n  steps: [{{intent: greet}}, {{action: utter_bye}}]\n"
    (problem,) = [p for p in check(domain=DOMAIN, rules=GREET + SLOTS + rule) if p.code != "contradiction"]
    assert problem.where is not None
    assert problem.where.line == 10
    assert hint in problem.hint


def test_a_condition_on_a_slot_without_influence_is_always_met(check: Check) -> None:
    rule = "- rule: r\n  condition: [{slot_was_set: [note: x]}]\n  steps: [{intent: bye}, {action: utter_bye}]\n"
    (problem,) = check(domain=DOMAIN, rules=GREET + SLOTS + rule)
    assert "always met" in problem.message


FORM = """\
intents: [buy]
slots:
  size: {type: text, influence_conversation: false, mappings: [{type: from_text}]}
  colour: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms: {order_form: {required_slots: [size, colour]}}
responses: {utter_ask_order_form_size: [{text: 多大}], utter_done: [{text: 好}]}
"""
START = "rules:\n- rule: start\n  steps: [{intent: buy}, {action: order_form}, {active_loop: order_form}]\n"
END = "- rule: end\n  condition: [{active_loop: order_form}]\n  steps: [{action: order_form}, {active_loop: null}, {action: utter_done}]\n"


def test_a_form_must_ask_and_be_able_to_end(check: Check) -> None:
    messages = [problem.message for problem in check(domain=FORM, rules=START)]
    assert "form 'order_form' has no question for slot 'colour'." in messages
    assert "no story or rule says what comes when form 'order_form' is done." in messages
    assert "form 'order_form' requires slot 'colour', which nothing sets." in messages
    messages = [problem.message for problem in check(domain=FORM, rules=START + END)]
    assert len(messages) == 2


def test_an_action_of_the_project_that_names_a_slot_may_set_it(check: Check, tmp_path: Path) -> None:
    domain = FORM + "actions: [action_ask_colour]\n"
    (tmp_path / "actions.py").write_text('SlotSet("size", 1)\n', encoding="utf-8")
    (problem,) = check(domain=domain, rules=START + END)
    assert "requires slot 'colour', which nothing sets" in problem.message


def test_an_action_may_ask_and_set(check: Check) -> None:
    assert check(domain=FORM + "actions: [action_ask_colour]\n", rules=START + END) == []


def test_forms_need_rule_policy(check: Check) -> None:
    problems = check(config="pipeline: []\npolicies: [MemoizationPolicy]\n", domain=FORM, rules=START + END)
    assert any("only RulePolicy can run" in problem.message for problem in problems)


def test_retrieval_intents_and_responses_belong_together(check: Check, places: Places) -> None:
    nlu = "nlu:\n- intent: faq/hours\n  examples: |\n    - 几点开门\n- intent: faq/where\n  examples: |\n    - 在哪\n"
    responses = "responses:\n  utter_faq/hours: [{text: 九点}]\n  utter_faq/wher: [{text: 上海}]\n"
    rules = "rules:\n- rule: faq\n  steps: [{intent: faq}, {action: utter_faq}]\n"
    problems = check(domain="intents: [faq]\n", nlu=nlu, responses=responses, rules=rules)
    assert places(problems) == ["nlu.yml:7 missing-key", "responses.yml:3 unused"]
    assert problems[0].hint == "Did you mean 'utter_faq/wher'?"


def test_duplicates_are_reported_with_both_places(check: Check, places: Places) -> None:
    nlu = "nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 你好\n- intent: bye\n  examples: |\n    - 你好\n    - 慢走\n"
    domain = DOMAIN.replace("{text: 你好}", "{text: 你好, id: a}").replace("{text: Bye}", "{text: Bye, id: a}")
    responses = "responses:\n  utter_bye: [{text: 再见}]\n"
    problems = check(
        domain=domain, nlu=nlu, responses=responses, rules=GREET + SLOTS + BYE.replace("rule: bye", "rule: greet")
    )
    assert places(problems) == [
        "rules.yml:7 duplicate-name",
        "domain.yml:8 duplicate-name",
        "responses.yml:2 duplicate-name",
        "nlu.yml:5 duplicate-name",
        "nlu.yml:8 duplicate-name",
    ]
    assert [problem.related[0][1].line for problem in problems] == [2, 7, 8, 4, 4]
    assert problems[3].severity is Severity.INFO


def test_what_nothing_uses(check: Check) -> None:
    domain = DOMAIN.replace("[greet, bye]", "[greet, bye, help]") + "  utter_lost: [{text: a}]\n"
    messages = [problem.message for problem in check(domain=domain, rules=GREET + BYE)]
    assert messages == [
        "intent 'help' is used in no story or rule.",
        "response 'utter_lost' is used in no story, rule or form.",
        "slot 'size' influences the conversation, but no story, rule or form uses it.",
        "slot 'paid' influences the conversation, but no story, rule or form uses it.",
    ]


def test_a_response_may_be_spoken_by_the_projects_own_actions(check: Check, tmp_path: Path) -> None:
    domain = DOMAIN + "  utter_lost: [{text: a}]\n  utter_refused_late: [{text: b}]\nactions: [action_x]\n"
    rules = GREET + SLOTS + "- rule: x\n  steps: [{intent: greet}, {action: utter_greet}, {action: action_x}]\n"
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "x.py").write_text('say(f"utter_refused_{reason}")\n', encoding="utf-8")
    unused = [problem.message for problem in check(domain=domain, rules=rules) if problem.code == "unused"]
    assert unused == ["response 'utter_lost' is used in no story, rule or form."]


def test_an_intent_behind_a_button_is_used(check: Check) -> None:
    domain = DOMAIN.replace("[greet, bye]", "[greet, bye, help]").replace(
        "{text: Bye}", "{text: Bye, buttons: [{title: a, payload: '/help{\"a\": 1}'}]}"
    )
    assert check(domain=domain, rules=GREET + SLOTS) == []
