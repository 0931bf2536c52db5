"""Times in English, said on Wednesday, March 11th 2026, at ten in the morning."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.nlu.duckling.extract import extract
from bot.nlu.duckling.script import Reference
from tests.nlu.duckling.reading import SHANGHAI, WEDNESDAY, times

DAYS = [
    ("today", "today", "2026-03-11 day"),
    ("I need it tomorrow!", "tomorrow", "2026-03-12 day"),
    ("the day before yesterday", "the day before yesterday", "2026-03-09 day"),
    ("Day after tomorrow", "Day after tomorrow", "2026-03-13 day"),
    ("next Friday", "next Friday", "2026-03-13 day"),
    ("on Friday", "on Friday", "2026-03-13 day"),
    ("next wednesday", "next wednesday", "2026-03-18 day"),
    ("last tuesday", "last tuesday", "2026-03-10 day"),
    ("last Wednesday", "last Wednesday", "2026-03-04 day"),
    ("friday after next", "friday after next", "2026-03-20 day"),
    ("wednesday of next week", "wednesday of next week", "2026-03-18 day"),
    ("next week on Monday", "next week on Monday", "2026-03-16 day"),
    ("next sat", "next sat", "2026-03-14 day"),
    ("March 15th", "March 15th", "2026-03-15 day"),
    ("15 March", "15 March", "2026-03-15 day"),
    ("the first of April", "the first of April", "2026-04-01 day"),
    ("Mar 3, 2026", "Mar 3, 2026", "2026-03-03 day"),
    ("3rd of March 2026", "3rd of March 2026", "2026-03-03 day"),
    ("I ordered it on March 3rd", "on March 3rd", "2026-03-03 day"),
    ("bought on Monday", "on Monday", "2026-03-09 day"),
    ("what did I buy in November", "in November", "2025-11-01 month"),
    ("it was signed for on the 14th", "on the 14th", "2026-02-14 day"),
    ("will it be delivered on Monday", "on Monday", "2026-03-16 day"),
    ("Monday, March 16", "Monday, March 16", "2026-03-16 day"),
    ("the 15th", "the 15th", "2026-03-15 day"),
    ("the 5th of next month", "the 5th of next month", "2026-04-05 day"),
    ("the last Monday of March", "the last Monday of March", "2026-03-30 day"),
    ("second Sunday in May", "second Sunday in May", "2026-05-10 day"),
    ("first tuesday of next month", "first tuesday of next month", "2026-04-07 day"),
    ("in 3 days", "in 3 days", "2026-03-14 day"),
    ("two weeks ago", "two weeks ago", "2026-02-25 day"),
    ("3 days later", "3 days later", "2026-03-14 day"),
    ("Christmas", "Christmas", "2026-12-25 day"),
    ("last Christmas", "last Christmas", "2025-12-25 day"),
    ("Black Friday", "Black Friday", "2026-11-27 day"),
    ("Chinese New Year", "Chinese New Year", "2027-02-06 day"),
    ("thanksgiving 2027", "thanksgiving 2027", "2027-11-25 day"),
]
PERIODS = [
    ("next week", "next week", "2026-03-16 week"),
    ("last month", "last month", "2026-02-01 month"),
    ("this quarter", "this quarter", "2026-01-01 quarter"),
    ("last year", "last year", "2025-01-01 year"),
    ("this weekend", "this weekend", "2026-03-13T18:00..2026-03-16 hour"),
    ("in May", "in May", "2026-05-01 month"),
    ("end of April", "end of April", "2026-04-21..2026-05-01 day"),
    ("early March 2027", "early March 2027", "2027-03-01..2027-03-11 day"),
    ("March 2026", "March 2026", "2026-03-01 month"),
    ("the end of the month", "the end of the month", "2026-03-21..2026-04-01 day"),
    ("from Monday to Wednesday", "from Monday to Wednesday", "2026-03-16..2026-03-19 day"),
    ("mon-fri", "mon-fri", "2026-03-16..2026-03-21 day"),
    ("March 13-15", "March 13-15", "2026-03-13..2026-03-16 day"),
    ("3-5 May 2026", "3-5 May 2026", "2026-05-03..2026-05-06 day"),
    ("from March 1 to March 31", "from March 1 to March 31", "2026-03-01..2026-04-01 day"),
    ("in the last 3 days", "in the last 3 days", "2026-03-08..2026-03-12 day"),
    ("within a week", "within a week", "2026-03-11..2026-03-19 day"),
    ("before Friday", "before Friday", "..2026-03-13 day"),
    ("by tomorrow", "by tomorrow", "..2026-03-13 day"),
    ("since Monday", "since Monday", "2026-03-09.. day"),
    ("after Friday", "after Friday", "2026-03-14.. day"),
]
CLOCKS = [
    ("5pm", "5pm", "2026-03-11T17:00 hour"),
    ("at 5", "at 5", "2026-03-11T17:00 hour"),
    ("call me at five, please", "at five", "2026-03-11T17:00 hour"),
    ("March 13th at 5pm", "March 13th at 5pm", "2026-03-13T17:00 hour"),
    ("at 9 a.m. on Saturday", "at 9 a.m. on Saturday", "2026-03-14T09:00 hour"),
    ("half past three", "half past three", "2026-03-11T15:30 minute"),
    ("a quarter to six pm", "a quarter to six pm", "2026-03-11T17:45 minute"),
    ("3:15pm", "3:15pm", "2026-03-11T15:15 minute"),
    ("15:23:24", "15:23:24", "2026-03-11T15:23:24 second"),
    ("8 o'clock", "8 o'clock", "2026-03-11T20:00 hour"),
    ("noon tomorrow", "noon tomorrow", "2026-03-12T12:00 hour"),
    ("8 tonight", "8 tonight", "2026-03-11T20:00 hour"),
    ("tonight at 8", "tonight at 8", "2026-03-11T20:00 hour"),
    ("tonight", "tonight", "2026-03-11T18:00..2026-03-12 hour"),
    ("tomorrow morning", "tomorrow morning", "2026-03-12T04:00..2026-03-12T12:00 hour"),
    ("this afternoon", "this afternoon", "2026-03-11T12:00..2026-03-11T19:00 hour"),
    ("from 2 to 4pm", "from 2 to 4pm", "2026-03-11T14:00..2026-03-11T17:00 hour"),
    ("5 to 7 pm", "5 to 7 pm", "2026-03-11T17:00..2026-03-11T20:00 hour"),
    ("between 9am and 11am on Thursday", "between 9am and 11am on Thursday", "2026-03-12T09:00..2026-03-12T12:00 hour"),
    ("2026-03-15T10:30", "2026-03-15T10:30", "2026-03-15T10:30 minute"),
    ("in half an hour", "in half an hour", "2026-03-11T10:30 second"),
    ("in 2 hours", "in 2 hours", "2026-03-11T12:00 minute"),
    ("within 24 hours", "within 24 hours", "2026-03-11T10:00..2026-03-12T10:00 second"),
    ("out for delivery since 6am", "since 6am", "2026-03-11T06:00.. hour"),
    ("I came home at 2pm. Nobody", "at 2pm", "2026-03-11T14:00 hour"),
    ("3.30pm", "3.30pm", "2026-03-11T15:30 minute"),
    ("open 9:00-18:00?", "9:00-18:00", "2026-03-12T09:00..2026-03-12T18:01 minute"),
    ("after 5pm", "after 5pm", "2026-03-11T17:00.. hour"),
    ("by Friday 5pm", "by Friday 5pm", "..2026-03-13T17:00 hour"),
]


@pytest.mark.parametrize(("text", "said", "value"), [*DAYS, *PERIODS, *CLOCKS])
def test_times(text: str, said: str, value: str) -> None:
    assert times(text) == [(said, value)]


@pytest.mark.parametrize(
    "text",
    [
        "may I ask", "good morning", "have a nice day", "twice a day", "March on", "24/7", "at 9 items", "the second one",
        "it sat in the sun", "order 1048213", "size 42", "a Mondayish feeling", "at 50 dollars", "1.2.3", "we wed",
        "merry christmas", "XMAS-5OFF",
    ],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert times(text) == []


def test_the_locale_says_which_number_is_the_month() -> None:
    british = Reference(WEDNESDAY.now, day_first=True)
    assert times("5/4") == [("5/4", "2026-05-04 day")]
    assert times("5/4", british) == [("5/4", "2026-04-05 day")]
    assert times("5/4/2027", british) == [("5/4/2027", "2027-04-05 day")]
    assert times("25/4/2027") == [("25/4/2027", "2027-04-25 day")]


def test_five_may_be_in_the_morning_or_in_the_afternoon() -> None:
    (found,) = extract("tomorrow at 5", WEDNESDAY)
    assert [value["value"][11:16] for value in found.info["values"]] == ["05:00", "17:00"]


def test_times_carry_their_zones_offset() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    (found,) = extract("tomorrow at 5pm", Reference(datetime(2026, 3, 28, 12, tzinfo=berlin)))
    assert found.info["value"] == "2026-03-29T17:00:00.000+02:00"
    (found,) = extract("in 24 hours", Reference(datetime(2026, 3, 28, 12, tzinfo=berlin)))
    assert found.info["value"] == "2026-03-29T13:00:00.000+02:00"
    (found,) = extract("明天", Reference(datetime(2026, 3, 28, 23, tzinfo=SHANGHAI)))
    assert found.info["value"] == "2026-03-29T00:00:00.000+08:00"
