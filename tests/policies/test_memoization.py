"""Memoization: what is recalled, what is forgotten, and recalling after forgetting the beginning."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formats.domain import parse_domain
from bot.formats.stories import parse_stories
from bot.policies.memoization import AugmentedMemoizationPolicy, MemoizationPolicy
from bot.policies.options import MemoizationConfig
from bot.policies.states import RuleOnly
from bot.policies.training_trackers import training_trackers, unsatisfied_checkpoints
from tests.talking import TalkingBot

DOMAIN = """
intents: [a, b, c, rule]
entities: [colour]
slots:
  colour: {type: text, mappings: [{type: from_entity, entity: colour}]}
responses:
  utter_a: [{text: A}]
  utter_b: [{text: B}]
  utter_c: [{text: C}]
  utter_rule: [{text: 规则}]
  utter_default: [{text: '?'}]
"""
RULE = "rules: [{rule: r, steps: [{intent: rule}, {action: utter_rule}]}]\n"
STORY = """
stories:
- story: s
  steps: [{intent: a}, {action: utter_a}, {intent: b}, {action: utter_b}, {intent: c}, {action: utter_c}]
"""


def bot(policy: str, stories: str = STORY, rules: str = RULE) -> TalkingBot:
    return TalkingBot(DOMAIN, rules + stories, config=f"policies: [{policy}, RulePolicy]\n")


def test_a_story_is_recalled_word_for_word() -> None:
    assert bot("MemoizationPolicy").say("/a", "/b", "/c") == ["A", "B", "C"]
    assert bot("MemoizationPolicy").say("/b") == ["?"]


def test_stories_that_disagree_are_forgotten_where_they_do() -> None:
    stories = STORY + "- {story: t, steps: [{intent: a}, {action: utter_b}]}\n"
    talking = TalkingBot(DOMAIN, RULE + stories, config="policies: [MemoizationPolicy, RulePolicy]\n")
    assert talking.say("/a") == ["?"]


def test_max_history_says_how_much_must_be_the_same() -> None:
    short = "{name: MemoizationPolicy, max_history: 2}"
    assert bot(short).say("/rule", "/a", "/b") == ["规则", "A", "B"]
    talking = bot(short)
    assert talking.say("/c", "/b") == ["?", "?"]


def test_slots_of_a_forgotten_beginning_do_not_hinder() -> None:
    plain, augmented = bot("MemoizationPolicy"), bot("AugmentedMemoizationPolicy")
    coloured = '/rule{"colour": "red"}'
    for talking in (plain, augmented):
        talking.say("/a", "/b", coloured)
    assert plain.say("/a") == ["?"]
    assert augmented.say("/a", "/b", "/c") == ["A", "B", "C"]


def test_or_and_checkpoints_stand_for_several_stories() -> None:
    stories = """
stories:
- story: begin
  steps:
  - or: [{intent: a}, {intent: b}]
  - action: utter_a
  - checkpoint: middle
- story: end
  steps: [{checkpoint: middle}, {intent: c}, {action: utter_c}]
- story: another end
  steps: [{checkpoint: middle}, {intent: b}, {action: utter_b}]
- story: never
  steps: [{checkpoint: nowhere}, {intent: c}, {action: utter_c}]
"""
    for first in ("/a", "/b"):
        assert bot("MemoizationPolicy", stories).say(first, "/c") == ["A", "C"]
        assert bot("MemoizationPolicy", stories).say(first, "/b") == ["A", "B"]
    domain = parse_domain(DOMAIN)
    assert len(training_trackers(parse_stories(stories), domain)) == 4
    assert [name for name, _ in unsatisfied_checkpoints(parse_stories(stories))] == ["nowhere"]


def test_a_checkpoint_lets_only_those_pass_whose_slots_fit() -> None:
    stories = """
stories:
- story: begin
  steps: [{intent: a, entities: [{colour: red}]}, {action: utter_a}, {checkpoint: middle}]
- story: red
  steps: [{checkpoint: middle, slot_was_set: [{colour: red}]}, {intent: b}, {action: utter_b}]
- story: blue
  steps: [{checkpoint: middle, slot_was_set: [{colour: blue}]}, {intent: c}, {action: utter_c}]
