"""The second Monday of May, the last Friday of next month, 五月第二个星期日, 下个月最后一个周五."""

from __future__ import annotations

from datetime import date, timedelta
from re import Match

from bot.nlu.duckling import calendar
from bot.nlu.duckling.atoms import Atom, Rule, dated, rules
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.dates_en import FULL_DAY
from bot.nlu.duckling.dates_en import WEEKDAYS as WEEKDAYS_EN
from bot.nlu.duckling.dates_zh import WEEK
from bot.nlu.duckling.dates_zh import WEEKDAYS as WEEKDAYS_ZH
from bot.nlu.duckling.months_en import MONTH, MONTHS, YEAR
from bot.nlu.duckling.months_en import NEAR as NEAR_EN
from bot.nlu.duckling.months_zh import NEAR as NEAR_ZH
from bot.nlu.duckling.months_zh import near, number_said
from bot.nlu.duckling.script import Script

_WHICH_EN = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_WHICH_ZH = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _english(match: Match[str], script: Script) -> Atom:
    weekday, which = WEEKDAYS_EN[match["weekday"].lower()], _WHICH_EN[match["which"].lower()]
    month = MONTHS[match["month"].lower()] if match["month"] else None
    months = NEAR_EN[match["near"].lower()] if match["near"] else 0
    return _dated(match, weekday, which, month, months, int(match["year"]) if match["year"] else None)


def _chinese(match: Match[str], script: Script) -> Atom | None:
    month = number_said(match["month"]) if match["month"] else None
    if month is not None and not 1 <= month <= 12:
        return None
    which = _WHICH_ZH[match["which"]] if match["which"] else -1
    return _dated(match, WEEKDAYS_ZH[match["weekday"]], which, month, near(match["near"] or ""), None)


def _dated(match: Match[str], weekday: int, which: int, month: int | None, months: int, year: int | None) -> Atom:
    """In a named month the next one; else in the month so many months on."""

    def resolve(today: date) -> Period | None:
        if month is None:
            return _nth(calendar.month(calendar.add_months(calendar.month(today).first, months)), weekday, which)
        for which_year in [year] if year else [today.year, today.year + 1]:
            found = _nth(calendar.month(date(which_year, month, 1)), weekday, which)
            if year or (found is not None and found.first.date() >= today):
                return found
        return None

    return dated(match, resolve, floating=month is not None and year is None)


def _nth(month: Period, weekday: int, which: int) -> Period:
    if which < 0:
        after = calendar.add_months(month.first, 1).date()
        return calendar.day(after - timedelta(days=(after.weekday() - weekday - 1) % 7 + 1))
    first = month.first.date()
    return calendar.day(first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1)))


RULES: tuple[Rule, ...] = rules(
    (
        "day",
        rf"\b(?:the\s+)?(?P<which>{'|'.join(_WHICH_EN)})\s+(?P<weekday>{FULL_DAY})\s+(?:of|in)\s+"
        rf"(?:(?:the\s+)?(?P<near>this|last|next)\s+month\b|{MONTH}(?:,?\s+{YEAR})?)",
        _english,
    ),
    (
        "周 星期 礼拜",
        rf"(?:(?P<month>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})月份?|(?P<near>{NEAR_ZH})月)的?"
        rf"(?:第(?P<which>[一二三四1-4])|最后一)个?{WEEK}(?P<weekday>[一二三四五六日天])",
        _chinese,
    ),
)
