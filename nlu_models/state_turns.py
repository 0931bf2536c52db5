"""What a dialogue state tracker learns from and answers about: turns, and an ontology of slots with their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

DONT_CARE = "dontcare"
"""The value of a slot for which the customer takes anything."""

State = Mapping[str, str]
"""Values by slot; a slot without a value is not in it."""


@dataclass(frozen=True)
class Turn:
    """What the system said (empty at the beginning), what the user answered, and the state before and after."""

    system: str
    user: str
    before: State = field(default_factory=dict)
    after: State = field(default_factory=dict)


@dataclass(frozen=True)
class TrackedSlot:
    """A slot: its name, what it is about in words, and the names of each of its values."""

    name: str
    description: str
    values: Mapping[str, Sequence[str]]
    """For each value how it may be called, in any language; the value itself where nothing is given."""

    def names(self) -> list[tuple[str, int]]:
        """Every name, with the place of its value among the values."""
        return [
            (name, place)
            for place, (value, names) in enumerate(self.values.items())
            for name in dict.fromkeys(names or (value,))
        ]


@dataclass(frozen=True)
class Stated:
    """What a turn says about a slot."""

    value: str
    """One of the slot's values, or `DONT_CARE`."""
    confidence: float


def turns_of(dialogue: Iterable[tuple[str, str, State]]) -> list[Turn]:
    """The turns of one dialogue, given as (system, user, state after it)."""
    turns: list[Turn] = []
    before: State = {}
    for system, user, after in dialogue:
        turns.append(Turn(system, user, before, after))
        before = after
    return turns


def carried(before: State, stated: Mapping[str, Stated]) -> dict[str, str]:
    """The state after a turn: what it states takes the place of what was there; all else is carried over."""
    return {**before, **{slot: each.value for slot, each in stated.items()}}


def joint_goal_accuracy(tracked: Sequence[State], turns: Sequence[Turn]) -> float:
    """The share of turns after which every slot has the right value, and no other slot has one.

    Henderson, Thomson and Williams 2014, "The Second Dialog State Tracking Challenge".
    """
    right = sum(dict(state) == dict(turn.after) for state, turn in zip(tracked, turns, strict=True))
    return right / max(1, len(turns))
