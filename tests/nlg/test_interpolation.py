"""Filling placeholders as Rasa does, without its crashes."""

from __future__ import annotations

import logging

import pytest

from bot.nlg.interpolation import interpolate, interpolate_text, placeholders


def test_fills_slots_in_both_languages() -> None:
    assert interpolate_text("Hello {name}, {count} items", {"name": "Li", "count": 2}) == "Hello Li, 2 items"
    assert interpolate_text("您好{name},共{count}件", {"name": "李", "count": 2}) == "您好李,共2件"


def test_unknown_name_returns_the_whole_text_unfilled_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert interpolate_text("{name} has {points}", {"name": "Li"}) == "{name} has {points}"
    assert "points" in caplog.text


def test_none_prints_as_none() -> None:
    assert interpolate_text("name: {name}", {"name": None}) == "name: None"


def test_double_braces_are_escapes() -> None:
    assert interpolate_text('{{"a": 1}}', {}) == '{"a": 1}'
    assert interpolate_text("{{name}} is {name}", {"name": "Li"}) == "{name} is Li"


@pytest.mark.parametrize("text", ["{", "}", "a { b", "{}", "{line\nbreak}"])
def test_braces_that_hold_no_name_stay(text: str) -> None:
    assert interpolate_text(text, {"b": 1}) == text


@pytest.mark.parametrize("text", ["{name:>9}", "{name!r}", "{name.real}", "{ name }"])
def test_format_syntax_is_part_of_the_name(text: str) -> None:
    assert interpolate_text(text, {"name": "Li"}) == text


def test_a_value_is_never_interpolated_itself() -> None:
    assert interpolate_text("you said {text}", {"text": "0[x] {secret}", "secret": "s"}) == "you said 0[x] {secret}"


def test_recurses_into_lists_and_dicts_without_touching_the_template() -> None:
    template = {"blocks": [{"text": "{a}", "n": 3, "deep": {"list": ["{a}", ["{b}"]]}}], "{a}": None}
    filled = interpolate(template, {"a": "甲", "b": 2})
    assert filled == {"blocks": [{"text": "甲", "n": 3, "deep": {"list": ["甲", ["2"]]}}], "{a}": None}
    assert template["blocks"][0]["text"] == "{a}"  # type: ignore[index]


def test_placeholders_in_order_each_once() -> None:
    assert placeholders("{b} {{x}} {a} {b}") == ("b", "a")
