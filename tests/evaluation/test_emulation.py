import asyncio
import socket
from pathlib import Path

from bot.domain import Domain
from bot.evaluation.emulation import StoryActions, needs_emulation
from bot.evaluation.run import select_stories, test_stories
from bot.evaluation.turns import expected_turns
from bot.formats.stories import parse_stories
from bot.project import Project
from bot.tracker import Tracker
from bot.training import train
from tests.cli.running import DOMAIN, RULES, write_project

LOOKUP_DOMAIN = (
    DOMAIN
    + "actions: [action_look_up]\nslots:\n  balance: {type: float, influence_conversation: false, mappings: [{type: custom}]}\n"
)
LOOKUP_RULES = (
    RULES + "- rule: look up\n  steps:\n  - intent: greet\n  - action: action_look_up\n  - action: utter_greet\n"
)
LOOKUP_RULES = LOOKUP_RULES.replace("- rule: greet back\n  steps:\n  - intent: greet\n  - action: utter_greet\n", "")
TEST = """
stories:
- story: looked up
  steps:
  - intent: greet
  - action: action_look_up
  - slot_was_set:
    - balance: 12.5
  - action: utter_greet
"""


def lookup_project(folder: Path, **endpoints: str) -> Project:
    files = {"domain": LOOKUP_DOMAIN, "data/rules": LOOKUP_RULES, "tests/test_all": TEST} | endpoints
    project = Project.load(write_project(folder, **files))
    train(project)
    return project


def test_the_storys_slots_stand_in_for_actions_that_nobody_runs(tmp_path: Path) -> None:
    project = lookup_project(tmp_path)
    model = next((tmp_path / "models").iterdir())
    result = test_stories(project, model, select_stories(project))
    assert result.emulated
    assert result.passed, result.outcomes[0].differences


def test_an_action_server_that_does_not_answer_is_nobody(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        endpoints = f"action_endpoint:\n  url: http://127.0.0.1:{port}/webhook\n"
        project = lookup_project(tmp_path, endpoints=endpoints)
        assert needs_emulation(project)
        free.listen()
        assert not needs_emulation(project)


def test_a_repeated_action_gets_the_slots_written_after_each(tmp_path: Path) -> None:
    text = (
        "stories:\n- story: s\n  steps:\n  - intent: greet\n  - action: a\n  - slot_was_set: [{x: 1}]\n"
        "  - action: b\n  - action: a\n  - slot_was_set: [{x: 2}]\n"
    )
    (turn,) = expected_turns(parse_stories(text, "test_s.yml").stories[0])
    actions = StoryActions()
    actions.expect(turn)
    domain = Domain()
    tracker = Tracker("s", domain)
    values = [[dict(e)["value"] for e in asyncio.run(actions.run("a", tracker, domain)).events] for _ in range(3)]
    assert values == [[1], [2], []]
