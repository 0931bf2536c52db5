"""Dimension `duration`: 三天, 一个半月, "two weeks", "an hour and a half", 1小时30分钟."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from bot.nlu.duckling.numerals import plain
from bot.nlu.duckling.script import Found, Numeral, Script

SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "quarter": 7_776_000,
    "year": 31_536_000,
}
_SMALLER = {
    "year": ("month", 12),
    "quarter": ("month", 3),
    "month": ("day", 30),
    "week": ("day", 7),
    "day": ("hour", 24),
    "hour": ("minute", 60),
    "minute": ("second", 60),
}
_ZH = {
    "秒": "second", "秒钟": "second", "分": "minute", "分钟": "minute", "刻钟": "quarter of an hour", "小时": "hour",
    "钟头": "hour", "钟": "hour", "天": "day", "日": "day", "工作日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month",
    "季度": "quarter", "年": "year",
}  # fmt: skip
_EN = {
    "s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "q": "quarter", "y": "year",
}  # fmt: skip
_UNIT = re.compile(
    r"(?P<count>个)?(?P<half>半)?\s?(?P<zh>秒钟|秒|分钟|分(?=半?[0-9零一二三四五六七八九十]{1,3}秒)|刻钟|小时|钟头|工作日|钟(?!表)"
    r"|天(?![猫才气然空下真生使堂窗台鹅])|周(?!末|岁|边|年|[一二三四五六日](?![次遍回]))|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天])"
    r"|日(?=[之以]?[内后])|月(?![亮饼份底初末])|季度|年(?![级代纪轻货底初末度]))(?P<tail>半(?![天年月个小夜]))?"
    r"|[\s-]?(?:(?P<s>sec(?:ond)?s?)|(?P<m>min(?:ute)?s?)|(?P<h>hours?|hrs?|h)|(?P<d>(?:(?P<working>business|working|work)\s+)?days?)|(?P<w>weeks?|wks?)|(?P<mo>months?)"
    r"|(?P<q>quarters?(?=\s+of\s+a\s+year))|(?P<y>years?(?! old)|yrs?))\b(?P<tail_en>\s+and\s+a\s+half\b)?",
    re.IGNORECASE | re.ASCII,
)
_A_UNIT = re.compile(
    r"\b(?:(?P<half>half\s+an?|half)|(?P<fourth>(?:a\s+)?quarter\s+of\s+an?)|(?P<threefourths>three[\s-]quarters\s+of\s+an?)"
    r"|(?<!once )(?<!twice )(?<!times )(?<!per )(?P<one>an?(?:\s+(?:full|whole))?))\s+"
    r"(?P<unit>second(?![\s-]hand)|minute|hour|day|week|fortnight|month|year)\b(?P<tail>\s+and\s+a\s+half\b)?",
    re.IGNORECASE | re.ASCII,
)
_COMPOUND = re.compile(r"(?:零|又|\s*,?\s*(?:and\s+)?)", re.IGNORECASE | re.ASCII)
_TO = re.compile(r"\s*(?:-|~|到|至|\bto\b)\s*", re.IGNORECASE | re.ASCII)
_NEEDS_COUNT = frozenset({"月", "钟", "工作日"})
_NO_COUNT = frozenset({"天", "日", "年", "秒", "分", "分钟", "刻钟"})
_LONG_BEFORE = re.compile(r"[等说弄找搞问打催看折腾]了?[老大好]?$")
_LONG_AFTER = re.compile(r"了|[没都才也还不](?!算)")
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Duration:
    """`value` whole `unit`s (`day`, …) in characters `start` to `end`. `working`: only Monday to Friday counts."""

    start: int
    end: int
    value: int
    unit: str
    working: bool = False


def durations(script: Script) -> Iterator[Found]:
    """`{"value": 3, "unit": "day", "day": 3, "type": "value", "normalized": {"value": 259200, "unit": "second"}}`;

    of working days with `"working": true`: so many days at least.
    """
    for duration in spans(script):
        yield from _range(script, duration)
        value, unit = duration.value, duration.unit
        normalized = {"value": value * SECONDS[unit], "unit": "second"}
        info = {"value": value, "unit": unit, unit: value, "type": "value", "normalized": normalized}
        if duration.working:
            info["working"] = True
        yield Found("duration", duration.start, duration.end, info)


def _range(script: Script, last: Duration) -> Iterator[Found]:
    """3-5天: `{"from": {"value": 3, "unit": "day"}, "to": {"value": 5, "unit": "day"}, "type": "interval"}`"""
    index = bisect_left(script.numerals, (last.start,)) - 1
    if index >= 0:
        low = script.numerals[index]
        if _TO.fullmatch(script.text, low.end, last.start) and 0 < low.value < last.value:
            ends = {"from": {"value": low.value, "unit": last.unit}, "to": {"value": last.value, "unit": last.unit}}
            info = {**ends, "type": "interval"} | ({"working": True} if last.working else {})
            yield Found("duration", low.start, last.end, info)


def spans(script: Script) -> list[Duration]:
    """The durations of a message, those that follow one another (an hour and 30 minutes) as one."""
    found = [duration for numeral in script.numerals if (duration := _of(script.text, numeral)) is not None]
    if script.has_latin:
        found.extend(_a_unit(match) for match in _A_UNIT.finditer(script.text))
    found.sort(key=lambda duration: (duration.start, -duration.end))
    joined: list[Duration] = []
    for duration in found:
        last = joined[-1] if joined else None
        if last is not None and duration.start < last.end:
            continue
        if (
            last is not None
            and SECONDS[duration.unit] < SECONDS[last.unit]
            and _COMPOUND.fullmatch(script.text, last.end, duration.start)
        ):
            joined[-1] = _sum(last, duration)
        else:
            joined.append(duration)
    return joined


def _of(text: str, numeral: Numeral) -> Duration | None:
    match = _UNIT.match(text, numeral.end)
    if match is None or not 0 < numeral.value <= _LONGEST:
        return None
    value: float = numeral.value + (0.5 if match["half"] or match["tail"] or match["tail_en"] else 0)
    if match["zh"] is None:
        unit = next(_EN[name] for name in _EN if match[name] is not None)
    else:
        said, counted = match["zh"], match["count"] is not None
        if (said in _NEEDS_COUNT) != counted and not (said not in _NO_COUNT and said not in _NEEDS_COUNT):
            return None
        if (said == "年" and numeral.value >= 1000) or (match["half"] and not counted):
            return None
        unit = _ZH[said]
        if unit == "quarter of an hour":
            value, unit = value * 15, "minute"
    if numeral.kind == "half" and unit == "day" and _is_a_while(text, numeral.start, match.end()):
        return None
    working = match["zh"] == "工作日" or match["working"] is not None
    return _whole(numeral.start, match.end(), value, unit, working=working)


def _is_a_while(text: str, start: int, end: int) -> bool:
    """等半天了 is a long while, 请半天假 half a day."""
    return _LONG_BEFORE.search(text, max(0, start - 3), start) is not None or _LONG_AFTER.match(text, end) is not None


def _a_unit(match: re.Match[str]) -> Duration:
    value = 0.5 if match["half"] else 0.25 if match["fourth"] else 0.75 if match["threefourths"] else 1.0
    unit = match["unit"].lower()
    if unit == "fortnight":
        value, unit = 2 * value, "week"
    whole = _whole(*match.span(), value + (0.5 if match["tail"] else 0), unit)
    return whole or Duration(*match.span(), 1, unit)


def _whole(start: int, end: int, value: float, unit: str, *, working: bool = False) -> Duration | None:
    """Half units in the next smaller one: 一个半月 is 45 days, half an hour 30 minutes."""
    while value != int(value):
        if unit not in _SMALLER:
            return None
        unit, times = _SMALLER[unit]
        value = plain(round(value * times, 3))
    return Duration(start, end, int(value), unit, working and unit == "day") if value > 0 else None


def _sum(larger: Duration, smaller: Duration) -> Duration:
    value, unit = larger.value, larger.unit
    while unit != smaller.unit:
        if unit not in _SMALLER or SECONDS[unit] < SECONDS[smaller.unit]:
            return larger
        unit, times = ("day", 365) if unit == "year" and smaller.unit in ("day", "week") else _SMALLER[unit]
        value *= times
    return Duration(larger.start, smaller.end, value + smaller.value, smaller.unit)
