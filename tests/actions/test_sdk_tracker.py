"""rasa_sdk's tracker in this process: the same as on an action server, without a list that nobody asked for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.sdk_tracker import LazyTracker, Unread, reads_later
from bot.domain import Domain
from bot.events import ActionExecuted, SlotSet, UserUttered
from bot.slots import Slot
from bot.tracker import EventVerbosity, Tracker

sdk = pytest.importorskip("rasa_sdk")

DOMAIN = Domain(slots={"city": Slot("city"), "size": Slot("size")})
ADDED = {"event": "slot", "name": "size", "value": "L", "timestamp": None}


def source() -> Tracker:
    tracker = Tracker("客", DOMAIN)
    said = UserUttered.of("去上海", {"intent": {"name": "go"}}, input_channel="rest")
    tracker.update_all([ActionExecuted("action_listen"), said])
    return tracker.temporary([SlotSet("city", "北京"), SlotSet("size", "M"), SlotSet("city", "上海")])


def both() -> tuple[Any, LazyTracker]:
    """The tracker that an action server has, and ours."""
    tracker = source()
    eager = sdk.Tracker.from_dict(tracker.as_dict(EventVerbosity.ALL))
    found: list[LazyTracker] = []
    call = sdk.Tracker.from_dict(tracker.as_dict() | {"events": Unread(tracker)})
    reads_later(lambda _dispatcher, lazy, _domain: found.append(lazy))(None, call, None)
    return eager, found[0]


def test_it_says_the_same_as_the_one_of_an_action_server() -> None:
    for ask in (
        lambda t: t.slots_to_validate(),
        lambda t: list(t.slots_to_validate()),
        lambda t: t.get_latest_input_channel(),
        lambda t: t.events,
        lambda t: t.events[-1],
        lambda t: t.current_state(),
        lambda t: t.applied_events(),
        lambda t: t.get_last_event_for("user"),
        lambda t: (t.add_slots([ADDED, {"event": "bot"}]), t.slots, t.events)[1:],
        lambda t: (t.add_slots([ADDED]), t.slots_to_validate(), t.get_latest_input_channel()),
        lambda t: (t.events, t.add_slots([ADDED]), t.slots_to_validate(), t.events),
        lambda t: t.copy().events,
    ):
        eager, lazy = both()
        assert ask(lazy) == ask(eager)


def test_it_is_rasa_sdks_tracker_with_an_ordinary_list() -> None:
    _, lazy = both()
    assert isinstance(lazy, sdk.Tracker)
    assert type(lazy.events) is list
    lazy.events.append(ADDED)
    assert lazy.events[-1] is ADDED
    lazy.events = []
    assert lazy.events == []


def test_validating_a_form_reads_the_end_only() -> None:
    _, lazy = both()
    lazy.slots_to_validate()
    lazy.add_slots([ADDED])
    assert lazy._events is None


def test_a_tracker_with_events_is_left_as_it_is() -> None:
    eager, _ = both()
    assert reads_later(lambda _dispatcher, tracker, _domain: tracker)(None, eager, None) is eager
