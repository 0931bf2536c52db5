"""Values in one normal form, whatever the wording."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlg import numerals
from bot.nlg.values import covers, find_items, normalise, single_item


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("three", ("number", "3")),
        ("a dozen", ("number", "12")),
        ("twenty-one", ("number", "21")),
        ("two thousand and five", ("number", "2005")),
        ("１，２９９", ("number", "1299")),
        ("三百五", ("number", "350")),
        ("三百零五", ("number", "305")),
        ("两万三", ("number", "23000")),
        ("十五", ("number", "15")),
        ("1,299.00", ("number", "1299")),
        ("¥1,299.00", ("money", "1299 CNY")),
        ("1299元", ("money", "1299 CNY")),
        ("一千二百九十九块钱", ("money", "1299 CNY")),
        ("CNY 1299", ("money", "1299 CNY")),
        ("12.50 dollars", ("money", "12.5 USD")),
        ("10%", ("percent", "10")),
        ("百分之十", ("percent", "10")),
        ("八五折", ("percent", "zhe 85")),
        ("Nov 20, 2026", ("date", "2026-11-20")),
        ("20th of November 2026", ("date", "2026-11-20")),
        ("2026-11-20", ("date", "2026-11-20")),
        ("2026年11月20日", ("date", "2026-11-20")),
        ("十一月二十号", ("date", "-11-20")),
        ("2:30 pm", ("time", "14:30")),
        ("下午两点半", ("time", "14:30")),
        ("tomorrow", ("relative", "tomorrow")),
        ("明天", ("relative", "tomorrow")),
        ("周五", ("weekday", "fri")),
        ("Friday", ("weekday", "fri")),
        ("第二", ("ordinal", "2")),
        ("second", ("ordinal", "2")),
        ("K1048213", ("code", "k1048213")),
        ("#4418203", ("code", "4418203")),
        ("+86 138 0013 8000", ("code", "8613800138000")),
        ("https://Shop.example/Returns/", ("url", "shop.example/returns")),
        ("Li@Shop.example", ("email", "li@shop.example")),
        ("several", ("vague", "several")),
    ],
)
def test_one_form_for_one_value(text: str, expected: tuple[str, str]) -> None:
    item = single_item(normalise(text))
    assert item is not None and item.value == expected


@pytest.mark.parametrize(
    "text", ["one moment", "一下", "no one", "十分抱歉", "一直", "you may", "we march on", "this one"]
)
def test_words_that_only_look_like_values(text: str) -> None:
    assert find_items(normalise(text)) == []


def test_a_known_date_covers_what_leaves_parts_out_and_not_the_reverse() -> None:
    assert covers(("date", "2026-11-20"), ("date", "-11-20"))
    assert covers(("date", "2026-11-20"), ("ordinal", "20"))
    assert not covers(("date", "-11-20"), ("date", "2026-11-20"))
    assert not covers(("number", "3"), ("money", "3 CNY"))


@settings(deadline=None)
@given(st.integers(0, 10**7))
def test_chinese_numerals_round_trip(number: int) -> None:
    cn2an = pytest.importorskip("cn2an")
    assert numerals.from_chinese(cn2an.an2cn(number, "low")) == Decimal(number)
