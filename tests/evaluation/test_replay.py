import asyncio
from pathlib import Path

from bot.domain import ACTION_UNLIKELY_INTENT
from bot.evaluation.failures import annotated_stories
from bot.evaluation.outcome import StoryOutcome
from bot.evaluation.replay import NoDatabase, replay
from bot.evaluation.reports import story_report
from bot.events import Event
from bot.formats.stories import parse_stories
from bot.message import Entity
from tests.evaluation.scripted import BotUttered, Scripted, SlotSet, does, user

GREETING = """
stories:
- story: 打招呼
  steps:
  - user: |
      你好
    intent: greet
  - action: utter_greet
  - user: |
      I live in [Berlin](city)
    intent: inform
  - slot_was_set:
    - city: Berlin
  - action: action_x
  - user: "bye"
    intent: goodbye
  - action: utter_bye
"""


def script(**changed: list[Event]) -> dict[str, list[Event]]:
    berlin = Entity("city", "Berlin", start=10, end=16)
    usual: dict[str, list[Event]] = {
        "你好": [user("你好", "greet"), *does("utter_greet")],
        "I live in Berlin": [
            user("I live in Berlin", "inform", [berlin]),
            SlotSet("city", "Berlin"),
            *does("action_x"),
        ],
        "bye": [user("bye", "goodbye"), *does("utter_bye")],
    }
    return usual | changed


def run(stories: str, answers: dict[str, list[Event]], file: str = "test_a.yml") -> list[StoryOutcome]:
    return asyncio.run(replay(Scripted(answers), parse_stories(stories, file).stories))


def kinds(outcome: StoryOutcome) -> list[tuple[str, str, str]]:
    return [(difference.kind, difference.expected, difference.predicted) for difference in outcome.differences]


def test_a_story_that_comes_as_written_passes() -> None:
    (outcome,) = run(GREETING, script())
    assert outcome.passed, outcome.differences


def test_another_action_fails_and_the_conversation_goes_on() -> None:
    (outcome,) = run(GREETING, script(你好=[user("你好", "greet"), *does("utter_bye")]))
    assert kinds(outcome) == [("action", "utter_greet", "utter_bye")]
    assert len(outcome.turns) == 3


def test_a_missing_and_an_additional_action_are_told_apart() -> None:
    (missing,) = run(GREETING, script(bye=[user("bye", "goodbye"), *does()]))
    assert kinds(missing) == [("action", "utter_bye", "(nothing)")]
    (additional,) = run(GREETING, script(bye=[user("bye", "goodbye"), *does("action_x", "utter_bye")]))
    assert kinds(additional) == [("more", "action_listen", "action_x")]


def test_another_intent_or_entity_fails() -> None:
    (intent,) = run(GREETING, script(你好=[user("你好", "goodbye"), *does("utter_greet")]))
    assert kinds(intent) == [("intent", "greet", "goodbye (0.90)")]
    text = "I live in Berlin"
    wrong = [user(text, "inform", [Entity("city", "in Berlin", start=7, end=16)]), SlotSet("city", "Berlin")]
    (entity,) = run(GREETING, script(**{text: [*wrong, *does("action_x")]}))
    assert kinds(entity) == [("entities", "[Berlin](city)", "[in Berlin](city)")]


def test_entities_count_only_where_the_story_annotates_some() -> None:
    spurious = user("你好", "greet", [Entity("city", "你", start=0, end=1)])
    (outcome,) = run(GREETING, script(你好=[spurious, *does("utter_greet")]))
    assert outcome.passed


def test_a_slot_that_was_not_set_fails() -> None:
    text = "I live in Berlin"
    berlin = Entity("city", "Berlin", start=10, end=16)
    (outcome,) = run(GREETING, script(**{text: [user(text, "inform", [berlin]), *does("action_x")]}))
    assert kinds(outcome) == [("slot", "city: Berlin", "null")]


