"""Stories and rules: the `stories:` and `rules:` sections of files in `data/` and of tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.errors import ProjectError, Severity
from bot.formats import shapes
from bot.formats.files import files_below, is_test_file, readable_version, top_level
from bot.formats.nodes import Mapping, Node
from bot.formats.problem_list import ProblemList
from bot.formats.story_steps import StepReader
from bot.formats.yaml_reader import read_file, read_text
from bot.stories import LoopStep, Rule, SlotStep, Step, Story, StoryData

_STORY_KEYS = ("story", "steps", "metadata")
_RULE_KEYS = ("rule", "steps", "metadata", "condition", "conversation_start", "wait_for_user_input")


def read_tests(paths: Iterable[Path], problems: ProblemList) -> StoryData:
    """The test stories of files below `paths` whose name begins with `test_`; a path to a file may have any name."""
    stories: list[Story] = []
    rules: list[Rule] = []
    for path in paths:
        for file in files_below([path]):
            if is_test_file(file) or path.is_file():
                root = top_level(read_file(file, problems), file, problems)
                if root is not None and readable_version(root, problems):
                    found = read_stories(root, problems, is_test=True)
                    stories += found.stories
                    rules += found.rules
    return StoryData(tuple(stories), tuple(rules))


def read_stories(root: Mapping, problems: ProblemList, *, is_test: bool = False) -> StoryData:
    """The stories and rules of a file."""
    steps = StepReader(problems, is_test=is_test)
    return StoryData(
        tuple(_stories(root.get("stories"), steps, problems)), tuple(_rules(root.get("rules"), steps, problems))
    )


def parse_stories(text: str, file: str = "stories.yml") -> StoryData:
    """The stories and rules written in `text`; raises ProjectError with all of its errors."""
    problems = ProblemList()
    root = top_level(read_text(text, file, problems), Path(file), problems)
    found = read_stories(root, problems, is_test=is_test_file(Path(file))) if root is not None else StoryData()
    if problems.errors:
        raise ProjectError(problems.errors)
    return found


def _stories(node: Node | None, steps: StepReader, problems: ProblemList) -> Iterator[Story]:
    for body in _bodies(node, "story", "`stories`", _STORY_KEYS, problems):
        name = shapes.name(body.get("story"), "the story's name", problems) or "(without a name)"
        yield Story(name, _steps(body, f"story '{name}'", steps, problems), _metadata(body), body.where)


def _rules(node: Node | None, steps: StepReader, problems: ProblemList) -> Iterator[Rule]:
    for body in _bodies(node, "rule", "`rules`", _RULE_KEYS, problems):
        name = shapes.name(body.get("rule"), "the rule's name", problems) or "(without a name)"
        start = body.get("conversation_start")
        wait = body.get("wait_for_user_input")
        yield Rule(
            name,
            _steps(body, f"rule '{name}'", steps, problems),
            condition=_conditions(body, steps, problems),
            conversation_start=shapes.boolean(start, "`conversation_start`", problems, default=False),
            wait_for_user_input=shapes.boolean(wait, "`wait_for_user_input`", problems, default=True),
            metadata=_metadata(body),
            where=body.where,
        )


def _bodies(
    node: Node | None, key: str, section: str, known: tuple[str, ...], problems: ProblemList
) -> Iterator[Mapping]:
    for item in shapes.items(node, section, problems):
        body = shapes.mapping(item, f"each item of {section}", problems)
        if body is None:
            continue
        if key not in body:
            problems.error("missing-key", f"an item of {section} has no `{key}`.", body, f"Write `- {key}: NAME`.")
        shapes.known_keys(body, known, f"a {key}", problems, severity=Severity.ERROR)
        yield body


def _steps(body: Mapping, what: str, steps: StepReader, problems: ProblemList) -> tuple[Step, ...]:
    found = tuple(steps.read(shapes.items(body.get("steps"), f"the steps of {what}", problems)))
    if shapes.is_null(body.get("steps")):
        problems.warning("missing-key", f"{what} has no steps.", body, "It is ignored.")
    return found


def _conditions(body: Mapping, steps: StepReader, problems: ProblemList) -> tuple[SlotStep | LoopStep, ...]:
    conditions: list[SlotStep | LoopStep] = []
    for step in steps.read(shapes.items(body.get("condition"), "`condition`", problems)):
        if isinstance(step, SlotStep | LoopStep):
            conditions.append(step)
        else:
            problems.error("yaml-type", "a condition can only be `active_loop` or `slot_was_set`.", step)
    return tuple(conditions)


def _metadata(body: Mapping) -> dict[str, Any]:
    node = body.get("metadata")
    plain = node.plain() if node is not None else None
    if plain is None:
        return {}
    return plain if isinstance(plain, dict) else {"value": plain}
