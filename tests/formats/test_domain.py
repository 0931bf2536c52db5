"""Domains from files and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain import EntityProperties, IntentProperties, ResponseCondition
from bot.errors import ProjectError, Severity, Where
from bot.formats.domain import parse_domain, read_domain
from bot.formats.problem_list import ProblemList
from bot.slots import MappingCondition

DOMAIN = """\
version: "3.1"
intents:
- greet
- 查物流:
    use_entities: [order_number]
- chitchat:
    use_entities: []
    ignore_entities: [city]
- inform:
    use_entities: true
entities:
- order_number
- city:
    roles: [from, to]
    groups: ["1"]
    influence_conversation: false
slots:
  order_number:
    type: text
    mappings:
    - type: from_entity
      entity: order_number
      role: main
      not_intent: chitchat
      conditions:
      - active_loop: null
      - active_loop: order_form
        requested_slot: order_number
  确认:
    type: bool
    initial_value: false
    influence_conversation: true
    mappings:
    - type: from_intent
      intent: [greet, inform]
      value: yes
    - type: custom
      action: action_confirm
  language:
    type: categorical
    values: [ZH, en, null]
    mappings: [{type: from_language}]
  amount:
    type: float
    min_value: 1
    max_value: 100.5
    value_reset_delay: 5
    mappings: []
  own:
    type: shop.slots.PhoneSlot
    max_digits: 11
    mappings: [{type: from_text}]
forms:
  order_form:
    required_slots: [order_number]
    ignored_intents: chitchat
  empty_form:
responses:
  utter_greet:
  - text: 你好 {name}
    channel: rest
    condition:
    - {type: slot, name: language, value: zh}
    metadata: {rephrase: true}
    buttons: [{title: 1, payload: /greet}]
    button_type: vertical
  - custom: {blocks: [a]}
    id: x1
    list: {of: orders, text: "- {number}"}
actions:
- action_confirm
- action_cancel_order: {send_domain: true, writes: true, confirm: order_form}
e2e_actions: [Bye!]
session_config:
  session_expiration_time: 0
  carry_over_slots_to_new_session: false
config:
  store_entities_as_slots: false
