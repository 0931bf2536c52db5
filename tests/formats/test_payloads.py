"""Messages that say what they mean."""

from __future__ import annotations

import pytest

from bot.formats.payloads import parse_payload


def test_intent_confidence_and_entities() -> None:
    payload = parse_payload('/track_order@0.9{"order_number": "K1048213", "颜色": ["红", "蓝"]}')
    assert payload is not None
    assert (payload.intent, payload.confidence) == ("track_order", 0.9)
    assert [(e.entity, e.value) for e in payload.entities] == [
        ("order_number", "K1048213"),
        ("颜色", "红"),
        ("颜色", "蓝"),
    ]


def test_the_intent_alone() -> None:
    payload = parse_payload(" /greet ")
    assert payload is not None
    assert payload.intent == "greet"
    assert payload.confidence == 1.0


@pytest.mark.parametrize("text", ["你好", "hello /greet", "", "/"])
def test_ordinary_text_is_no_payload(text: str) -> None:
    assert parse_payload(text) is None


def test_entities_that_are_no_json_are_a_fault() -> None:
    payload = parse_payload("/greet{name: Li}")
    assert payload is not None
    assert "not JSON" in payload.fault
