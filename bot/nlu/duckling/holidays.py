"""Holidays and shopping days by their Chinese and English names. The lunar ones by borax, from 1900 to 2100."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

# Name in Chinese, month, day, and what else it is called (Chinese and English, lower case).
_FIXED: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("元旦", 1, 1, ("元旦节", "阳历新年", "new year's day", "new years day", "new year's")),
    ("情人节", 2, 14, ("valentine's day", "valentines day", "valentine's")),
    ("妇女节", 3, 8, ("三八节", "三八妇女节", "women's day", "international women's day")),
    ("消费者权益日", 3, 15, ("三一五", "315晚会", "consumer rights day")),
    ("愚人节", 4, 1, ("april fools' day", "april fool's day", "april fools day")),
    ("劳动节", 5, 1, ("五一", "五一劳动节", "五一节", "labour day", "may day")),
    ("青年节", 5, 4, ("五四青年节",)),
    ("儿童节", 6, 1, ("六一", "六一儿童节", "children's day")),
    ("建党节", 7, 1, ("七一建党节",)),
    ("建军节", 8, 1, ("八一建军节", "八一节")),
    ("教师节", 9, 10, ("teachers' day", "teacher's day")),
    ("国庆节", 10, 1, ("国庆", "十一国庆", "十一国庆节", "十一假期", "十一长假", "十一黄金周", "chinese national day", "china's national day")),
    ("万圣节", 10, 31, ("万圣夜", "halloween")),
    ("双十一", 11, 11, ("双11", "双十一购物节", "光棍节", "11.11", "double eleven", "double 11", "singles' day", "singles day", "single's day")),
    ("双十二", 12, 12, ("双12", "double twelve", "double 12")),
    ("618购物节", 6, 18, ("618大促", "618活动", "618年中", "六一八", "618 sale", "618 festival")),
    ("圣帕特里克节", 3, 17, ("st patrick's day", "st. patrick's day", "saint patrick's day")),
    ("美国独立日", 7, 4, ("independence day", "fourth of july")),
    ("节礼日", 12, 26, ("boxing day",)),
    ("平安夜", 12, 24, ("圣诞夜", "christmas eve")),
    ("圣诞节", 12, 25, ("圣诞", "christmas day", "christmas", "xmas")),
    ("跨年夜", 12, 31, ("跨年", "new year's eve", "new years eve")),
)  # fmt: skip
# Name, lunar month, day, other names. Day 0 is the last day of the month before.
_LUNAR: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("除夕", 1, 0, ("大年三十", "年三十", "除夕夜", "chinese new year's eve", "lunar new year's eve")),
    ("春节", 1, 1, ("大年初一", "正月初一", "农历新年", "新春佳节", "中国新年", "chinese new year", "lunar new year", "spring festival")),
    ("元宵节", 1, 15, ("正月十五", "lantern festival")),
    ("端午节", 5, 5, ("端午", "端阳节", "dragon boat festival")),
    ("七夕节", 7, 7, ("七夕", "七夕情人节", "qixi festival", "qixi")),
    ("中元节", 7, 15, ("鬼节", "ghost festival")),
    ("中秋节", 8, 15, ("中秋", "八月十五中秋节", "mid-autumn festival", "mid-autumn day", "mid autumn festival", "moon festival")),
    ("重阳节", 9, 9, ("重阳", "double ninth festival")),
    ("腊八节", 12, 8, ("腊八", "laba festival")),
)  # fmt: skip
# Name, month, weekday (0 is Monday), which one of the month (-1 the last), days after it, other names.
_MOVING: tuple[tuple[str, int, int, int, int, tuple[str, ...]], ...] = (
    ("马丁·路德·金纪念日", 1, 0, 3, 0, ("mlk day", "martin luther king day")),
    ("总统日", 2, 0, 3, 0, ("presidents' day", "presidents day", "president's day")),
    ("阵亡将士纪念日", 5, 0, -1, 0, ("memorial day",)),
    ("美国劳动节", 9, 0, 1, 0, ("labor day",)),
    ("母亲节", 5, 6, 2, 0, ("mother's day", "mothers day")),
    ("父亲节", 6, 6, 3, 0, ("father's day", "fathers day")),
    ("感恩节", 11, 3, 4, 0, ("thanksgiving", "thanksgiving day")),
    ("黑色星期五", 11, 3, 4, 1, ("黑五", "black friday")),
    ("网络星期一", 11, 3, 4, 4, ("网一", "cyber monday")),
)
# Name, days after Easter Sunday, other names.
_EASTER: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("耶稣受难日", -2, ("good friday",)),
    ("复活节", 0, ("easter", "easter sunday", "easter day")),
    ("复活节星期一", 1, ("easter monday",)),
)
_TOMB_SWEEPING = "清明节"
_TOMB_SWEEPING_NAMES = ("清明", "tomb-sweeping day", "tomb sweeping day", "qingming festival", "qingming")

NAMES: dict[str, str] = (
    dict.fromkeys((_TOMB_SWEEPING, *_TOMB_SWEEPING_NAMES), _TOMB_SWEEPING)
    | {said: name for name, _, _, others in (*_FIXED, *_LUNAR) for said in (name, *others)}
    | {said: name for name, *_, others in _MOVING for said in (name, *others)}
    | {said: name for name, _, others in _EASTER for said in (name, *others)}
)
"""What holidays are called → their name here."""


@lru_cache(maxsize=2048)
def date_of(holiday: str, year: int) -> date | None:
    """When a holiday (a value of `NAMES`) is in a year; None where the lunar calendar's tables end."""
    if not 1 <= year <= 9000:
        return None
    for name, month, day, _ in _FIXED:
        if name == holiday:
            return date(year, month, day)
    for name, month, day, _ in _LUNAR:
        if name == holiday:
            return lunar(year, month, day or 1, days=0 if day else -1)
    for name, month, weekday, which, later, _ in _MOVING:
        if name == holiday:
            first = date(year, month + (which < 0), 1)
            before = 0 if which < 0 else 1  # the last one is a week before the next month's first
            return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - before) + later)
    for name, later, _ in _EASTER:
        if name == holiday:
            return _easter(year) + timedelta(days=later)
    return _clear_and_bright(year)


def lunar(year: int, month: int, day: int, *, days: int = 0) -> date | None:
    """A day of the Chinese calendar's year that begins in `year`, or some days later; None when there is none."""
    from borax.calendars.lunardate import InvalidLunarDateError, LunarDate

    if not 1901 <= year <= 2099:
        return None
    try:
        found: date = LunarDate(year, month, day).to_solar_date()
    except InvalidLunarDateError:
        return None
    return found + timedelta(days=days)


def next_lunar(since: date, month: int, day: int) -> date | None:
    """The first such day of the Chinese calendar on or after a day."""
    found = (lunar(year, month, day) for year in range(since.year - 1, since.year + 3))
    return next((one for one in found if one is not None and one >= since), None)


def next_holiday(since: date, holiday: str) -> date | None:
    """The first one on or after a day."""
    found = (date_of(holiday, year) for year in range(since.year - 1, since.year + 2))
    return next((one for one in found if one is not None and one >= since), None)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _clear_and_bright(year: int) -> date | None:
    """Qingming is a solar term, the fifth of the year: April 4th or 5th."""
    from borax.calendars.lunardate import TermUtils

    if not 1901 <= year <= 2099:
        return None
    found: date = TermUtils.nth_term_day(year, 6)
    return found
