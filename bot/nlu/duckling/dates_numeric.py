"""Dates in digits: 2026-03-05, 2026/3/5, 3/5/2026, 3/5. Which of 3 and 5 is the month, the locale says."""

from __future__ import annotations

from datetime import date
from re import Match

from bot.nlu.duckling import calendar
from bot.nlu.duckling.atoms import Atom, Rule, dated, rules
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.script import Script


def _iso(match: Match[str], script: Script) -> Atom | None:
    return _date(match, *(int(match[name]) for name in ("year", "month", "day")))


def _year_last(match: Match[str], script: Script) -> Atom | None:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    day, month = (first, second) if script.reference.day_first or first > 12 else (second, first)
    return _date(match, year + (2000 if year < 70 else 1900 if year < 100 else 0), month, day)


def _no_year(match: Match[str], script: Script) -> Atom | None:
    first, second = int(match["first"]), int(match["second"])
    day, month = (first, second) if script.reference.day_first else (second, first)
    if calendar.valid(2000, month, day) is None:
        return None

    def resolve(today: date) -> Period | None:
        found = calendar.next_date(today, month, day)
        return calendar.day(found) if found else None

    return dated(match, resolve, floating=True)


def _date(match: Match[str], year: int, month: int, day: int) -> Atom | None:
    found = calendar.valid(year, month, day)
    return dated(match, lambda today: calendar.day(found)) if found else None


_BEFORE, _AFTER = r"(?<![A-Za-z0-9./-])", r"(?![A-Za-z0-9]|[./-][0-9])"
RULES: tuple[Rule, ...] = rules(
    (
        "19 20",
        rf"{_BEFORE}(?P<year>(?:19|20)[0-9]{{2}})(?P<s>[-/.])(?P<month>[0-9]{{1,2}})(?P=s)(?P<day>[0-9]{{1,2}})(?![0-9]|[./-][0-9])",
        _iso,
    ),
    (
        "/ - .",
        rf"{_BEFORE}(?P<first>[0-9]{{1,2}})(?P<s>[-/.])(?P<second>[0-9]{{1,2}})(?P=s)(?P<year>(?:19|20)?[0-9]{{2}}){_AFTER}",
        _year_last,
    ),
    (
        "/",
        rf"{_BEFORE}(?P<first>[0-9]{{1,2}})/(?P<second>[0-9]{{1,2}}){_AFTER}(?!\s*(?:an?\s+|of\s+)?(?:hours?|h|hrs?|days?|years?|cups?|price|off|inch(?:es)?|pounds?|lbs?|kg|oz|size)\b)",
        _no_year,
    ),
)
"""What ISO 8601's T may follow: 2026-03-05T10:00."""
