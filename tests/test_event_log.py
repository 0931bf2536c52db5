"""A log, and logs that begin with a part of another."""

from __future__ import annotations

from bot.event_log import EventLog
from bot.events import SlotSet


def log_of(*values: int) -> EventLog:
    log = EventLog()
    for value in values:
        log.append(SlotSet("n", value))
    return log


def values(log: EventLog) -> list[object]:
    return [event.value for event in log.events if isinstance(event, SlotSet)]


def dict_values(log: EventLog, start: int = 0, end: int | None = None) -> list[object]:
    return [shape["value"] for shape in log.dicts(start, end)]


def test_a_lent_log_reads_as_a_copy_does() -> None:
    for start in (0, 2):
        for inner in (0, 1, 3):
            logs = []
            for begin in (EventLog.copy, EventLog.lend):
                log = begin(log_of(0, 1, 2, 3), start)
                log.append(SlotSet("n", 4))
                log = begin(log, inner)
                log.append(SlotSet("n", 5))
                logs.append(log)
            copied, lent = logs
            assert len(lent) == len(copied)
            for first in range(7):
                assert dict_values(lent, first) == dict_values(copied, first)
                assert dict_values(lent, 0, first) == dict_values(copied, 0, first)
                assert dict_values(lent, 1, first) == dict_values(copied, 1, first)
            assert list(lent.dicts_back()) == copied.dicts(0)[::-1]
            assert list(lent.back()) == copied.events[::-1]
            assert values(lent) == values(copied)
            assert dict_values(lent) == dict_values(copied)


def test_what_is_added_to_a_lent_log_is_not_in_the_other() -> None:
    log = log_of(0, 1)
    lent = log.lend(0)
    lent.append(SlotSet("n", 2))
    assert (values(lent), values(log)) == ([0, 1, 2], [0, 1])
    lent.truncate(1)
    assert (values(lent), values(log), dict_values(lent)) == ([0], [0, 1], [0])


def test_json_is_made_once_and_again_after_truncating() -> None:
    log = log_of(0, 1)
    assert log.dicts(0)[0] is log.dicts(0)[0]
    log.truncate(1)
    log.append(SlotSet("n", 7))
    assert dict_values(log) == [0, 7]
