"""Where names are used: walking over stories and rules, and reporting a name that nobody declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import Problem, Severity, Where, did_you_mean
from bot.stories import OrStep, Rule, Step, Story, StoryData

_MAX_PLACES = 10  # that one problem names


@dataclass
class Uses:
    """The places where each name is used, in order of appearance."""

    places: dict[str, list[Where]] = field(default_factory=dict)

    def add(self, name: str | None, where: Where | None) -> None:
        if name and where is not None:
            self.places.setdefault(name, []).append(where)

    def unknown(
        self, what: str, declared: Collection[str], *, severity: Severity = Severity.ERROR, hint: str = ""
    ) -> Iterator[Problem]:
        """One problem for each name that is not `declared`, at its first place; the others are related."""
        for name, places in self.places.items():
            if name not in declared:
                others = tuple(("also used here", place) for place in places[1:_MAX_PLACES])
                suggestion = did_you_mean(name, declared) or hint
                count = f" (used in {len(places)} places)" if len(places) > 1 else ""
                message = f"{what} '{name}' is not declared{count}."
                yield Problem("unknown-name", message, places[0], suggestion, severity, others)


def blocks(data: StoryData) -> Iterator[Story | Rule]:
    yield from data.stories
    yield from data.rules


def steps(block: Story | Rule) -> Iterator[Step]:
    """All steps of a block, with its conditions and the options of each `or` one by one."""
    if isinstance(block, Rule):
        yield from block.condition
    yield from flat(block.steps)


def flat(written: Iterable[Step]) -> Iterator[Step]:
    for step in written:
        if isinstance(step, OrStep):
            yield from step.options
        else:
            yield step


def own_code(root: Path) -> str:
    """The source of the project's own actions, in which names of responses and slots may stand."""
    files = sorted(root.glob("actions/**/*.py")) + sorted(root.glob("actions.py"))
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