"""


def test_intents_and_the_entities_they_use() -> None:
    intents = parse_domain(DOMAIN).intents
    assert intents["greet"] == IntentProperties(where=Where("domain.yml", 3, 3))
    assert intents["查物流"].use_entities == ("order_number",)
    assert intents["chitchat"].use_entities == ()
    assert intents["chitchat"].ignore_entities == ("city",)
    assert intents["chitchat"].ignore_given
    assert intents["inform"].use_entities is None


def test_entities_with_roles_and_groups() -> None:
    assert parse_domain(DOMAIN).entities["city"] == EntityProperties(
        ("from", "to"), ("1",), influence_conversation=False, where=Where("domain.yml", 13, 3)
    )


def test_slots_of_every_kind() -> None:
    slots = parse_domain(DOMAIN).slots
    assert slots["确认"].initial_value is False
    assert slots["language"].values == ("zh", "en")  # null is no value
    assert (slots["amount"].min_value, slots["amount"].max_value) == (1.0, 100.5)
    assert slots["amount"].extra == {"value_reset_delay": 5}
    assert slots["own"].type == "shop.slots.PhoneSlot"
    assert slots["own"].extra == {"max_digits": 11}
    assert slots["order_number"].where == Where("domain.yml", 18, 3)


def test_mappings_of_every_kind() -> None:
    slots = parse_domain(DOMAIN).slots
    (mapping,) = slots["order_number"].mappings
    assert (mapping.type, mapping.entity, mapping.role) == ("from_entity", "order_number", "main")
    assert mapping.not_intents == ("chitchat",)
    assert mapping.conditions == (MappingCondition(None), MappingCondition("order_form", "order_number"))
    by_intent, custom = slots["确认"].mappings
    assert by_intent.intents == ("greet", "inform")
    assert by_intent.value == "yes"
    assert custom.action == "action_confirm"
    assert slots["language"].mappings[0].type == "from_language"


def test_forms_responses_actions_and_the_rest() -> None:
    domain = parse_domain(DOMAIN)
    assert domain.forms["order_form"].ignored_intents == ("chitchat",)
    assert domain.forms["empty_form"].required_slots == ()
    spoken, listed = domain.responses["utter_greet"]
    assert spoken.conditions == (ResponseCondition("language", "zh"),)
    assert spoken.rephrase
    assert spoken.buttons == ({"title": "1", "payload": "/greet"},)
    assert spoken.extra == {"button_type": "vertical"}
    assert (listed.custom, listed.id) == ({"blocks": ["a"]}, "x1")
    assert (listed.list_of, listed.list_text) == ("orders", "- {number}")
    assert domain.actions["action_cancel_order"].send_domain
    assert domain.actions["action_cancel_order"].extra == {"writes": True, "confirm": "order_form"}
    assert domain.e2e_actions == ("Bye!",)
    assert (domain.session.expiration_minutes, domain.session.carry_over_slots) == (0.0, False)
    assert not domain.store_entities_as_slots


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def test_the_files_of_a_folder_are_merged_and_the_first_declaration_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="intents: [greet]\nslots: {city: {type: text, mappings: []}}\nsession_config: {session_expiration_time: 5}",
        b="intents: [greet, bye]\nslots: {city: {type: any, mappings: []}}\nactions: [action_x]",
        other="prices: {a: 1}",
    )
    problems = ProblemList()
    domain = read_domain([tmp_path], problems)
    assert list(domain.intents) == ["greet", "bye"]
    assert domain.slots["city"].type == "text"
    assert domain.session.expiration_minutes == 5
    assert [(p.code, p.severity) for p in problems] == [("duplicate-name", Severity.WARNING)] * 2
    assert "a.yml" in str(problems[0].related[0][1])


def test_a_newer_format_is_skipped_and_an_older_one_read(tmp_path: Path) -> None:
    write(tmp_path, new='version: "4.0"\nintents: [new]', old='version: "2.0"\nintents: [old]', bare="intents: [bare]")
    problems = ProblemList()
    assert list(read_domain([tmp_path], problems).intents) == ["bare", "old"]
    assert [(problem.code, problem.severity) for problem in problems] == [
        ("version", Severity.WARNING),
        ("version", Severity.INFO),
    ]


@pytest.mark.parametrize(
    ("text", "code", "place", "hint"),
    [
        ("intents:\n- greet\n- greet\n", "duplicate-name", "3:3", "Rename"),
        ("intents:\n- greet:\n", "yaml-type", "2:3", "Remove the colon"),
        ("intents: {greet: 1}\n", "yaml-type", "1:10", ""),
        ("slots:\n  city:\n    type: txt\n    mappings: []\n", "unknown-name", "3:11", "'text'"),
        ("slots:\n  city:\n    type: text\n", "missing-key", "2:3", "type: custom"),
        ("slots:\n  city:\n    type: text\n    maping: []\n    mappings: []\n", "unknown-key", "4:5", "'mappings'"),
        ("slots:\n  city:\n    type: any\n    influence_conversation: true\n    mappings: []\n", "yaml-type", "4:29", ""),
        ("slots: {c: {type: text, mappings: [{type: from_entty, entity: c}]}}", "unknown-name", "1:43", "'from_entity'"),
        ("slots: {c: {type: text, mappings: [{type: from_entity}]}}", "missing-key", "1:36", ""),
        ("slots: {c: {type: bool, initial_value: a, influence_conversation: ja, mappings: []}}", "yaml-type", "1:67", ""),
        ("forms:\n  f: {ignored_intents: [a]}\n", "missing-key", "2:3", "how they are filled"),
        ("forms:\n  f:\n    required_slots: {a: [{type: from_text}]}\n", "yaml-type", "3:21", "Move their mappings"),
        ("responses:\n  utter_a: 你好\n", "yaml-type", "2:12", "- text"),
        ("responses:\n  utter_a:\n  - 你好\n", "yaml-type", "3:5", "- text: 你好"),
        ("responses:\n  utter_a:\n  - txt: 你好\n    image: x\n", "unknown-key", "3:5", "'text'"),
        ("responses:\n  utter_a:\n  - channel: rest\n", "missing-key", "3:5", ""),
        ("responses:\n  utter_a: []\n", "missing-key", "2:3", ""),
        ("responses: {utter_a: [{text: a, condition: [{type: slt, name: b}]}]}", "yaml-type", "1:52", ""),
        ("session_config: {session_expiration_time: soon}", "yaml-type", "1:43", ""),
        ("- greet\n", "yaml-type", "", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_with_its_place(text: str, code: str, place: str, hint: str) -> None:
    with pytest.raises(ProjectError) as raised:
        parse_domain(text)
    problem = raised.value.problems[0]
    assert problem.code == code
    assert str(problem.where) == (f"domain.yml:{place}" if place else "domain.yml")
    assert hint in problem.hint


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(ProjectError) as raised:
        parse_domain("intents: [a, a]\nentities: 5\nslots: {s: {type: txt}}\nforms: [f]\nresponses: {utter_a: x}\n")
    assert len(raised.value.problems) == 6


def test_an_unknown_section_is_a_warning_with_the_nearest_name(tmp_path: Path) -> None:
    problems = ProblemList()
    read_domain([write(tmp_path, domain="intent: [greet]\nactions: []") / "domain.yml"], problems)
    assert [(p.code, p.severity, p.hint) for p in problems] == [
        ("unknown-key", Severity.WARNING, "Did you mean 'intents'?")
    ]
