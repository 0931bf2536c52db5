"""rasa_sdk's tracker for actions in this process: the list of all events is made when an action asks for it.

Most actions do not, and copying the events of a long conversation for each of them takes longer than the rest of the
turn. What rasa_sdk itself reads of the events while it validates a form is answered without the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, takewhile
from typing import Any

from rasa_sdk import Tracker as SdkTracker

from bot.tracker import Tracker

Run = Callable[[Any, Any, Any], Any]


class LazyTracker(SdkTracker):  # type: ignore[misc]
    """Like its base in everything; `events` is an ordinary list from the first time it is used."""

    _source: Tracker
    _added: list[dict[str, Any]]
    _events: list[dict[str, Any]] | None

    @classmethod
    def of(cls, tracker: SdkTracker, source: Tracker) -> LazyTracker:
        """A tracker that has all of `tracker` but its events, which are those of `source`."""
        lazy = cls.__new__(cls)
        lazy.__dict__.update(tracker.__dict__)
        lazy._source, lazy._added, lazy._events = source, [], None
        return lazy

    @property
    def events(self) -> list[dict[str, Any]]:
        if self._events is None:
            self._events = self._source.dicts_since(0) + self._added
        return self._events

    @events.setter
    def events(self, events: list[dict[str, Any]]) -> None:
        self._events = events

    def slots_to_validate(self) -> dict[str, Any]:
        """The slots that were set at the very end."""
        set_last = list(takewhile(lambda event: event["event"] == "slot", self._events_back()))
        return {event["name"]: event["value"] for event in reversed(set_last)}

    def add_slots(self, slots: Sequence[Mapping[str, Any]]) -> None:
        for event in slots:
            if event.get("event") == "slot":
                self.slots[event["name"]] = event["value"]
                (self._added if self._events is None else self._events).append(dict(event))

    def get_latest_input_channel(self) -> str | None:
        said = (event for event in self._events_back() if event.get("event") == "user")
        return next((event.get("input_channel") for event in said), None)

    def _events_back(self) -> Iterator[dict[str, Any]]:
        """The events, newest first."""
        if self._events is not None:
            return iter(self._events[::-1])
        return chain(reversed(self._added), self._source.dicts_back())


class Unread:
    """Stands in an action call where the list of events would be."""

    def __init__(self, source: Tracker) -> None:
        self.source = source


def reads_later(run: Run) -> Run:
    """The function of an action, which gets its tracker as a LazyTracker if the call holds an `Unread`."""

    def with_lazy_tracker(dispatcher: Any, tracker: Any, domain: Any) -> Any:
        unread = tracker.__dict__.get("events")
        if isinstance(unread, Unread):
            del tracker.__dict__["events"]
            tracker = LazyTracker.of(tracker, unread.source)
        return run(dispatcher, tracker, domain)

    return with_lazy_tracker