"""
    names = [tracker.name for tracker in training_trackers(parse_stories(stories), parse_domain(DOMAIN))]
    assert names == ["begin > red"]


def test_stories_that_go_round_in_circles_end() -> None:
    stories = """
stories:
- {story: in, steps: [{intent: a}, {action: utter_a}, {checkpoint: round}]}
- {story: again, steps: [{checkpoint: round}, {intent: b}, {action: utter_b}, {checkpoint: round}]}
- {story: out, steps: [{checkpoint: round}, {intent: c}, {action: utter_c}]}
"""
    assert bot("MemoizationPolicy", stories).say("/a", "/b", "/b", "/c") == ["A", "B", "B", "C"]


def test_augmented_conversations_are_not_memorised() -> None:
    domain, stories = parse_domain(DOMAIN), parse_stories(RULE + STORY)
    plain, augmented = training_trackers(stories, domain), training_trackers(stories, domain, augmentation=5)
    assert len(plain) == 2 and any(tracker.is_augmented for tracker in augmented)
    policies = [MemoizationPolicy(MemoizationConfig()) for _ in range(2)]
    for policy, trackers in zip(policies, (plain, augmented), strict=True):
        policy.train(trackers, domain)
    assert policies[0]._memory == policies[1]._memory


def test_a_saved_memory_is_the_same(tmp_path: Path) -> None:
    domain = parse_domain(DOMAIN)
    policy, loaded = (AugmentedMemoizationPolicy(MemoizationConfig()) for _ in range(2))
    policy.train(training_trackers(parse_stories(STORY), domain), domain)
    policy.save(tmp_path)
    loaded.load(tmp_path, domain)
    assert loaded._memory == policy._memory


def test_a_text_without_an_intent_after_a_hidden_turn_is_no_silence() -> None:
    stories = """
stories:
- story: begins with an action
  steps: [{action: utter_rule}, {intent: b}, {action: utter_b}]
"""
    assert bot("AugmentedMemoizationPolicy", stories).say("/rule", "嗯嗯嗯") == ["规则", "?"]


def test_a_story_with_an_unlikely_intent_is_recalled_as_if_it_were_none() -> None:
    stories = """
stories:
- story: surprised
  steps: [{intent: a}, {action: action_unlikely_intent}, {action: utter_b}, {intent: c}, {action: utter_c}]
"""
    assert bot("MemoizationPolicy", stories).say("/a", "/c") == ["B", "C"]


MESSAGES = ["/a", "/b", "/c", "/rule", '/a{"colour": "red"}', '/b{"colour": "blue"}', '/rule{"colour": "x"}']


class Thorough(AugmentedMemoizationPolicy):
    """Rasa's way: tries every cut, one after the other."""

    def _recall_shortened(self, tracker, history):  # type: ignore[no-untyped-def]
        from bot.events import ActionExecuted
        from bot.tracker import Tracker

        events = tracker.applied_events()
        for index, event in enumerate(events):
            if isinstance(event, ActionExecuted):
                shorter = Tracker.from_events("x", events[index:], tracker.domain)
                found = MemoizationPolicy._recall(self, shorter, history)
                if found:
                    return found
        return None


MORE = (
    STORY
    + """
- story: t
  steps: [{intent: b}, {action: utter_a}, {intent: a, entities: [{colour: red}]}, {action: utter_c}]
- story: u
  steps: [{intent: c}, {action: utter_b}, {intent: c}, {action: utter_a}]
"""
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(MESSAGES), max_size=9))
def test_ruling_cuts_out_first_changes_no_answer(messages: list[str]) -> None:
    talking = bot("AugmentedMemoizationPolicy", MORE)
    thorough = Thorough(MemoizationConfig())
    thorough.train(training_trackers(parse_stories(RULE + MORE), talking.domain), talking.domain)
    quick = next(p for p in talking.assistant.policies.ensemble.policies if isinstance(p, AugmentedMemoizationPolicy))  # type: ignore[attr-defined]
    for message in messages:
        talking.say(message)
        tracker = talking.tracker()
        answers = [policy.predict(tracker, talking.domain, RuleOnly()) for policy in (quick, thorough)]
        assert answers[0].probabilities == answers[1].probabilities