def test_a_crash_is_the_storys_failure_and_not_the_others() -> None:
    answers = script()
    del answers["bye"]
    crashed, whole = run(
        GREETING + "- story: short\n  steps:\n  - intent: greet\n", answers | {"/greet": [user("", "greet")]}
    )
    assert crashed.crash is not None and "KeyError" in crashed.crash and not crashed.passed
    assert whole.passed


def test_an_unlikely_intent_is_a_warning() -> None:
    (outcome,) = run(GREETING, script(bye=[user("bye", "goodbye"), *does(ACTION_UNLIKELY_INTENT, "utter_bye")]))
    assert outcome.passed
    assert outcome.warnings == (ACTION_UNLIKELY_INTENT,)


CHECKED = """
stories:
- story: checked
  steps:
  - user: hi
    intent: greet
  - action: utter_greet
  - reply_contains: [订单, [cancelled, 已取消]]
    reply_lacks: [password]
  - bot: "订单.*"
"""


def test_what_was_said_can_be_checked() -> None:
    def answer(text: str) -> list[tuple[str, str, str]]:
        (outcome,) = run(CHECKED, {"hi": [user("hi", "greet"), BotUttered(text), *does("utter_greet")]})
        return kinds(outcome)

    assert answer("订单 K1 已取消") == []
    assert [kind for kind, _, _ in answer("订单 K1")] == ["reply"]
    assert [kind for kind, _, _ in answer("order cancelled, password x")] == ["reply", "reply", "bot"]


def test_a_turn_with_checks_and_no_actions_leaves_the_actions_open() -> None:
    open_turn = "stories:\n- story: s\n  steps:\n  - intent: greet\n  - reply_contains: [您好]\n"
    answers = {"/greet": [user("", "greet"), BotUttered("您好"), *does("utter_greet", "action_x")]}
    assert run(open_turn, answers)[0].passed
    (outcome,) = run(open_turn + "  - action: utter_greet\n", answers)
    assert [kind for kind, _, _ in kinds(outcome)] == ["more"]


def test_a_database_check_without_a_database_fails() -> None:
    story = "stories:\n- story: s\n  steps:\n  - intent: greet\n  - database: [{table: orders, where: {id: K1}}]\n"
    (outcome,) = run(story, {"/greet": [user("", "greet"), *does()]})
    assert [difference.kind for difference in outcome.differences] == ["database"]
    NoDatabase().reset()


def test_every_story_begins_with_a_fresh_database() -> None:
    resets: list[int] = []

    class Counting(NoDatabase):
        def reset(self) -> None:
            resets.append(1)

    stories = parse_stories(GREETING, "test_a.yml").stories
    asyncio.run(replay(Scripted(script()), [*stories, *stories], database=Counting()))
    assert len(resets) == 2


def test_failures_are_written_beside_what_was_expected_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "test_greeting.yml"
    file.write_text(GREETING, encoding="utf-8")
    wrong = script(
        你好=[user("你好", "goodbye"), *does("utter_bye", "action_x")], bye=[user("bye", "goodbye"), *does()]
    )
    outcomes = run(GREETING, wrong, str(file))
    written = annotated_stories(outcomes)
    assert "    intent: greet  # predicted: goodbye (0.90)" in written
    assert "  - action: utter_greet  # predicted: utter_bye; predicted also: action_x" in written
    assert "  - action: utter_bye  # predicted: (nothing)" in written
    again = parse_stories(written, "test_again.yml").stories
    assert [story.name for story in again] == ["打招呼"]
    assert len(again[0].steps) == len(outcomes[0].story.steps)


def test_the_report_counts_conversations_and_actions() -> None:
    outcomes = [*run(GREETING, script()), *run(GREETING, script(bye=[user("bye", "goodbye"), *does("utter_greet")]))]
    report = story_report(outcomes)
    assert report["conversation_accuracy"] == {"accuracy": 0.5, "correct": 1, "with_warnings": 0, "total": 2}
    assert report["utter_bye"]["recall"] == 0.5
    assert report["utter_greet"]["precision"] == 2 / 3
