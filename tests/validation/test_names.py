"""Names that nobody declared: in stories, tests, the domain and examples."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import Problem, Severity

Check = Callable[..., list[Problem]]
Places = Callable[[list[Problem]], list[str]]

DOMAIN = """\
intents: [greet, track_order]
entities: [order_number, city: {roles: [from, to]}]
slots:
  order_number: {type: text, mappings: [{type: from_entity, entity: order_number}]}
  city: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: city, role: to}]}
responses:
  utter_greet: [{text: 你好}]
actions: [action_track]
"""
STORY = """\
stories:
- story: 查物流
  steps:
  - intent: {intent}
    entities: [{entity}: K1]
  - slot_was_set: [{slot}: K1]
  - action: {action}
  - intent: greet
  - action: utter_greet
"""


def story(**names: str) -> str:
    used = {"intent": "track_order", "entity": "order_number", "slot": "order_number", "action": "action_track"}
    text = STORY
    for name, value in (used | names).items():
        text = text.replace(f"{{{name}}}", value)
    return text


def test_a_project_without_mistakes_has_none(check: Check) -> None:
    assert check(domain=DOMAIN, stories=story()) == []


def test_each_unknown_name_of_a_story_is_named_with_the_nearest_one(check: Check, places: Places) -> None:
    problems = check(
        domain=DOMAIN, stories=story(intent="trak_order", entity="order_no", slot="ordernumber", action="action_trak")
    )
    named = [problem for problem in problems if problem.code == "unknown-name"]
    assert places(named) == [f"stories.yml:{line} unknown-name" for line in (4, 4, 6, 7)]
    assert [problem.hint for problem in named] == [
        "Did you mean 'track_order'?",
        "Did you mean 'order_number'?",
        "Did you mean 'order_number'?",
        "Did you mean 'action_track'?",
    ]
    assert [problem.severity for problem in named] == [Severity.WARNING] * 3 + [Severity.ERROR]


def test_a_name_used_in_many_places_is_reported_once_with_all_of_them(check: Check) -> None:
    text = story(intent="trak_order") + story(intent="trak_order").replace("stories:\n", "").replace("查物流", "again")
    (problem,) = [problem for problem in check(domain=DOMAIN, stories=text) if "trak_order" in problem.message]
    assert "2 places" in problem.message
    assert [where.line for _, where in problem.related] == [12]


def test_an_unknown_form_and_an_unknown_condition_are_errors(check: Check, places: Places) -> None:
    rules = "rules:\n- rule: r\n  condition: [{active_loop: order_form}]\n  steps: [{intent: greet}, {action: utter_greet}]\n"
    problems = [p for p in check(domain=DOMAIN, stories=story(), rules=rules) if p.severity is Severity.ERROR]
    assert places(problems) == ["rules.yml:3 unknown-name"]


def test_an_action_without_a_response_says_nothing(check: Check, places: Places) -> None:
    domain = DOMAIN.replace("[action_track]", "[action_track, utter_bye]")
    problems = check(domain=domain, stories=story(action="utter_bye") + "  - action: action_track\n")
    assert places(problems) == ["stories.yml:7 missing-key"]


def test_test_stories_that_do_not_match_the_domain_are_warnings(check: Check, places: Places) -> None:
    problems = check(domain=DOMAIN, stories=story(), test_orders=story(action="action_trak"))
    assert places(problems) == ["test_orders.yml:7 unknown-name"]
    assert problems[0].severity is Severity.WARNING


def test_unknown_names_inside_the_domain(check: Check) -> None:
    domain = """\
intents: [greet, bye: {use_entities: [town]}]
entities: [city: {roles: [from]}]
slots:
  city: {type: text, mappings: [{type: from_entity, entity: cty}]}
  to: {type: text, mappings: [{type: from_entity, entity: city, role: form, intent: gret}]}
  size: {type: text, mappings: [{type: from_text, conditions: [{active_loop: order_from, requested_slot: sizes}]}]}
