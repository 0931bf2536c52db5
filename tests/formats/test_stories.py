"""Stories, rules and tests, step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ProjectError, Where
from bot.formats.problem_list import ProblemList
from bot.formats.stories import parse_stories, read_tests
from bot.message import Entity
from bot.stories import ANY_VALUE, ActionStep, CheckpointStep, LoopStep, OrStep, SlotStep, UserStep

STORIES = """\
stories:
- story: 查物流
  metadata: {author: Li}
  steps:
  - checkpoint: logged_in
    slot_was_set:
    - name: 李
  - intent: track_order
    entities:
    - order_number: K1048213
      role: main
    - carrier
  - slot_was_set:
    - order_number: K1048213
    - carrier
    - days: null
  - action: order_form
  - active_loop: order_form
  - or:
    - intent: affirm
    - intent: thanks
      entities: [{mood: good}]
    - slot_was_set:
      - confirmed: true
  - active_loop: null
  - action: utter_done
- story: end to end
  steps:
  - user: |
      where is [my parcel](mention)?
  - bot: On its way!
rules:
- rule: only at the start
  condition:
  - active_loop: null
  - slot_was_set:
    - language: zh
  conversation_start: true
  wait_for_user_input: false
  steps:
  - intent: greet
  - action: utter_greet
"""


def test_every_kind_of_step() -> None:
    story = parse_stories(STORIES).stories[0]
    assert (story.name, story.metadata) == ("查物流", {"author": "Li"})
    checkpoint, user, number, carrier, days, action, loop, either, over, done = story.steps
    assert isinstance(checkpoint, CheckpointStep)
    assert [(c.name, c.value) for c in checkpoint.conditions] == [("name", "李")]
    assert isinstance(user, UserStep)
    assert user.entities == (Entity("order_number", "K1048213", role="main"), Entity("carrier", ""))
    slots = [(step.name, step.value) for step in (number, carrier, days) if isinstance(step, SlotStep)]
    assert slots == [("order_number", "K1048213"), ("carrier", ANY_VALUE), ("days", None)]
    assert isinstance(action, ActionStep)
    assert action.where == Where("stories.yml", 17, 5)
    assert isinstance(loop, LoopStep)
    assert loop.name == "order_form"
    assert isinstance(either, OrStep)
    assert [type(option) for option in either.options] == [UserStep, UserStep, SlotStep]
    assert isinstance(over, LoopStep)
    assert over.name is None
    assert isinstance(done, ActionStep)


def test_end_to_end_steps_have_text_and_no_names() -> None:
    user, answer = parse_stories(STORIES).stories[1].steps
    assert isinstance(user, UserStep)
    assert (user.intent, user.text) == (None, "where is my parcel?")
    assert user.entities == (Entity("mention", "my parcel", 9, 18),)
    assert isinstance(answer, ActionStep)
    assert (answer.name, answer.text) == (None, "On its way!")


def test_a_rule_with_conditions() -> None:
    (rule,) = parse_stories(STORIES).rules
    assert rule.conversation_start
    assert not rule.wait_for_user_input
    assert [type(condition) for condition in rule.condition] == [LoopStep, SlotStep]


def test_a_payload_gives_its_entities() -> None:
    text = 'stories:\n- story: s\n  steps:\n  - user: \'/inform{"city": "上海"}\'\n    intent: inform\n'
    (step,) = parse_stories(text).stories[0].steps
    assert isinstance(step, UserStep)
    assert step.text == '/inform{"city": "上海"}'
    assert [(entity.entity, entity.value) for entity in step.entities] == [("city", "上海")]


def test_only_tests_keep_full_retrieval_intents(tmp_path: Path) -> None:
    text = "stories:\n- story: s\n  steps:\n  - intent: faq/ask_hours\n"
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_faq.yml").write_text(text, encoding="utf-8")
    (tmp_path / "notes.yml").write_text(text, encoding="utf-8")
    tests = read_tests([tmp_path], ProblemList())
    assert [step.intent for story in tests.stories for step in story.steps if isinstance(step, UserStep)] == [
        "faq/ask_hours"
    ]
    (step,) = parse_stories(text).stories[0].steps
    assert isinstance(step, UserStep)
    assert step.intent == "faq"


@pytest.mark.parametrize(
    ("steps", "code", "place", "hint"),
    [
        ("- intnt: greet", "unknown-key", "4:5", "'intent'"),
        ("- utter_greet", "yaml-type", "4:5", "- action: utter_greet"),
        ("- intent: greet\n    action: utter_greet", "unknown-key", "5:5", "new step"),
        ("- intent: greet\n    entites: [city]", "unknown-key", "5:5", "'entities'"),
        ("- form: order_form", "unknown-key", "4:5", "active_loop"),
        ("- intent:", "missing-key", "4:12", ""),
        ("- action: ''", "missing-key", "4:13", ""),
        ("- slot_was_set: {city: 北京}", "yaml-type", "4:19", "- slot: value"),
        ("- slot_was_set:", "missing-key", "4:5", ""),
        ("- or: []", "missing-key", "4:5", ""),
        ("- or: [{action: a}]", "unknown-key", "4:10", ""),
        ("- intent: a\n    entities: [{city: 1, place: 2}]", "yaml-type", "5:26", ""),
        ('- user: 去[北京]{"entity"}', "annotation", "4:25", "JSON"),
        ("- user: '/greet{x}'", "annotation", "4:11", ""),
        ("- {}", "missing-key", "4:5", ""),
    ],
)
def test_a_mistake_is_reported_with_its_place(steps: str, code: str, place: str, hint: str) -> None:
    with pytest.raises(ProjectError) as raised:
        parse_stories(f"stories:\n- story: s\n  steps:\n  {steps}\n")
    problem = raised.value.problems[0]
    assert (problem.code, str(problem.where)) == (code, f"stories.yml:{place}")
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stories:\n- steps: []\n", "no `story`"),
        ("rules:\n- rule: r\n  steps: []\n  condition: [{intent: a}]\n", "can only be"),
        ("rules:\n- rule: r\n  steps: []\n  conversation_start: maybe\n", "true or false, not 'maybe'"),
        ("rules:\n- rule: r\n  step: []\n", "'step' is not a key of a rule"),
        ("stories: {story: s}\n", "must be a list"),
    ],
)
def test_a_mistake_around_the_steps_is_reported(text: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        parse_stories(text)
