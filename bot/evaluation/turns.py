"""A test story as turns: what the customer says, and what is expected until they speak again."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.stories import OrStep, Step, Story, UserStep


@dataclass(frozen=True, slots=True)
class ExpectedTurn:
    """`user` holds the alternatives of an `or:`, the first of which is said; empty before the first message."""

    user: tuple[UserStep, ...]
    steps: tuple[Step, ...]


def expected_turns(story: Story) -> list[ExpectedTurn]:
    """The turns of a story; the first one has no user when the assistant begins."""
    turns: list[tuple[tuple[UserStep, ...], list[Step]]] = [((), [])]
    for step in story.steps:
        user = _user(step)
        if user:
            turns.append((user, []))
        else:
            turns[-1][1].append(step)
    return [ExpectedTurn(user, tuple(steps)) for user, steps in turns if user or steps]


def said(user: UserStep) -> str:
    """The text to send: what the story says, or the payload of a bare intent with its entities."""
    if user.text is not None:
        return user.text
    values: dict[str, object] = {}
    for entity in user.entities:
        values.setdefault(entity.entity, entity.value)
    return f"/{user.intent}" + (json.dumps(values, ensure_ascii=False) if values else "")


def _user(step: Step) -> tuple[UserStep, ...]:
    if isinstance(step, UserStep):
        return (step,)
    if isinstance(step, OrStep):
        return tuple(option for option in step.options if isinstance(option, UserStep))
    return ()
