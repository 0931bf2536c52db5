"""Twice the project is twice the work, counted in calls, so that a busy machine does not matter."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bot.formats.config import parse_config
from bot.policies.training import train
from bot.project import Project
from bot.validation import validate


def calls(work: Callable[[], Any]) -> int:
    """How many functions, Python's and C's, `work` calls."""
    count = 0

    def tick(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def story(number: int, turns: int) -> str:
    steps = "".join(
        f"  - intent: i{(number * 7 + turn * turn) % 20}\n  - action: utter_{(number + turn) % 30}\n"
        for turn in range(turns)
    )
    return f"- story: story {number}\n  steps:\n{steps}"


def chain(number: int, last: int) -> str:
    """Stories through checkpoints, the last one first, so that nothing is known when it is needed."""
    begin = f"  - checkpoint: c{number}\n" if number else ""
    end = f"  - checkpoint: c{number + 1}\n" if number < last else ""
    return f"- story: part {number}\n  steps:\n{begin}  - intent: i1\n  - action: utter_{number % 30}\n{end}"


def write(folder: Path, *, stories: int = 0, turns: int = 3, parts: int = 0, rules: int = 0, unknown: int = 0) -> Path:
    intents = [f"i{number}" for number in range(20)] + [f"rule{number}" for number in range(rules)]
    responses = "".join(f"  utter_{number}: [{{text: 好}}]\n" for number in range(30))
    told = [story(number, turns) for number in range(stories)]
    told += [chain(number, parts - 1) for number in reversed(range(parts))]
    told += [f"- story: unknown {n}\n  steps:\n  - intent: in{n}\n  - action: uter_{n}\n" for n in range(unknown)]
    rule = "- rule: rule {0}\n  steps: [{{intent: rule{0}}}, {{action: utter_1}}]\n"
    written = "".join(rule.format(number) for number in range(rules))
    (folder / "data").mkdir(parents=True)
    (folder / "config.yml").write_text("assistant_id: x\npipeline: []\npolicies: [RulePolicy]\n", "utf-8")
    (folder / "domain.yml").write_text(f"intents: [{', '.join(intents)}]\nresponses:\n{responses}", "utf-8")
    (folder / "data/all.yml").write_text("stories:\n" + "".join(told) + "rules:\n" + written, "utf-8")
    return folder


@pytest.mark.parametrize("what", ["stories", "turns", "parts", "rules", "unknown"])
def test_reading_and_validating_grows_with_the_project(what: str, tmp_path: Path) -> None:
    sizes = [
        calls(lambda folder=folder: validate(Project.read(folder)))  # type: ignore[misc]
        for folder in (write(tmp_path / str(n), **{"stories": 10, what: n}) for n in (40, 80, 160))
    ]
    assert sizes[2] - sizes[1] < 2.3 * (sizes[1] - sizes[0])


@pytest.mark.parametrize("policy", ["MemoizationPolicy", "AugmentedMemoizationPolicy", "RulePolicy"])
@pytest.mark.parametrize("what", ["stories", "turns", "rules"])
def test_training_grows_with_the_project(policy: str, what: str, tmp_path: Path) -> None:
    specs = parse_config(f"policies: [{policy}]\n").policies
    sizes = []
    for number in (20, 40, 80):
        project = Project.read(write(tmp_path / str(number), **{"stories": 5, what: number}))
        sizes.append(calls(lambda project=project: train(project.stories, project.domain, specs)))  # type: ignore[misc]
    assert sizes[2] - sizes[1] < 2.3 * (sizes[1] - sizes[0])
