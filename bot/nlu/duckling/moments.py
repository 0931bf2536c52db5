"""A date, a part of the day and a clock time that stand together, and the stretch of time they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.nlu.duckling import calendar
from bot.nlu.duckling.atoms import Atom, ClockAtom, DateAtom, MomentAtom, PartAtom, Resolve
from bot.nlu.duckling.calendar import Period


@dataclass(frozen=True, slots=True)
class Moment:
    """Characters `start` to `end`, and what they say of a time."""

    start: int
    end: int
    date: DateAtom | None = None
    part: PartAtom | None = None
    clock: ClockAtom | None = None
    known: Period | None = None

    @classmethod
    def of(cls, atom: Atom) -> Moment:
        match atom:
            case DateAtom():
                return cls(atom.start, atom.end, date=atom)
            case PartAtom():
                return cls(atom.start, atom.end, part=atom)
            case ClockAtom():
                return cls(atom.start, atom.end, clock=atom)
            case MomentAtom():
                return cls(atom.start, atom.end, known=atom.period)

    def joined(self, other: Moment, end: int) -> Moment | None:
        """Both as one; None when they say the same kind of thing twice. A weekday may stand beside a date."""
        if self.known or other.known or (self.part and other.part) or (self.clock and other.clock):
            return None
        when = self.date or other.date
        if self.date and other.date:
            if self.date.weekday == other.date.weekday:
                return None
            when, weekday = (other.date, self.date) if self.date.weekday else (self.date, other.date)
            when = replace(when, resolve=_on_weekday(when, weekday), floating=False) if when.floating else when
        return Moment(self.start, end, when, self.part or other.part, self.clock or other.clock)

    def says_enough(self) -> bool:
        """一点 is no time without 下午, and a bare "morning" none without a day."""
        if self.known or self.date:
            return self.clock is None or self.clock.alone or self.part is not None
        if self.clock:
            return self.clock.alone or self.part is not None
        return self.part is not None and self.part.alone

    def periods(self, now: datetime, *, since: Period | None = None, past: bool = False) -> list[Period]:
        """What it may mean, the likeliest first; empty when it means nothing.

        `now` is local time. `since`: the period that it follows in a range, 8号 in 3月5号到8号. `past`: a date that
        comes again and again is the last one, not the next.
        """
        if self.known:
            return [self.known]
        whole = None
        if self.date and self.date.floating and past:
            whole = _latest(self.date, now.date())
        elif self.date:
            whole = self.date.resolve(since.first.date() if since and self.date.floating else now.date())
        if self.date:
            if whole is None or (self.clock is None and self.part is None):
                return [whole] if whole else []
            if whole.grain != "day" or whole.interval:
                return []
        if self.clock:
            return self._clock_times(self.clock, now, whole, since, past)
        assert self.part is not None
        day = whole or since or calendar.day(now)
        return [calendar.hours(day.first.date(), self.part.first, self.part.last)]

    def _clock_times(
        self, clock: ClockAtom, now: datetime, day: Period | None, since: Period | None, past: bool
    ) -> list[Period]:
        hours = _hours(clock, self.part)
        rest = timedelta(minutes=clock.minute, seconds=clock.second)
        if day is not None:
            times = [day.first + timedelta(hours=hour) + rest for hour in hours]
        else:
            after = since.first if since else now.replace(second=0, microsecond=0)
            today = calendar.day(after).first
            every = sorted({today + timedelta(days=days, hours=hour) + rest for days in (-1, 0, 1) for hour in hours})
            coming = [time for time in every if time > after or (since is None and time == after)]
            gone = [time for time in reversed(every) if time <= after]
            times = (gone if past else coming)[: len(hours)]
        return [Period(time, calendar.add(time, 1, clock.grain), clock.grain) for time in times]


def _latest(date_: DateAtom, today: date) -> Period | None:
    """The last such date before today, looking back a week, two months or a bit more than a year."""
    for days in (8, 62, 370):
        found, since = None, today - timedelta(days=days)
        while (period := date_.resolve(since)) is not None and period.first.date() < today:
            found, since = period, period.first.date() + timedelta(days=0 if date_.weekday else 1)
            if period.grain != "day":
                break
        if found is not None:
            return found
    return date_.resolve(today)


def _on_weekday(when: DateAtom, weekday: DateAtom) -> Resolve:
    """Friday, March 6th is the last one when the coming one is no Friday."""

    def resolve(today: date) -> Period | None:
        coming, wanted = when.resolve(today), weekday.resolve(today)
        if coming is None or wanted is None or coming.grain != "day":
            return coming
        gone = _latest(when, today)
        agree = [one for one in (coming, gone) if one and one.first.weekday() == wanted.first.weekday()]
        return agree[0] if agree else coming

    return resolve


def in_range(first: Moment, last: Moment) -> Moment:
    """The beginning of a range, with what its end says for both: from 2 to 4 pm, 9am to 11am on Thursday."""
    if first.date is None and last.date is not None and (first.clock or first.part):
        first = replace(first, date=last.date)
    if first.clock and last.clock and last.clock.certain and first.clock.hour < last.clock.hour:
        first = replace(first, clock=replace(first.clock, certain=True))
    if first.clock and last.clock and first.clock.half is None and last.clock.half and not first.clock.certain:
        same_half = first.clock.hour % 12 <= last.clock.hour % 12
        first = replace(first, clock=replace(first.clock, half=last.clock.half if same_half else "am"))
    return first


def _hours(clock: ClockAtom, part: PartAtom | None) -> list[int]:
    """The hours of the day that it may be; 24 is the midnight at its end."""
    hour = clock.hour
    if clock.half:
        return [hour % 12 + (12 if clock.half == "pm" else 0)]
    if part is not None and hour <= 12:
        return [_hour_in(part, hour)]
    if clock.certain or hour > 12 or hour == 0:
        return [hour]
    return [12, 0] if hour == 12 else [hour, hour + 12]


def _hour_in(part: PartAtom, hour: int) -> int:
    if part.first >= 22:  # in the middle of the night
        return hour + 12 if hour >= 9 else hour
    if part.first >= 17:
        return hour + 12
    if part.first == 12:
        return hour + 12 if hour < (12 if part.last > 14 else 5) else hour
    return hour % 12 if part.first == 0 else hour
