"""Months and their days in English: "March 3rd, 2026", "3-5 May", "in November", "the 15th of next month"."""

from __future__ import annotations

import re
from datetime import date
from re import Match

from bot.nlu.duckling import calendar
from bot.nlu.duckling.atoms import Atom, Rule, dated, rules
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.numbers import ORDINAL, ordinal_value
from bot.nlu.duckling.script import Script

MONTHS = {
    name: index
    for index, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ],
        1,
    )
    for name in names.split()
}
NEAR = {
    "this": 0,
    "current": 0,
    "coming": 0,
    "last": -1,
    "past": -1,
    "previous": -1,
    "next": 1,
    "following": 1,
    "upcoming": 1,
}
MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
THIRDS = {"beginning": 0, "start": 0, "early": 0, "middle": 1, "mid": 1, "end": 2, "late": 2}
YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?![0-9:]|\s?(?:dollars|items|pieces|yuan|[ap]m\b))"
_DAY = rf"(?:the\s+)?(?P<day>[0-9]{{1,2}}(?:st|nd|rd|th)?|{ORDINAL})\b(?![:.]?[0-9]|\s?[ap]\.?m\b|%)"
_LAST_DAY = r"(?P<last>[0-9]{1,2})(?:st|nd|rd|th)?\b(?!:[0-9]|\s?[ap]\.?m\b|[-/.][0-9])"
_TO = r"\s*(?:-|to|through|thru|until|till)\s*(?:the\s+)?"


def _day(said: str) -> int:
    digits = re.match(r"[0-9]+", said)
    return int(digits.group()) if digits else ordinal_value(said)


def _month_day(match: Match[str], script: Script) -> Atom | None:
    """March 3, 3rd of March, March 3rd 2026, March 3-5."""
    groups = match.groupdict()
    month, number, year = MONTHS[groups["month"].lower()], _day(groups["day"]), groups["year"]
    last = int(groups.get("last") or number)
    if not 1 <= number <= last <= 31:
        return None

    def resolve(today: date) -> Period | None:
        first = calendar.valid(int(year), month, number) if year else calendar.next_date(today, month, number)
        end = calendar.valid(first.year, month, last) if first else None
        if first is None or end is None:
            return None
        return calendar.day(first) if first == end else calendar.days(first, end)

    return dated(match, resolve, floating=year is None)


def _month(match: Match[str], script: Script) -> Atom | None:
    month, year, near = MONTHS[match["month"].lower()], match["year"], (match["near"] or "").lower()
    third = (match["third"] or "").lower()
    if match["month"].lower() in ("may", "march", "mar", "sep", "jan") and not (year or near or third):
        return None

    def resolve(today: date) -> Period | None:
        which = int(year) if year else today.year + (month < today.month)
        if near in ("last", "past"):
            which = today.year - (month >= today.month)
        elif near == "next" and month == today.month:
            which = today.year + 1
        whole = calendar.month(date(which, month, 1))
        return calendar.thirds(whole, THIRDS[third]) if third else whole

    return dated(match, resolve, floating=not year and near != "last")


def _day_of_month(match: Match[str], script: Script) -> Atom | None:
    number, near = _day(match["day"]), match["near"]
    if not 1 <= number <= 31:
        return None

    def resolve(today: date) -> Period | None:
        if near is None:
            found = calendar.next_day_of_month(today, number)
        else:
            start = calendar.add_months(calendar.month(today).first, NEAR[near.lower()])
            found = calendar.valid(start.year, start.month, number)
        return calendar.day(found) if found else None

    return dated(match, resolve, floating=near is None)


RULES: tuple[Rule, ...] = rules(
    ("jan feb mar apr may jun jul aug sep oct nov dec", rf"\b{MONTH}\s?{_DAY}(?:,?\s+{YEAR})?", _month_day),
    (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        rf"\b{MONTH}\s?{_DAY}{_TO}{_LAST_DAY}(?:,?\s+{YEAR})?",
        _month_day,
    ),
    (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        rf"(?<![0-9.,$])(?:\bthe\s+)?(?P<day>[0-9]{{1,2}}(?:st|nd|rd|th)?|\b{ORDINAL})(?:{_TO}{_LAST_DAY})?\s*(?:of\s+)?{MONTH}(?:,?\s+{YEAR})?",
        _month_day,
    ),
    (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        rf"\b(?:(?:the\s+)?(?P<third>beginning|start|middle|end|early|mid|late)(?:\s+of)?[\s-]+)?(?:(?P<near>this|last|next|past|coming|in)\s+)?{MONTH}(?!\s?(?:the\s+)?[0-9]{{1,2}}(?![0-9]))(?:,?\s+(?:of\s+)?{YEAR})?",
        _month,
    ),
    (
        ("the ",),
        r"\b(?:on\s+)?the\s+(?P<day>[0-9]{1,2}(?:st|nd|rd|th))\b(?:\s+of\s+(?:the\s+)?(?P<near>this|last|next)\s+month)?(?!\s+(?:of\b|time|item|order|one|floor|street|st\b|ave|century|day|week|month|quarter|generation|anniversary|birthday))",
        _day_of_month,
    ),
)
