"""What memoization remembers grows with the stories, not with their square."""

from __future__ import annotations

import json

import pytest

from bot.formats.domain import parse_domain
from bot.formats.stories import parse_stories
from bot.policies.memoization import MemoizationPolicy
from bot.policies.memories import ROOT, Memories, Memory
from bot.policies.options import MemoizationConfig
from bot.policies.shortening import Outlines
from bot.policies.states import State
from bot.policies.training_trackers import training_trackers

DOMAIN = parse_domain("intents: [greet, bye]\nresponses:\n  utter_greet: [{text: 你好}]\n  utter_bye: [{text: Bye}]\n")
START, GREETED, ANSWERED = State(), State("greet", action="action_listen"), State("greet", action="utter_greet")


def remembering(*sequences: tuple[list[State], str]) -> Memories:
    memories = Memories()
    for states, action in sequences:
        node = ROOT
        for state in states:
            node = memories.grow(node, state)
        memories.remember(node, Memory(action, "story 's'"))
    return memories


def story(turns: int) -> str:
    steps = "".join(f"  - intent: {'greet' if n % 3 else 'bye'}\n  - action: utter_greet\n" for n in range(turns))
    return f"stories:\n- story: long\n  steps:\n{steps}"


def test_only_the_whole_sequence_is_remembered() -> None:
    memories = remembering(([START, GREETED], "utter_greet"))
    assert memories.recall([START, GREETED]) == Memory("utter_greet", "story 's'")
    assert memories.recall([START]) is None
    assert memories.recall([GREETED]) is None
    assert memories.recall([START, GREETED, ANSWERED]) is None


def test_what_is_ambiguous_is_forgotten_for_good() -> None:
    memories = remembering(([START], "a"), ([START], "b"), ([START], "a"), ([START, GREETED], "c"))
    assert memories.recall([START]) is None
    assert len(memories) == 1
    assert memories.longest == 2


@pytest.mark.parametrize("max_history", [None, 5])
def test_twice_the_story_is_twice_the_memory(max_history: int | None) -> None:
    def nodes(turns: int) -> int:
        policy = MemoizationPolicy(MemoizationConfig(max_history=max_history))
        policy.train(training_trackers(parse_stories(story(turns)), DOMAIN), DOMAIN)
        return len(policy._memory.edges)

    assert nodes(60) <= 2 * nodes(30) <= 4 * 5 * 30


def test_a_model_of_before_is_read_too() -> None:
    shape = {
        "states": [START.as_dict(), GREETED.as_dict()],
        "memory": [[[0], "action_listen", "s"], [[0, 1], "utter_greet", "s"]],
    }
    memories = Memories.from_dict(shape)
    assert memories.recall([START, GREETED]) == Memory("utter_greet", "s")
    assert Memories.from_dict(json.loads(json.dumps(memories.as_dict()))) == memories


def test_outlines_hold_what_memories_look_like() -> None:
    outlines = Outlines(remembering(([START, GREETED, ANSWERED], "action_listen")))
    shape = [(state.previous_action, state.intent, state.loop) for state in (START, GREETED, ANSWERED)]
    assert outlines.hold(shape)
    assert not outlines.hold(shape[:2])
    assert not outlines.hold([])
    assert outlines.longest == 3
