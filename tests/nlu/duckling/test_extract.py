"""Laws of extraction: offsets, overlaps, any text at all."""

from __future__ import annotations

import json
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.duckling.extract import READERS, extract
from bot.nlu.duckling.script import DIMENSIONS, ONE_FORM, Reference
from tests.nlu.duckling.reading import WEDNESDAY, found

PIECES = [
    "三百五",
    "十",
    "一",
    "两",
    "半",
    "个",
    "块",
    "毛",
    "元",
    "点",
    "号",
    "月",
    "年",
    "周",
    "上",
    "下",
    "后天",
    "明天",
    "前",
    "内",
    "到",
    "-",
    ":",
    "/",
    ".",
    ",",
    "3",
    "05",
    "2026",
    "15",
    "%",
    "¥",
    "$",
    "€",
    "+",
    "(",
    ")",
    "（",
    "）",
    "第",
    "打",
    "am",
    "pm",
    "at",
    "next",
    "last",
    "Friday",
    "March",
    "may",
    "1st",
    "two",
    "dozen",
    "and",
    "a",
    "half",
    "hours",
    "days",
    "ago",
    "in",
    "from",
    "to",
    "between",
    "the",
    "of",
    "dollars",
    "路",
    "区",
    "市",
    "省",
    "室",
    "栋",
    "Street",
    ",",
    "@",
    "www.",
    ".com",
    "０",
    "９",
    "。",
    "é",
    "İ",
    "👍",
    "\u200b",
    "\n",
    "春节",
    "正月",
    "十五",
    "初一",
    "廿",
    "農曆",
    "kg",
    "斤",
    "件",
    "-5",
    "1,000",
    "9999",
    "00",
]
SOUP = st.lists(st.sampled_from([*PIECES, " "]), max_size=14).map("".join)
TIMES = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1))


@settings(max_examples=300, deadline=None)
@given(st.one_of(SOUP, st.text(max_size=60)), TIMES)
def test_offsets_are_in_the_text_in_order_and_apart(text: str, now: datetime) -> None:
    ones = extract(text, Reference(now.replace(tzinfo=ZoneInfo("Europe/London"))))
    end = 0
    for one in ones:
        assert end <= one.start < one.end <= len(text)
        assert one.dimension in DIMENSIONS
        assert text[one.start : one.end].strip() == text[one.start : one.end] != ""
        json.dumps(one.info)
        end = one.end


@settings(max_examples=200, deadline=None)
@given(SOUP)
def test_a_dimension_asked_for_alone_is_found_where_it_was_found_among_all(text: str) -> None:
    for one in extract(text, WEDNESDAY):
        alone = extract(text, WEDNESDAY, [one.dimension])
        assert any(other.start <= one.start and one.end <= other.end for other in alone)


def test_one_form_of_a_character_is_one_character() -> None:
    forms = "".join(map(chr, ONE_FORM))
    assert len(forms.translate(ONE_FORM)) == len(forms) > 200
    assert "２０２６年，兩萬".translate(ONE_FORM) == "2026年,两万"


def test_every_dimension_has_a_reader() -> None:
    assert {name for _, names in READERS for name in names} == set(DIMENSIONS)


def test_the_longest_reading_stands() -> None:
    assert found("下周三下午三点前给我退50块，到13800138000") == [
        ("time", "下周三下午三点前", "..2026-03-18T15:00 hour"),
        ("amount-of-money", "50块", (50, "CNY")),
        ("phone-number", "13800138000", "13800138000"),
    ]
    assert found("2 boxes by Friday for $20") == [
        ("quantity", "2 boxes", (2, "box")),
        ("time", "by Friday", "..2026-03-14 day"),
        ("amount-of-money", "$20", (20, "$")),
    ]


def test_only_the_dimensions_asked_for() -> None:
    assert [one.dimension for one in extract("3月5号2件", WEDNESDAY, ["number"])] == ["number"] * 3
    assert extract("3月5号2件", WEDNESDAY, []) == []


def test_long_and_hostile_messages_take_bounded_time() -> None:
    started = time.process_time()
    for text in (
        "1" * 5000,
        "a@" * 2500,
        "a." * 2500,
        "一" * 5000,
        "路" * 3000,
        "1-" * 2500,
        "3月" * 2500,
        "12 a " * 1500,
        "((" * 2500,
    ):
        extract(text, WEDNESDAY)
    assert time.process_time() - started < 10


def test_no_calendar_goes_so_far() -> None:
    for text in (
        "9999年后",
        "最近9999年",
        "in 7973 years",
        "9999 years ago",
        "within 8000 years",
        "9999-12-31",
        "9999年12月31日",
        "零零零零年春节",
        "零零零零年双十一",
        "零零零零年第三季度",
        "零零零零年3月",
        "零零零零年",
    ):
        extract(text, WEDNESDAY)
