"""The events of a conversation in the order in which they came, and their JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.events import Event


@dataclass(frozen=True, slots=True)
class _Lent:
    """The part of another log with which a log begins."""

    lender: EventLog
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class EventLog:
    """Grows at its end. The JSON of an event is made once."""

    def __init__(self) -> None:
        self._own: list[Event] = []
        self._dicts: list[dict[str, Any]] = []
        self._lent: _Lent | None = None

    @property
    def events(self) -> list[Event]:
        """All events, oldest first."""
        if self._lent is not None:
            lent, self._dicts = self._lent, self.dicts(0)
            self._own = lent.lender.events[lent.start : lent.end] + self._own
            self._lent = None
        return self._own

    def append(self, event: Event) -> None:
        self._own.append(event)

    def truncate(self, length: int) -> None:
        """Forget all events but the first `length`."""
        del self.events[length:]
        del self._dicts[length:]

    def copy(self, start: int) -> EventLog:
        """A log of its own, with the events from `start` on."""
        other = EventLog()
        other._own, other._dicts = self.events[start:], self.dicts(start)
        return other

    def lend(self, start: int) -> EventLog:
        """A log that begins with the events from `start` on, without copying them: valid until this one changes.

        All JSON is made here already, so that another thread can read the new log.
        """
        self.dicts(len(self))
        other = EventLog()
        other._lent = _Lent(self, start, len(self))
        return other

    def back(self) -> Iterator[Event]:
        """All events, newest first."""
        yield from reversed(self._own)
        if self._lent is not None:
            for index in range(self._lent.end - 1, self._lent.start - 1, -1):
                yield self._lent.lender.events[index]

    def dicts(self, start: int, end: int | None = None) -> list[dict[str, Any]]:
        """The JSON objects of the events from `start` to `end`; the list is the caller's."""
        self._dicts.extend(event.as_dict() for event in self._own[len(self._dicts) :])
        if self._lent is None:
            return self._dicts[start:end]
        borrowed, offset = self._lent.length, self._lent.start
        ours = self._dicts[max(0, start - borrowed) : None if end is None else max(0, end - borrowed)]
        if start >= borrowed:
            return ours
        theirs = self._lent.lender.dicts(offset + start, offset + (borrowed if end is None else min(end, borrowed)))
        return theirs + ours if ours else theirs

    def dicts_back(self) -> Iterator[dict[str, Any]]:
        """The JSON objects of all events, newest first."""
        self.dicts(len(self))
        yield from reversed(self._dicts)
        if self._lent is not None:
            for index in range(self._lent.end - 1, self._lent.start - 1, -1):
                yield from self._lent.lender.dicts(index, index + 1)

    def __len__(self) -> int:
        return len(self._own) + (self._lent.length if self._lent else 0)
