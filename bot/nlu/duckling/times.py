"""Dimension `time`: what the dates and clocks of a message say together, single times, ranges and open ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.nlu.duckling import clocks_en, clocks_zh, dates_en, dates_numeric, dates_zh, months_en, months_zh, nth_weekdays
from bot.nlu.duckling.atoms import Atom, apply
from bot.nlu.duckling.calendar import GRAINS, Period, add, between, of_grain
from bot.nlu.duckling.durations import SECONDS, spans
from bot.nlu.duckling.moments import Moment, in_range
from bot.nlu.duckling.relative_times import moments as relative
from bot.nlu.duckling.script import Found, Script

_WITHIN = re.compile(
    r"[\s,的]*(?:T|(?:(?:at|on|in|of|by|around|about|for|the)\s+)*)\s?(?P<bracket>\(?)", re.IGNORECASE | re.ASCII
)
_TO = re.compile(
    r"\s*(?:(?:一?直)?[到至]|-|~|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b)\s*", re.IGNORECASE | re.ASCII
)
_AND = re.compile(r"\s*(?:\band\b|和|与|到|至)\s*", re.IGNORECASE | re.ASCII)
_FROM = re.compile(r"(?P<between>\bbetween\s+)$|(?:\bfrom\s+|从|自)$", re.IGNORECASE | re.ASCII)
_OPEN_BEFORE = re.compile(
    r"(?:(?P<before>\b(?:before|prior\s+to)\s+)|(?P<until>\b(?:until|till|by|no\s+later\s+than)\s+|截[至止]到?|直到|最[晚迟]|不晚于)|(?P<after>\bafter\s+)"
    r"|(?P<past>\bsince\s+|自从)|(?P<since>\b(?:from|starting(?:\s+from|\s+on)?)\s+|自|从))(?:the\s+)?$",
    re.IGNORECASE | re.ASCII,
)
_OPEN_AFTER = re.compile(
    r"(?P<before>[之以]前|前(?![台面天者]))|(?P<after>[之以]后|过后|后(?![天面续台来者悔]))|(?P<past>以来)|(?P<since>起(?![来床飞])|开始)"
)
_DATE_OF_RANGE = re.compile(r"\s*,?\s*(?:from|between)\s+", re.IGNORECASE | re.ASCII)
_ABSORBED = re.compile(r"\b(?:on|at)\s+$", re.IGNORECASE | re.ASCII)
_DAYS = re.compile(
    r"[0-9](?:st|nd|rd|th)?\s*(?:-|to|through|thru|until|till)\s*(?:the\s+)?[0-9]", re.IGNORECASE | re.ASCII
)
_DISTANCE = re.compile(r"\s+(?P<way>from|after|before)\s+(?:the\s+)?$", re.IGNORECASE | re.ASCII)
_DONE_AFTER = re.compile(
    r"\s*(?:之间|期间)?[我就才在]?(?:买|购买|下|下单|订|订购|定|拍|付|付款|收|收到|到|签收|发|发货|寄|寄出|退|申请|送)[^,。?!\s]{0,2}?[的了过]"
)
_DONE_BEFORE = re.compile(
    r"(?<!\bbe )(?<!\bget )(?<!\bbeing )\b(?:bought|ordered|purchased|paid|received|got\s+(?:it|them|the|my|your|this)|arrived"
    r"|delivered|placed|shipped|returned|came|confirmed|signed|cancell?ed|called|complained|sent|charged|refunded|did|was|were|been)"
    r"(?:(?!\s+(?:will|would|can|could|be|to|before|by)\b)\s+[A-Za-z0-9']+){0,10}\s+(?:on\s+|in\s+|from\s+)?(?:the\s+)?$",
    re.IGNORECASE | re.ASCII,
)
_DONE_REACH = 80
_REACH = 20


def times(script: Script) -> Iterator[Found]:
    """`{"value": "2026-03-05T00:00:00.000+08:00", "grain": "day", "type": "value", "values": [...]}`,

    of a range `{"from": {"value": …, "grain": …}, "to": …, "type": "interval", "values": [...]}`, where `to` is the
    first moment after it, as in Duckling. `values` holds what else it may mean (five in the morning or afternoon).
    """
    said = _moments(script)
    index = 0
    while index < len(said):
        found = _range(script, said, index)
        if found is not None:
            yield found
            index += 2
        else:
            yield from _single(script, said[index])
            index += 1


def _moments(script: Script) -> list[Moment]:
    """The atoms that stand together as one."""
    joined: list[Moment] = []
    for atom in _leftmost_longest(_atoms(script)):
        moment = Moment.of(atom)
        if joined:
            gap = _WITHIN.fullmatch(script.text, joined[-1].end, moment.start)
            closed = bool(gap and gap["bracket"]) and script.text[moment.end : moment.end + 1] == ")"
            if gap and bool(gap["bracket"]) == closed:
                both = joined[-1].joined(moment, moment.end + closed) or _same_day(script, joined[-1], moment)
                if both is not None and (both.date is None or both.periods(_now(script))):
                    joined[-1] = both
                    continue
        joined.append(moment)
    return list(_with_their_dates(script, [moment for moment in joined if moment.says_enough()]))


def _with_their_dates(script: Script, said: Sequence[Moment]) -> Iterator[Moment]:
    """A date before a range of clock times is that of its beginning: Friday between 2 and 5 pm."""
    index = 0
    while index < len(said):
        day, first, last = (*said[index : index + 3], None, None, None)[:3]
        both = None
        if (
            day is not None
            and day.date
            and first is not None
            and first.clock
            and not first.date
            and last is not None
            and _DATE_OF_RANGE.fullmatch(script.text, day.end, first.start)
            and (
                _TO.fullmatch(script.text, first.end, last.start) or _AND.fullmatch(script.text, first.end, last.start)
            )
        ):
            both = day.joined(first, first.end)
        yield both or said[index]
        index += 2 if both else 1


def _same_day(script: Script, one: Moment, other: Moment) -> Moment | None:
    """A date and the holiday that it is, 10月1日国庆节, as one."""
    if one.date is None or other.date is None or one.clock or one.part or one.date.weekday or other.date.weekday:
        return None
    days = [moment.date.resolve(_now(script).date()) for moment in (one, other) if moment.date]
    if None in days or not any(day and day.holiday for day in days) or len({day.start for day in days if day}) > 1:
        return None
    return Moment(one.start, other.end, date=other.date if days[1] and days[1].holiday else one.date)


def _atoms(script: Script) -> Iterator[Atom]:
    if script.has_digits:
        yield from apply(dates_numeric.RULES, script)
        if ":" in script.text:
            yield from apply(clocks_en.DIGITAL, script)
    if script.has_han:
        yield from apply((*dates_zh.RULES, *months_zh.RULES), script)
        yield from apply(clocks_zh.RULES, script)
    if script.has_latin:
        yield from apply((*dates_en.RULES, *months_en.RULES), script)
        yield from apply(clocks_en.RULES, script)
    yield from apply(nth_weekdays.RULES, script)
    yield from relative(script)


def _leftmost_longest(atoms: Iterator[Atom]) -> Iterator[Atom]:
    end = 0
    for atom in sorted(atoms, key=lambda atom: (atom.start, -atom.end)):
        if atom.start >= end:
            end = atom.end
            yield atom


def _range(script: Script, said: Sequence[Moment], index: int) -> Found | None:
    if index + 1 >= len(said):
        return None
    first, last = said[index], said[index + 1]
    lead = _FROM.search(script.text, max(0, first.start - _REACH), first.start)
    joins = _TO.fullmatch(script.text, first.end, last.start)
    between = lead["between"] is not None if lead else " between " in script.lowered[first.start : first.end]
    if joins is None and between:
        joins = _AND.fullmatch(script.text, first.end, last.start)
    if joins is None:
        return None
    was = _is_past(script, last)
    period = _through(script, first, last, past=was or _may_run(first))
    if period is None or (not was and period.end is not None and period.end <= _now(script)):
        period = _through(script, first, last, past=was)
    if period is None:
        return None
    start = lead.start() if lead else _with_preposition(script, first.start)
    return _found(script, start, last.end, [period])


def _may_run(first: Moment) -> bool:
    """Whether a range may have begun: 3月1日到3月31日 on the 11th. Days of the week are the coming ones."""
    return first.date is not None and first.date.floating and not first.date.weekday


def _through(script: Script, first: Moment, last: Moment, *, past: bool) -> Period | None:
    now = _now(script)
    begin = next(iter(in_range(first, last).periods(now, past=past)), None)
    if begin is None or begin.start is None:
        return None
    shared = last.date is not None and first.date is None
    end = next(iter(last.periods(now, since=None if shared else begin)), None)
    return between(begin, end) if end else None


def _single(script: Script, moment: Moment) -> Iterator[Found]:
    distant = _at_a_distance(script, moment)
    if distant is not None:
        yield distant
        return
    before = after = None
    if not moment.known:
        before = _OPEN_BEFORE.search(script.text, max(0, moment.start - _REACH), moment.start)
        after = _OPEN_AFTER.match(script.text, moment.end)
    opened = after or before
    which = opened.lastgroup if opened else None
    periods = moment.periods(_now(script), past=which == "past" or _is_past(script, moment))
    if periods and before and which == "since" and _DAYS.search(script.text, moment.start, moment.end):
        yield _found(script, before.start(), moment.end, periods)
    elif periods and which:
        start, end = before.start() if before else moment.start, after.end() if after else moment.end
        yield _found(script, start, end, [_open(periods[0], which)])
    elif periods:
        yield _found(script, _with_preposition(script, moment.start), moment.end, periods)


def _at_a_distance(script: Script, moment: Moment) -> Found | None:
    """A week from Friday, three days before Christmas."""
    match = _DISTANCE.search(script.text, max(0, moment.start - _REACH), moment.start)
    if match is None or moment.date is None or moment.clock or moment.part:
        return None
    duration = next((one for one in spans(script) if one.end == match.start()), None)
    day = moment.date.resolve(_now(script).date())
    if duration is not None and script.lowered[: duration.start].endswith("for "):
        return None  # for ten days from then on
    if duration is None or day is None or day.interval or SECONDS[duration.unit] < SECONDS["day"]:
        return None
    value = -duration.value if match["way"].lower() == "before" else duration.value
    try:
        period = of_grain(add(day.first, value, duration.unit), "day")
    except (OverflowError, ValueError):
        return None
    return _found(script, duration.start, moment.end, [period])


def _with_preposition(script: Script, start: int) -> int:
    """Where "on Friday" and "at 5pm" start, which Duckling takes whole."""
    absorbed = _ABSORBED.search(script.text, max(0, start - _REACH), start)
    return absorbed.start() if absorbed else start


def _is_past(script: Script, moment: Moment) -> bool:
    """Whether something was done then: 3月5号买的, "I ordered it on Friday"."""
    if moment.date is None or not moment.date.floating:
        return False
    before = _DONE_BEFORE.search(script.text, max(0, moment.start - _DONE_REACH), moment.start)
    return before is not None or _DONE_AFTER.match(script.text, moment.end) is not None


def _open(period: Period, which: str) -> Period:
    """Before Friday ends where Friday starts, by Friday where it ends; after it starts there. Five is five: before, by, after."""
    match which:
        case "before":
            return Period(None, period.start, period.grain, interval=True)
        case "until":
            end = period.end if GRAINS.index(period.grain) >= GRAINS.index("day") or period.interval else period.start
            return Period(None, end, period.grain, interval=True)
        case "after" if GRAINS.index(period.grain) >= GRAINS.index("day"):
            return Period(period.end, None, period.grain, interval=True)
        case _:
            return Period(period.start, None, period.grain, interval=True)


def _found(script: Script, start: int, end: int, periods: Sequence[Period]) -> Found:
    values = [_value(script, period) for period in periods]
    info = values[0] | {"values": values}
    if periods[0].holiday:
        info["holidayBeta"] = periods[0].holiday
    return Found("time", start, end, info)


def _value(script: Script, period: Period) -> dict[str, Any]:
    def iso(local: datetime) -> str:
        return local.replace(tzinfo=script.reference.now.tzinfo).isoformat(timespec="milliseconds")

    if not period.interval:
        return {"value": iso(period.first), "grain": period.grain, "type": "value"}
    ends = {"from": period.start, "to": period.end}
    return {side: {"value": iso(at), "grain": period.grain} for side, at in ends.items() if at} | {"type": "interval"}


def _now(script: Script) -> datetime:
    return script.reference.now.replace(tzinfo=None)
