"""Policies written for Rasa learn from our stories and decide in our ensemble."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.errors import ProjectError
from bot.events import ActionExecuted
from bot.message import Message
from bot.project import Project
from bot.tracker import Tracker
from bot.training import stale, train
from tests.compat import code
from tests.compat.projects import write_project

STORIES = """
version: "3.1"
stories:
- story: order
  steps:
  - intent: order
  - action: utter_order
- story: complaint
  steps:
  - intent: complain
  - action: utter_sorry
"""
POLICIES = """
- name: RulePolicy
- name: policies.after_intent.AfterIntent
  confidence: 0.7
"""


def project(root: Path, source: str = code.POLICY, policies: str = POLICIES) -> Path:
    files = {"policies/after_intent.py": source, "data/stories.yml": STORIES}
    return write_project(root, files, policies=policies)


def talk(root: Path, *texts: str) -> tuple[list[str | None], Tracker]:
    """What is answered to texts, and the conversation afterwards."""

    async def run() -> tuple[list[str | None], Tracker]:
        assistant = Assistant.load(root)
        said = [reply.text for text in texts for reply in await assistant.handle(Message(text, "li"))]
        tracker = await assistant.tracker("li")
        await assistant.close()
        return said, tracker

    return asyncio.run(run())


def test_a_policy_learns_from_stories_and_decides_where_no_rule_does(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert train(Project.load(root)).trained == ("RulePolicy", "policies.after_intent.AfterIntent")
    assert stale(Project.load(root)) == ()
    said, tracker = talk(root, "/greet", "/order", "/complain")
    assert said == ["Hello! 你好!", "Which size? 要什么尺码?", "We are sorry. 抱歉。"]
    done = [event for event in tracker.events if isinstance(event, ActionExecuted) and event.name == "utter_order"]
    assert (done[0].policy, done[0].confidence) == ("AfterIntent", 0.7)
    assert done[0].metadata["seen"] == ["ActionExecuted", "UserUttered"]
    # The start, the turn's action_listen; the greeting is hidden, since only a rule knows it.
    assert done[0].metadata["states"] == 2


def test_a_policy_with_another_priority_and_events_of_its_own(tmp_path: Path) -> None:
    source = code.POLICY.replace(
        "action_metadata=metadata)", "action_metadata=metadata, optional_events=[SlotSet('last', action)])"
    )
    root = project(tmp_path, source)
    domain = root / "domain.yml"
    slot = "slots:\n  last:\n    type: any\n    mappings:\n    - type: custom\n"
    domain.write_text(domain.read_text(encoding="utf-8") + slot, encoding="utf-8")
    train(Project.load(root))
    _, tracker = talk(root, "/order")
    assert tracker.get_slot("last") == "action_listen"


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ("- name: policies.after_intent.AfterIntents", "Did you mean 'AfterIntent'?"),
        ("- name: policies.after_intent.DialogueStateTracker", "is no subclass of rasa.core.policies.policy.Policy"),
    ],
)
def test_what_is_no_policy_is_said_with_its_place(tmp_path: Path, policies: str, said: str) -> None:
    root = project(tmp_path, policies=policies)
    with pytest.raises(ProjectError) as caught:
        train(Project.load(root))
    assert said in str(caught.value) and f"{root}/config.yml:" in str(caught.value)
