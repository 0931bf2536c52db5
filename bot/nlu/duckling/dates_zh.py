"""Days, weeks and holidays in Chinese: 大前天, 上周五, 周末, 双十一."""

from __future__ import annotations

import re
from datetime import date, timedelta
from re import Match

from bot.nlu.duckling import calendar, holidays
from bot.nlu.duckling.atoms import Atom, MomentAtom, Rule, dated, rules
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.months_zh import NEAR, YEAR, near, year_said
from bot.nlu.duckling.script import Script

WEEK = r"(?:周|星期|礼拜)"
_DAYS = {
    "大大前": -4,
    "大大后": 4,
    "大前": -3,
    "前": -2,
    "昨": -1,
    "今": 0,
    "当": 0,
    "明": 1,
    "翌": 1,
    "后": 2,
    "大后": 3,
}
WEEKDAYS = {day: index for index, day in enumerate("一二三四五六日")} | {"天": 6} | {str(n): n - 1 for n in range(1, 8)}
_HOLIDAY_NEEDS = tuple(name for name in holidays.NAMES if not name[0].isascii() or name[0].isdigit())
_HOLIDAYS = "|".join(re.escape(name) for name in sorted(_HOLIDAY_NEEDS, key=len, reverse=True))


def _relative_day(match: Match[str], script: Script) -> Atom:
    days = _DAYS[match["day"]]
    return dated(match, lambda today: calendar.day(today + timedelta(days=days)))


def _weekday(match: Match[str], script: Script) -> Atom:
    weekday, which = WEEKDAYS[match["weekday"]], match["near"]
    if which is None:
        return dated(
            match, lambda today: calendar.day(calendar.next_weekday(today, weekday)), floating=True, weekday=True
        )
    weeks = near(which)
    return dated(match, lambda today: calendar.day(today + timedelta(days=weekday - today.weekday(), weeks=weeks)))


def _week(match: Match[str], script: Script) -> Atom:
    weeks, make = near(match["near"] or "这"), calendar.weekend if match.group().endswith("末") else calendar.week
    return dated(match, lambda today: make(today + timedelta(weeks=weeks)))


def _holiday(match: Match[str], script: Script) -> Atom:
    said, name = match["year"], holidays.NAMES.get(match["name"].lower(), "618购物节")

    def resolve(today: date) -> Period | None:
        found = holidays.date_of(name, year_said(said, today)) if said else holidays.next_holiday(today, name)
        return calendar.named(calendar.day(found), name) if found else None

    return dated(match, resolve, floating=said is None)


def _now(match: Match[str], script: Script) -> Atom:
    return MomentAtom(*match.span(), calendar.of_grain(script.reference.now.replace(tzinfo=None), "second"))


RULES: tuple[Rule, ...] = rules(
    (
        "天 日 儿",
        r"(?P<day>大?大前|大?大后|(?<![0-9天周月年以之])[前后](?!天气|日期)|昨|今|明|翌)(?:天|日(?!期|常|本)|儿个?)",
        _relative_day,
    ),
    ("早 晚 夜", r"(?P<day>昨|今|明|(?<![以之目先提])前)(?=[早晚夜](?![于些点饭餐安]))", _relative_day),
    (
        "周 星期 礼拜",
        rf"(?<![每几0-9])(?<!(?<![周期拜])[一二两三四五六七八九十])(?:(?P<near>{NEAR})的?)?{WEEK}"
        r"(?P<weekday>[一二三四五六日天1-7])(?![个边身围岁转])",
        _weekday,
    ),
    ("周末", rf"(?:(?P<near>{NEAR}))?周末", _week),
    ("周 星期 礼拜", rf"(?P<near>{NEAR}){WEEK}(?![一二三四五六日天末边身围岁转1-7])", _week),
    (
        _HOLIDAY_NEEDS,
        rf"(?<![0-9.零一二三四五六七八九十])(?:(?P<year>{YEAR})的?)?(?P<name>{_HOLIDAYS})"
        r"(?![0-9.零一二三四五六七八九十百千万起直定个样些下次般树帽装服袜卡粥]|老人|礼物|上河)",
        _holiday,
    ),
    (
        "618",
        rf"(?<![0-9.])(?:(?P<year>{YEAR})的?)?(?P<name>618)(?=还?有|的?时候|会|期间|[当那]天|打折|[之以]?[前后]|能)",
        _holiday,
    ),
    ("现在 此刻 当前", r"现在|此时此刻|此刻|当前(?!的?订单)", _now),
)
