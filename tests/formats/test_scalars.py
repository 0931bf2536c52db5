"""What plain scalars mean, and the environment in them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.formats.scalars import expand, resolve

WRITTEN = [
    "yes", "no", "on", "off", "true", "True", "FALSE", "null", "~", "Null", "", "0", "-7", "+3", "012", "0o14", "0x1F",
    "0b101", "1_000", "1.5", "-.5", "1e3", "1.", "1.5e-3", ".inf", "-.INF", "12:30", "1.2.3", "K1048213", "13800138000",
    "你好", "3天", "+", ".", "1-2", "e5",
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN)
def test_a_plain_scalar_means_what_it_means_to_ruamel(written: str) -> None:
    expected: Any = YAML(typ="safe", pure=True).load(f"- {written}\n")[0]
    found = resolve(written)
    assert found == expected
    assert type(found) is type(expected)


def test_not_a_number_is_read() -> None:
    value = resolve(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


def test_dates_stay_text() -> None:
    assert resolve("2024-05-01") == "2024-05-01"


def test_variables_are_expanded_and_missing_ones_are_named() -> None:
    missing: list[str] = []
    text = expand("http://${HOST}:${PORT}/$HOST", missing.append, {"HOST": "shop.example"})
    assert text == "http://shop.example:${PORT}/shop.example"
    assert missing == ["PORT"]


def test_a_dollar_without_braces_is_left_alone() -> None:
    assert expand("$5 or $HOME", lambda name: pytest.fail(name), {"HOME": "/root"}) == "$5 or $HOME"
