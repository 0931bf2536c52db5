"""Stretches of time and the arithmetic of dates. Local times, without their zone."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

GRAINS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end` (exclusive), said as exactly as `grain`.

    An interval (a weekend, 从周一到周三) is told by its ends, of which one may be open; else `start` tells it.
    """

    start: datetime | None
    end: datetime | None
    grain: str
    interval: bool = False
    holiday: str | None = None

    @property
    def first(self) -> datetime:
        """Where it starts, or ends if its start is open."""
        start = self.start or self.end
        assert start is not None
        return start


def day(of: date) -> Period:
    start = datetime(of.year, of.month, of.day)
    return Period(start, start + timedelta(days=1), "day")


def days(first: date, last: date) -> Period:
    """From the first day through the last."""
    return Period(day(first).start, day(last).end, "day", interval=True)


def hours(of: date, first: int, end: int) -> Period:
    """A part of a day. Hours after 24 are the next day's."""
    start = datetime(of.year, of.month, of.day)
    return Period(start + timedelta(hours=first), start + timedelta(hours=end), "hour", interval=True)


def week(of: date) -> Period:
    """The week around a day, from Monday."""
    start = datetime(of.year, of.month, of.day) - timedelta(days=of.weekday())
    return Period(start, start + timedelta(days=7), "week")


def weekend(of: date) -> Period:
    """From Friday 18:00 to Monday, as Duckling has it."""
    friday = week(of).first + timedelta(days=4, hours=18)
    return Period(friday, friday + timedelta(hours=54), "hour", interval=True)


def month(of: date) -> Period:
    start = datetime(of.year, of.month, 1)
    return Period(start, add_months(start, 1), "month")


def quarter(of: date) -> Period:
    start = datetime(of.year, of.month - (of.month - 1) % 3, 1)
    return Period(start, add_months(start, 3), "quarter")


def year(of: date) -> Period:
    return Period(datetime(of.year, 1, 1), datetime(of.year + 1, 1, 1), "year")


def add_months(to: datetime, months: int) -> datetime:
    """The same day some months on, or the month's last one: a month after January 31st is February 28th."""
    years, index = divmod(to.month - 1 + months, 12)
    return to.replace(year=to.year + years, month=index + 1, day=min(to.day, monthrange(to.year + years, index + 1)[1]))


def add(to: datetime, value: int, unit: str) -> datetime:
    """`value` (may be negative) units of `GRAINS` on."""
    if unit in ("month", "quarter", "year"):
        return add_months(to, value * {"month": 1, "quarter": 3, "year": 12}[unit])
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}[unit]
    return to + timedelta(seconds=value * seconds)


def add_working_days(to: datetime, days: int) -> datetime:
    """Some days on (or back, below zero) of Monday to Friday; holidays count, since each shop has its own."""
    step = timedelta(days=1 if days > 0 else -1)
    weeks, rest = divmod(abs(days), 5)
    moved = to + 7 * weeks * step
    while rest or moved.weekday() > 4:
        moved += step
        rest -= rest > 0 and moved.weekday() <= 4
    return moved


def of_grain(to: datetime, grain: str) -> Period:
    """The stretch of a grain that a moment is in."""
    if grain in ("second", "minute", "hour"):
        start = to.replace(
            microsecond=0,
            second=to.second if grain == "second" else 0,
            minute=0 if grain == "hour" else to.minute,
        )
        return Period(start, add(start, 1, grain), grain)
    return {"day": day, "week": week, "month": month, "quarter": quarter, "year": year}[grain](to)


def thirds(of: Period, which: int) -> Period:
    """The beginning (0), middle (1) or end (2): ten days of a month, a third of a quarter or year, of a week the days

    to Tuesday, Thursday and Sunday.
    """
    start, end = of.start, of.end
    if of.interval or start is None or end is None:
        return of
    if of.grain == "week":
        borders = [start + timedelta(days=days) for days in (0, 2, 4, 7)]
    elif of.grain == "month":
        borders = [start, start + timedelta(days=10), start + timedelta(days=20), end]
    else:
        months = 1 if of.grain == "quarter" else 4
        borders = [start, add_months(start, months), add_months(start, 2 * months), end]
    grain = "day" if of.grain in ("week", "month") else "month"
    return Period(borders[which], borders[which + 1], grain, interval=True)


def next_weekday(after: date, weekday: int) -> date:
    """The first such day (0 is Monday) strictly after a day."""
    return after + timedelta(days=(weekday - after.weekday() - 1) % 7 + 1)


def next_date(since: date, month: int, day_of_month: int) -> date | None:
    """The first such date on or after a day; None for a date that no year has."""
    for year_ in range(since.year, since.year + 9):
        found = valid(year_, month, day_of_month)
        if found is not None and found >= since:
            return found
    return None


def next_day_of_month(since: date, day_of_month: int) -> date | None:
    """The first such day on or after a day: the 31st skips the months without one."""
    start = datetime(since.year, since.month, 1)
    for months in range(13):
        month_ = add_months(start, months)
        found = valid(month_.year, month_.month, day_of_month)
        if found is not None and found >= since:
            return found
    return None


def valid(year_: int, month: int, day_of_month: int) -> date | None:
    """The date, None when there is none."""
    if not (1 <= year_ <= 9000 and 1 <= month <= 12 and 1 <= day_of_month <= monthrange(year_, month)[1]):
        return None
    return date(year_, month, day_of_month)


def between(first: Period, last: Period) -> Period | None:
    """From one through another, in the finer grain of both; None when they are in the wrong order."""
    if first.start is None or last.end is None or last.end <= first.start:
        return None
    grain = min(first.grain, last.grain, key=GRAINS.index)
    return Period(first.start, last.end, grain, interval=True)


def named(period: Period, holiday: str) -> Period:
    return replace(period, holiday=holiday)
