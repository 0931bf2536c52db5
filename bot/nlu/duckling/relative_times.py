"""Times at a distance from now: 三天后, 最近一周, "in 3 days", "two weeks ago", "within 24 hours"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.nlu.duckling import calendar
from bot.nlu.duckling.atoms import Atom, DateAtom, MomentAtom
from bot.nlu.duckling.calendar import Period
from bot.nlu.duckling.durations import SECONDS, Duration, spans
from bot.nlu.duckling.script import Script

_AFTER = re.compile(
    r"(?P<later>[之以]?后(?!天气|面)|\s+(?:from\s+(?:now|today)|later|hence)\b)|(?P<ago>[之以]?前(?!台|面|天)|\s+(?:ago|earlier|back)\b)"
    r"|(?P<within>[之以]?内)",
    re.IGNORECASE | re.ASCII,
)
_BEFORE = re.compile(
    r"(?:(?P<past>(?:过去|最近|近)的?这?|(?:^|(?<=[，,。、\s我你他她就是在们]))前|\b(?:for\s+|in\s+|over\s+|within\s+)?(?:the\s+)?(?:last|past|previous)\s+)"
    r"|(?P<next>(?:未来|接下来|今后)的?|\b(?:for\s+|in\s+|over\s+|within\s+)?(?:the\s+)?(?:next|coming|following)\s+)"
    r"|(?P<within>\bwithin\s+)|(?P<later>\b(?:in|after)\s+(?:about\s+|around\s+)?|再过|过))$",
    re.IGNORECASE | re.ASCII,
)
_REACH = 24


def moments(script: Script) -> Iterator[Atom]:
    """Durations that what stands before or after them makes a time."""
    for duration in spans(script):
        after = _AFTER.match(script.text, duration.end)
        before = _BEFORE.search(script.text, max(0, duration.start - _REACH), duration.start)
        now = script.reference.now
        how = before.lastgroup if before else None
        if (
            before is not None
            and before.group().startswith("过去")
            and script.text[duration.end : duration.end + 1] == "了"
        ):
            continue  # 都过去三天了: so long has gone by
        within = after is not None and after["within"] is not None
        if within or how in ("past", "next", "within"):
            start = before.start() if before is not None and how != "later" else duration.start
            end = after.end() if after is not None and within else duration.end
            for period in _stretch(now, duration, past=how == "past"):
                yield MomentAtom(start, end, period)
        elif after is not None:
            later = after["later"] is not None
            start = before.start() if before is not None and later else duration.start
            yield from _at(start, after.end(), now, duration, past=not later)
        elif before is not None:
            yield from _at(before.start(), duration.end, now, duration)


def _at(start: int, end: int, now: datetime, duration: Duration, *, past: bool = False) -> Iterator[Atom]:
    """A day when days or more have passed, else a clock time; nothing when no calendar goes so far."""
    period = _distant(now, duration, past=past)
    if period is None:
        return
    if SECONDS[duration.unit] >= SECONDS["day"]:
        yield DateAtom(start, end, lambda today: period)
    else:
        yield MomentAtom(start, end, period)


def _distant(now: datetime, duration: Duration, *, past: bool) -> Period | None:
    finer = {"hour": "minute", "minute": "second", "second": "second"}.get(duration.unit, "day")
    try:
        return calendar.of_grain(_moved(now, duration, past=past), finer)
    except (OverflowError, ValueError):
        return None


def _stretch(now: datetime, duration: Duration, *, past: bool) -> Iterator[Period]:
    """From now over a duration, or up to now: in whole days when it is one of days or more."""
    here = now.replace(tzinfo=None)
    try:
        first, last = sorted((here, _moved(now, duration, past=past)))
        if SECONDS[duration.unit] >= SECONDS["day"]:
            yield calendar.days(first, last)
        else:
            yield Period(first.replace(microsecond=0), last.replace(microsecond=0), "second", interval=True)
    except (OverflowError, ValueError):
        return


def _moved(now: datetime, duration: Duration, *, past: bool) -> datetime:
    """Local time; hours and less by the clock's own running, through a change to summer time."""
    value, unit = -duration.value if past else duration.value, duration.unit
    if duration.working:
        return calendar.add_working_days(now.replace(tzinfo=None), value)
    if SECONDS[unit] >= SECONDS["day"]:
        return calendar.add(now.replace(tzinfo=None), value, unit)
    moved = now.astimezone(UTC) + timedelta(seconds=value * SECONDS[unit])
    return moved.astimezone(now.tzinfo).replace(tzinfo=None)