forms: {order_form: {required_slots: [city, colour], ignored_intents: [byes]}}
responses: {utter_ask_city: [{text: a, condition: [{type: slot, name: cty, value: a}]}]}
"""
    named = {p.message.partition(" is not")[0]: p.hint for p in check(domain=domain) if p.code == "unknown-name"}
    assert named == {
        "intent 'gret'": "Did you mean 'greet'?",
        "intent 'byes'": "Did you mean 'bye'?",
        "entity 'town'": "",
        "entity 'cty'": "Did you mean 'city'?",
        "slot 'sizes'": "Did you mean 'size'?",
        "slot 'colour'": "",
        "slot 'cty'": "Did you mean 'city'?",
        "form 'order_from'": "Did you mean 'order_form'?",
        "role of entity 'city': 'form'": "Did you mean 'from'?",
    }


def test_a_mapping_for_a_form_that_does_not_require_the_slot(check: Check) -> None:
    domain = """\
slots:
  city: {type: text, mappings: [{type: from_text, conditions: [{active_loop: order_form}]}]}
  size: {type: text, mappings: [{type: from_text}]}
forms: {order_form: {required_slots: [size]}}
responses: {utter_ask_size: [{text: a}]}
"""
    (problem,) = check(domain=domain)
    assert "which does not require it" in problem.message


def test_examples_and_the_domain_must_agree(check: Check, places: Places) -> None:
    nlu = """\
nlu:
- intent: greet
  examples: |
    - 你好
    - 您好
- intent: trak_order
  examples: |
    - 查[K1](order_no)
    - 去[上海]{"entity": "city", "role": "too"}
"""
    problems = check(domain=DOMAIN, stories=story(), nlu=nlu)
    assert places(problems) == [
        "nlu.yml:8 unknown-name",
        "nlu.yml:8 unknown-name",
        "nlu.yml:9 unknown-name",
        "domain.yml:1 missing-key",
    ]
    assert "intent 'track_order' has no examples" in problems[3].message


def test_an_intent_needs_more_than_one_example(check: Check, places: Places) -> None:
    nlu = "nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 您好\n- intent: bye\n  examples: |\n    - 再见\n"
    problems = [problem for problem in check(domain=DOMAIN, nlu=nlu) if problem.code == "few-examples"]
    assert places(problems) == ["nlu.yml:8 few-examples"]
    assert "'bye' has only one example" in problems[0].message


def test_overlapping_entities_are_found_before_training(check: Check, places: Places) -> None:
    nlu = 'nlu:\n- intent: greet\n  examples: |\n    - 去[上海][{"entity": "city"}, {"entity": "order_number"}]\n    - 你好\n'
    learner = "pipeline:\n- name: DIETClassifier\n"
    found = check(domain=DOMAIN, nlu=nlu, config=learner)
    problems = [problem for problem in found if problem.code == "annotation"]
    assert places(problems) == ["nlu.yml:4 annotation"]
    assert "'city' and 'order_number' overlap at '上海'" in problems[0].message
    rules_only = check(domain=DOMAIN, nlu=nlu, config="pipeline:\n- name: RegexEntityExtractor\n")
    assert not [problem for problem in rules_only if problem.code == "annotation"]


def test_nothing_follows_from_a_domain_that_cannot_be_read(check: Check, places: Places) -> None:
    problems = check(domain=DOMAIN + "slots: [", stories=story())
    assert places(problems) == ["domain.yml:10 yaml-syntax"]


def test_a_pattern_that_is_no_regular_expression(check: Check, places: Places) -> None:
    nlu = "nlu:\n- regex: order_number\n  examples: |\n    - K[0-9]{7}\n    - K[0-9\n"
    problems = [problem for problem in check(domain=DOMAIN, nlu=nlu) if problem.severity is Severity.ERROR]
    assert places(problems) == ["nlu.yml:5 yaml-type"]
    assert "unterminated character set" in problems[0].message
