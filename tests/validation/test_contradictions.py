"""Stories and rules that ask for different actions in the same situation."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import Problem, Severity

Check = Callable[..., list[Problem]]

DOMAIN = """\
intents: [greet, bye, buy, affirm]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size}]}
  vip: {type: bool, initial_value: false, mappings: [{type: from_text}]}
  note: {type: text, influence_conversation: false, mappings: [{type: from_text}]}
forms: {order_form: {required_slots: [size]}}
responses:
  utter_greet: [{text: 你好}]
  utter_bye: [{text: Bye}]
  utter_more: [{text: 还有}]
  utter_ask_size: [{text: 多大}]
"""


def contradictions(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.code == "contradiction"]


def story(name: str, *steps: str) -> str:
    return f"- story: {name}\n  steps:\n" + "".join(f"  - {step}\n" for step in steps)


def rule(name: str, *steps: str, head: str = "") -> str:
    return f"- rule: {name}\n{head}  steps:\n" + "".join(f"  - {step}\n" for step in steps)


def test_two_stories_after_the_same_beginning(check: Check) -> None:
    stories = (
        "stories:\n"
        + story("甲", "intent: greet", "action: utter_greet")
        + story("乙", "intent: greet", "action: utter_bye")
    )
    (problem,) = contradictions(check(domain=DOMAIN, stories=stories))
    assert problem.severity is Severity.WARNING
    assert problem.message == (
        "after intent 'greet', story '乙' goes on with 'utter_bye', but story '甲' goes on with 'utter_greet'."
    )
    assert problem.where is not None
    assert problem.where.line == 9
    assert [where.line for _, where in problem.related] == [5]


def test_an_end_contradicts_going_on(check: Check) -> None:
    stories = "stories:\n" + story("a", "intent: greet", "action: utter_greet")
    stories += story("b", "intent: greet", "action: utter_greet", "action: utter_more")
    (problem,) = contradictions(check(domain=DOMAIN, stories=stories))
    assert "goes on with 'action_listen'" in problem.message


def test_entities_slots_and_earlier_turns_tell_stories_apart(check: Check) -> None:
    stories = "stories:\n" + story("a", "intent: buy", "action: utter_more")
    stories += story("b", "intent: buy\n    entities: [size: L]", "action: utter_bye")
    stories += story("c", "slot_was_set: [vip: true]", "intent: buy", "action: utter_greet")
    stories += story("d", "intent: greet", "action: utter_greet", "intent: buy", "action: utter_greet")
    assert contradictions(check(domain=DOMAIN, stories=stories)) == []


def test_a_slot_without_influence_tells_nothing_apart(check: Check) -> None:
    stories = "stories:\n" + story("a", "intent: buy", "action: utter_more")
    stories += story("b", "slot_was_set: [note: x]", "intent: buy", "action: utter_bye")
    assert len(contradictions(check(domain=DOMAIN, stories=stories))) == 1


def test_only_as_many_turns_count_as_the_policy_remembers(check: Check) -> None:
    stories = "stories:\n"
    stories += story("a", "intent: greet", "action: utter_greet", "intent: buy", "action: utter_more")
    stories += story("b", "intent: bye", "action: utter_bye", "intent: buy", "action: utter_greet")
    assert contradictions(check(domain=DOMAIN, stories=stories)) == []
    assert len(contradictions(check(domain=DOMAIN, stories=stories, max_history=1))) == 1
    config = "pipeline: []\npolicies: [{name: AugmentedMemoizationPolicy, max_history: 1}, RulePolicy]\n"
    assert len(contradictions(check(config=config, domain=DOMAIN, stories=stories))) == 1


def test_stories_are_compared_through_checkpoints_and_alternatives(check: Check) -> None:
    stories = "stories:\n"
    stories += story("a", "intent: greet", "action: utter_greet", "checkpoint: greeted")
    stories += story("b", "checkpoint: greeted", "or: [{intent: buy}, {intent: affirm}]", "action: utter_more")
    stories += story("c", "intent: greet", "action: utter_greet", "intent: affirm", "action: utter_bye")
    (problem,) = contradictions(check(domain=DOMAIN, stories=stories))
    assert "after intent 'affirm'" in problem.message


def test_two_rules_for_the_same_situation(check: Check) -> None:
    rules = (
        "rules:\n"
        + rule("甲", "intent: greet", "action: utter_greet")
        + rule("乙", "intent: greet", "action: utter_bye")
    )
    (problem,) = contradictions(check(domain=DOMAIN, rules=rules))
    assert problem.severity is Severity.ERROR
    assert problem.where is not None
    assert problem.where.line == 9
    assert "rule '乙' goes on with 'utter_bye', but rule '甲' goes on with 'utter_greet'" in problem.message


def test_rules_for_different_situations_agree(check: Check) -> None:
    rules = "rules:\n" + rule("a", "intent: greet", "action: utter_greet")
    rules += rule("b", "intent: greet", "action: utter_bye", head="  condition: [{slot_was_set: [vip: true]}]\n")
    rules += rule("c", "intent: greet", "action: utter_more", head="  condition: [{active_loop: order_form}]\n")
    rules += rule("d", "intent: greet", "action: utter_more", head="  conversation_start: true\n")
    assert contradictions(check(domain=DOMAIN, rules=rules)) == []


def test_a_rule_that_waits_contradicts_one_that_goes_on(check: Check) -> None:
    more = rule("more", "intent: greet", "action: utter_greet", "action: utter_more")
    rules = "rules:\n" + rule("a", "intent: greet", "action: utter_greet")
    assert len(contradictions(check(domain=DOMAIN, rules=rules + more))) == 1
    assert contradictions(check(domain=DOMAIN, rules=rules + "  wait_for_user_input: false\n" + more)) == []


def test_a_story_against_a_rule(check: Check) -> None:
    rules = "rules:\n" + rule("say bye", "intent: bye", "action: utter_bye")
    stories = "stories:\n" + story("买", "intent: buy", "action: utter_more", "intent: bye", "action: utter_greet")
    (problem,) = contradictions(check(domain=DOMAIN, rules=rules, stories=stories))
    assert problem.severity is Severity.ERROR
    assert "story '买' goes on with 'utter_greet', but rule 'say bye' goes on with 'utter_bye'" in problem.message
    assert problem.related[0][1].file.endswith("rules.yml")


def test_a_story_that_does_what_the_more_special_rule_says(check: Check) -> None:
    rules = "rules:\n" + rule("bye", "intent: bye", "action: utter_bye")
    rules += rule("vip", "intent: bye", "action: utter_greet", head="  condition: [{slot_was_set: [vip: true]}]\n")
    stories = "stories:\n" + story("a", "slot_was_set: [vip: true]", "intent: bye", "action: utter_greet")
    assert contradictions(check(domain=DOMAIN, rules=rules, stories=stories)) == []


def test_what_happens_inside_a_form_is_left_to_the_policy(check: Check) -> None:
    rules = "rules:\n" + rule("bye", "intent: bye", "action: utter_bye")
    stories = "stories:\n" + story(
        "a", "intent: buy", "action: order_form", "active_loop: order_form", "intent: bye", "action: order_form"
    )
    assert contradictions(check(domain=DOMAIN, rules=rules, stories=stories)) == []


def test_the_check_can_be_turned_off_as_in_rasa(check: Check) -> None:
    rules = (
        "rules:\n" + rule("a", "intent: greet", "action: utter_greet") + rule("b", "intent: greet", "action: utter_bye")
    )
    config = "pipeline: []\npolicies: [{name: RulePolicy, check_for_contradictions: false}]\n"
    assert contradictions(check(config=config, domain=DOMAIN, rules=rules)) == []


def test_a_rule_that_says_what_another_says(check: Check) -> None:
    rules = (
        "rules:\n"
        + rule("a", "intent: greet", "action: utter_greet")
        + rule("b", "intent: greet", "action: utter_greet")
    )
    (problem,) = [problem for problem in check(domain=DOMAIN, rules=rules) if "does what" in problem.message]
    assert problem.message == "rule 'b' does what rule 'a' does."
    assert [where.line for _, where in problem.related] == [2]
