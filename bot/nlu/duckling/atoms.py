"""What a time is made of: a date, a part of the day, a clock time; or a moment that needs nothing more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from re import Match, Pattern
from typing import NamedTuple

from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.script import Script

# The period that a date means, seen from a day: what 周五 or March 3rd is depends on when it is said.
Resolve = Callable[[date], Period | None]


@dataclass(frozen=True, slots=True)
class DateAtom:
    """`floating`: the next such date, as against one at a fixed distance (昨天) or of a named year.

    `weekday`: it is a bare day of the week, which may stand beside a date and then adds nothing.
    """

    start: int
    end: int
    resolve: Resolve
    floating: bool = False
    weekday: bool = False


@dataclass(frozen=True, slots=True)
class PartAtom:
    """Hours `first` to `last` of a day; `alone`: it means today's without a date beside it."""

    start: int
    end: int
    first: int
    last: int
    alone: bool = True


@dataclass(frozen=True, slots=True)
class ClockAtom:
    """`hour` as said, 0 to 24. `half`: `am`, `pm`, or None when a 12-hour clock leaves it open.

    `certain`: a 24-hour time such as 08:00. `alone`: it is a time without anything beside it.
    """

    start: int
    end: int
    hour: int
    minute: int = 0
    second: int = 0
    grain: str = "hour"
    half: str | None = None
    certain: bool = False
    alone: bool = True


@dataclass(frozen=True, slots=True)
class MomentAtom:
    """A period that is already known."""

    start: int
    end: int
    period: Period


Atom = DateAtom | PartAtom | ClockAtom | MomentAtom
# What a match of a rule means; None when it turns out to be no time.
Meaning = Callable[[Match[str], Script], Atom | None]


class Rule(NamedTuple):
    """What a pattern's matches mean. Without any of `needs` (lower case) in the text it cannot match, and is not tried."""

    pattern: Pattern[str]
    meaning: Meaning
    needs: tuple[str, ...]


def rules(*table: tuple[str | tuple[str, ...], str, Meaning]) -> tuple[Rule, ...]:
    """Rules of (needs, separated by spaces or a tuple; regular expression; meaning).

    Case is ignored, and a Latin word ends where a Chinese character begins.
    """
    return tuple(
        Rule(
            re.compile(pattern, re.IGNORECASE | re.ASCII),
            meaning,
            tuple(needs.split()) if isinstance(needs, str) else needs,
        )
        for needs, pattern, meaning in table
    )


def apply(rules: tuple[Rule, ...], script: Script) -> Iterator[Atom]:
    lowered = script.lowered
    for pattern, meaning, needs in rules:
        if any(need in lowered for need in needs):
            for match in pattern.finditer(script.text):
                atom = meaning(match, script)
                if atom is not None:
                    yield atom


def dated(match: Match[str], resolve: Resolve, *, floating: bool = False, weekday: bool = False) -> DateAtom:
    return DateAtom(*match.span(), resolve, floating, weekday)
