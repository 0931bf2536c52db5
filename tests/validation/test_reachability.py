"""Rules that never apply, rules that leave something out, stories that are never told."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import Problem, Severity

Check = Callable[..., list[Problem]]
Places = Callable[[list[Problem]], list[str]]

DOMAIN = """
intents: [点餐, greet, stop]
slots:
  辣度: {type: categorical, values: [微辣, 特辣], mappings: [{type: custom, action: action_cook}]}
forms:
  order_form: {required_slots: [辣度]}
responses:
  utter_ask_辣度: [{text: 要多辣?}]
  utter_done: [{text: 好的}]
  utter_hot: [{text: Hot!}]
  utter_bye: [{text: Bye}]
actions: [action_cook]
"""
BEGIN = "rules:\n- rule: begin\n  steps: [{intent: 点餐}, {action: order_form}, {active_loop: order_form}]\n"
END = """- rule: end
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_done}]
"""
REST = """- rule: greet
  steps: [{intent: greet}, {action: utter_hot}]
- rule: stop
  steps: [{intent: stop}, {action: utter_bye}]
"""


def about(problems: list[Problem], *words: str) -> list[Problem]:
    return [problem for problem in problems if any(word in problem.message for word in words)]


def test_a_project_whose_rules_all_apply_is_clean(check: Check) -> None:
    assert not about(
        check(domain=DOMAIN, rules=BEGIN + END + REST), "never", "begins with", "is for form", "leaves out"
    )


def test_a_rule_for_a_form_that_nothing_starts(check: Check, places: Places) -> None:
    found = about(check(domain=DOMAIN, rules="rules:\n" + END + REST), "is for form")
    assert places(found) == ["rules.yml:3 unused"]
    assert "no story or rule starts" in found[0].message


def test_conditions_that_exclude_one_another(check: Check, places: Places) -> None:
    rule = (
        "- rule: both\n  condition:\n  - slot_was_set: [{辣度: 微辣}]\n  - slot_was_set: [{辣度: 特辣}]\n"
        "  steps: [{intent: greet}, {action: utter_bye}]\n"
    )
    found = about(check(domain=DOMAIN, rules=BEGIN + END + rule), "never applies")
    assert places(found) == ["rules.yml:10 unused"]
    assert found[0].related[0][1].line == 9


def test_a_rule_that_begins_with_what_nothing_does(check: Check, places: Places) -> None:
    domain = DOMAIN.replace("actions: [action_cook]", "").replace(", action: action_cook", "")
    rule = "- rule: later\n  steps: [{action: utter_hot}, {action: utter_bye}]\n"
    found = about(check(domain=domain, rules=BEGIN + END + rule), "begins with")
    assert places(found) == ["rules.yml:8 unused"]
    assert not about(check(domain=domain, rules=BEGIN + END + REST + rule), "begins with")


def test_a_rule_that_leaves_out_what_another_says(check: Check, places: Places) -> None:
    rules = """rules:
- rule: cook
  steps: [{intent: greet}, {action: action_cook}, {slot_was_set: [{辣度: 特辣}]}, {action: utter_hot}]
- rule: cook again
  steps: [{intent: stop}, {action: action_cook}, {action: utter_bye}]
"""
    found = about(check(domain=DOMAIN, rules=rules), "leaves out")
    assert places(found) == ["rules.yml:5 contradiction"]
    assert found[0].severity is Severity.ERROR
    assert "slot '辣度'" in found[0].message and found[0].related[0][1].line == 3
    last = rules.replace(", {action: utter_bye}]", "]\n  wait_for_user_input: false")
    assert not about(check(domain=DOMAIN, rules=last), "leaves out")


def test_a_rule_that_leaves_out_the_form(check: Check) -> None:
    rule = "- rule: begin again\n  steps: [{intent: greet}, {action: order_form}, {action: utter_hot}]\n"
    found = about(check(domain=DOMAIN, rules=BEGIN + END + rule), "leaves out")
    assert ["`active_loop: order_form`" in problem.message for problem in found] == [True]


def test_a_story_whose_checkpoint_condition_is_never_met(check: Check, places: Places) -> None:
    stories = """stories:
- story: in
  steps: [{intent: greet}, {action: utter_hot}, {checkpoint: 之后}]
- story: out
  steps: [{checkpoint: 之后, slot_was_set: [{辣度: 特辣}]}, {intent: stop}, {action: utter_bye}]
"""
    found = about(check(domain=DOMAIN, stories=stories), "is never told")
    assert places(found) == ["stories.yml:5 unused"]
    told = stories.replace("{action: utter_hot}", "{action: utter_hot}, {slot_was_set: [{辣度: 特辣}]}")
    assert not about(check(domain=DOMAIN, stories=told), "is never told")
