"""What came of a test story."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import Where
from bot.events import ActionExecuted
from bot.stories import Story


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came otherwise. `predicted` is what came, as a comment beside what was expected at `where`."""

    kind: str
    expected: str
    predicted: str
    where: Where | None


@dataclass(frozen=True, slots=True)
class Wording:
    """A reply that its response marks for the GPT: whether it is the GPT's own, and why or why not."""

    response: str
    text: str
    own: bool
    why: str


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """One turn. `actions` are pairs of expected and predicted names, None where the other side has nothing."""

    said: str
    replies: tuple[str, ...]
    actions: tuple[tuple[str | None, str | None], ...]
    differences: tuple[Difference, ...]
    warnings: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = ()
    executed: tuple[ActionExecuted, ...] = ()

    def deciders(self) -> list[tuple[str | None, float | None]]:
        """Policy and confidence behind each of `actions`; None where nothing was predicted."""
        left = list(self.executed)
        found: list[tuple[str | None, float | None]] = []
        for _, predicted in self.actions:
            event = next((event for event in left if event.name_or_text == predicted), None)
            if event is not None:
                left.remove(event)
            found.append((event.policy, event.confidence) if event is not None else (None, None))
        return found


@dataclass(frozen=True, slots=True)
class StoryOutcome:
    """A whole story. `crash` says what exception ended it early."""

    story: Story
    turns: tuple[TurnOutcome, ...]
    seconds: float = 0.0
    crash: str | None = None

    @property
    def passed(self) -> bool:
        return self.crash is None and not self.differences

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(difference for turn in self.turns for difference in turn.differences)

    @property
    def wordings(self) -> tuple[Wording, ...]:
        return tuple(wording for turn in self.turns for wording in turn.wordings)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(warning for turn in self.turns for warning in turn.warnings)
