"""Days, weeks and holidays in English: "the day before yesterday", "next Friday", "last week", "Black Friday"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from re import Match

from bot.nlu.duckling import calendar, holidays
from bot.nlu.duckling.atoms import Atom, MomentAtom, Rule, dated, rules
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.months_en import MONTHS, NEAR, THIRDS, YEAR
from bot.nlu.duckling.script import Script

WEEKDAYS = {
    name: index
    for index, names in enumerate(
        [
            "monday mon",
            "tuesday tues tue",
            "wednesday wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        ]
    )
    for name in names.split()
}
FULL_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_SHORT_DAY = r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b\.?"
_BEFORE_SHORT_DAY = re.compile(
    r"(?:\b(?:this|last|past|previous|next|coming|on)\s+|(?:mon|tue|wed|thu|fri|sat|sun)\s?(?:-|to)\s?)$", re.IGNORECASE
)
_REACH = 12
_UNITS = {
    "week": (calendar.week, "week"), "wk": (calendar.week, "week"), "month": (calendar.month, "month"),
    "quarter": (calendar.quarter, "quarter"), "qtr": (calendar.quarter, "quarter"), "year": (calendar.year, "year"),
    "yr": (calendar.year, "year"), "weekend": (calendar.weekend, "week"),
}  # fmt: skip
_HOLIDAY_NEEDS = tuple(name for name in holidays.NAMES if name[0].isascii() and name[0].isalpha())
_HOLIDAY = "|".join(re.escape(name) for name in sorted(_HOLIDAY_NEEDS, key=len, reverse=True))
_RELATIVE = {"today": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "tomorrows": 1, "yesterday": -1}


def _relative_day(match: Match[str], script: Script) -> Atom:
    said = match.group().lower()
    days = 2 if "after" in said else -2 if "before" in said else _RELATIVE.get(said, 0)
    return dated(match, lambda today: calendar.day(today + timedelta(days=days)))


def _last_night(match: Match[str], script: Script) -> Atom:
    return dated(match, lambda today: calendar.day(today - timedelta(days=1)))


def _weekday(match: Match[str], script: Script) -> Atom:
    """A bare weekday and "this"/"next" one are the coming one, "last" the one before, as Duckling has it."""
    groups = match.groupdict("")
    weekday, near = WEEKDAYS[groups["weekday"].lower().rstrip(".")], groups.get("near", "").lower()
    weeks = {"last": -1, "past": -1, "previous": -1}.get(near, 0)
    after_next = bool(groups.get("after"))

    def resolve(today: date) -> Period:
        if weeks:
            return calendar.day(calendar.next_weekday(today - timedelta(days=8), weekday))
        return calendar.day(calendar.next_weekday(today, weekday) + timedelta(weeks=1 if after_next else 0))

    return dated(match, resolve, floating=not near, weekday=not near and not after_next)


def _short_weekday(match: Match[str], script: Script) -> Atom | None:
    """Sat and Sun are words of their own: only "next sat", "on sun" and "mon-fri" are days."""
    before = match["near"] or _BEFORE_SHORT_DAY.search(script.text, max(0, match.start() - _REACH), match.start())
    return _weekday(match, script) if before else None


def _weekday_of_week(match: Match[str], script: Script) -> Atom:
    weekday, weeks = WEEKDAYS[match["weekday"].lower()], NEAR[match["near"].lower()]
    return dated(match, lambda today: calendar.day(today + timedelta(days=weekday - today.weekday(), weeks=weeks)))


def _unit(match: Match[str], script: Script) -> Atom:
    """This week, next month, the end of last year."""
    groups = match.groupdict("")
    (make, step), near = _UNITS[groups["unit"].lower()], NEAR[(groups.get("near") or "this").lower()]
    third = THIRDS.get(groups.get("third", "").lower())

    def resolve(today: date) -> Period | None:
        whole = make(calendar.add(calendar.day(today).first, near, step))
        return whole if third is None else calendar.thirds(whole, third)

    return dated(match, resolve)


def _after_next(match: Match[str], script: Script) -> Atom:
    make, step = _UNITS[match["unit"].lower()]
    return dated(match, lambda today: make(calendar.add(calendar.day(today).first, 2, step)))


def _holiday(match: Match[str], script: Script) -> Atom:
    name, near, year = holidays.NAMES[match["name"].lower()], (match["near"] or "").lower(), match["year"]

    def resolve(today: date) -> Period | None:
        if year or near == "last":
            found = holidays.date_of(name, int(year) if year else today.year)
            if found and near == "last" and found >= today:
                found = holidays.date_of(name, today.year - 1)
        else:
            found = holidays.next_holiday(today, name)
        return calendar.named(calendar.day(found), name) if found else None

    return dated(match, resolve, floating=not year and not near)


def _now(match: Match[str], script: Script) -> Atom:
    return MomentAtom(*match.span(), calendar.of_grain(script.reference.now.replace(tzinfo=None), "second"))


_WHICH = r"(?P<near>this|last|past|previous|next|following|coming|upcoming|current)"


RULES: tuple[Rule, ...] = rules(
    (
        "today tomorrow tmr yesterday eod day business",
        r"\b(?:the\s+)?day\s+(?:after\s+tomorrow|before\s+yesterday)\b|\b(?:today|tomorrows?|tmrw?|yesterday)\b"
        r"|\b(?:eod|(?:the\s+)?end\s+of\s+(?:the\s+)?(?:business\s+)?day|close\s+of\s+business)\b",
        _relative_day,
    ),
    ("last night", r"\blast(?=\s+night\b)", _last_night),
    (
        "day",
        rf"\b(?:(?P<near>this|last|past|previous|next|coming)\s+)?(?P<weekday>{FULL_DAY})\b(?!s)(?P<after>\s+after\s+next\b)?",
        _weekday,
    ),
    (
        "mon tue wed thu fri sat sun",
        rf"(?:\b(?P<near>this|last|past|previous|next|coming)\s+)?\b(?P<weekday>{_SHORT_DAY})",
        _short_weekday,
    ),
    (
        "mon tue wed thu fri sat sun",
        rf"\b(?P<weekday>{_SHORT_DAY})(?=,?\s+(?:{'|'.join(MONTHS)}|[0-9])|\s?(?:-|to)\s?{_SHORT_DAY})",
        _weekday,
    ),
    ("week", rf"\b(?P<weekday>{FULL_DAY})\s+(?:of\s+|from\s+)?(?:the\s+)?{_WHICH}\s+week\b", _weekday_of_week),
    ("week", rf"\b(?P<near>this|last|next)\s+week(?:'s|\s+on)?\s+(?P<weekday>{FULL_DAY})\b", _weekday_of_week),
    (
        "week wk month quarter qtr year yr",
        rf"\b(?:(?:the\s+)?(?P<third>beginning|start|middle|end)\s+of\s+)?(?:the\s+)?{_WHICH}\s+(?P<unit>weekend|week|wk|month|quarter|qtr|year|yr)\b",
        _unit,
    ),
    (
        "week month year",
        r"\b(?:the\s+)?(?P<third>beginning|start|middle|end)\s+of\s+the\s+(?P<unit>week|month|year)\b",
        _unit,
    ),
    (
        "week month year",
        r"\b(?P<third>early|late|mid)[\s-]+(?P<near>next|this|last)\s+(?P<unit>week|month|year)\b",
        _unit,
    ),
    (
        _HOLIDAY_NEEDS,
        rf"(?<!merry )\b(?:(?P<near>this|last|next)\s+)?(?P<name>{_HOLIDAY})\b(?:,?\s+(?:of\s+)?{YEAR})?(?!\s+(?:tree|card|cards|gift|gifts)|-)",
        _holiday,
    ),
    ("after next", r"\b(?:the\s+)?(?P<unit>week|weekend|month|year)\s+after\s+next\b", _after_next),
    ("weekend", r"(?<=\bon |\bat )the\s+(?P<unit>weekend)\b", _unit),
    ("weekend", r"(?<=\bover )the\s+(?P<unit>weekend)\b", _unit),
    ("now moment", r"\b(?:right\s+)?now\b|\bat\s+the\s+moment\b", _now),
)
