"""Which variation is said, and with what in it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from bot.domain import ResponseCondition, ResponseVariation
from bot.message import Fact
from bot.nlg.templates import Rendering, render, suitable_variations, variation_id

ZH = (ResponseCondition("language", "zh"),)


def say(*variations: ResponseVariation, slots: dict[str, Any] | None = None, **facts: Any) -> Rendering:
    rendering = render(
        "utter_x", variations, slots=slots or {}, facts=facts, source="action_x", channel="rest", random=Random(1)
    )
    assert rendering is not None
    return rendering


CONDITIONAL_CHANNEL = ResponseVariation(text="a", conditions=ZH, channel="rest")
DEFAULT_CHANNEL = ResponseVariation(text="b", channel="rest")
CONDITIONAL = ResponseVariation(text="c", conditions=ZH)
DEFAULT = ResponseVariation(text="d")
ALL = [DEFAULT, CONDITIONAL, DEFAULT_CHANNEL, CONDITIONAL_CHANNEL]


@pytest.mark.parametrize(
    ("given", "channel", "language", "expected"),
    [
        (ALL, "rest", "zh", "a"),
        (ALL, "rest", "en", "b"),
        (ALL, "slack", "zh", "c"),
        (ALL, "slack", "en", "d"),
        ([DEFAULT, CONDITIONAL, DEFAULT_CHANNEL], "rest", "zh", "b"),
        ([DEFAULT, CONDITIONAL], "rest", "zh", "c"),
    ],
)
def test_conditions_and_channels_in_rasas_order(
    given: list[ResponseVariation], channel: str, language: str, expected: str
) -> None:
    chosen = suitable_variations(given, slots={"language": language}, channel=channel)
    assert [variation.text for variation in chosen] == [expected]


def test_nothing_fits_another_channel_or_a_failed_condition() -> None:
    assert suitable_variations([CONDITIONAL_CHANNEL, CONDITIONAL], slots={"language": "en"}, channel="rest") == []
    assert render("utter_x", [], slots={}, facts={}, source="", channel="rest", random=Random(0)) is None


def test_all_conditions_must_hold_and_text_compares_without_case() -> None:
    both = ResponseVariation(text="x", conditions=(ResponseCondition("plan", "Gold"), ResponseCondition("paid", True)))
    assert suitable_variations([both], slots={"plan": "GOLD", "paid": True}, channel="rest") == [both]
    assert suitable_variations([both], slots={"plan": "GOLD", "paid": False}, channel="rest") == []
    assert suitable_variations([both], slots={"plan": "GOLD"}, channel="rest") == []


def test_a_condition_may_compare_numbers_none_and_lists() -> None:
    for value in (3, None, ["a"], False):
        variation = ResponseVariation(text="x", conditions=(ResponseCondition("s", value),))
        assert suitable_variations([variation], slots={"s": value}, channel="rest") == [variation]
        assert suitable_variations([variation], slots={"s": "other"}, channel="rest") == []


def test_variations_are_drawn_with_the_given_random() -> None:
    variations = [ResponseVariation(text=str(number)) for number in range(5)]

    def draws(seed: int) -> list[str | None]:
        random = Random(seed)
        return [
            rendering.head
            for _ in range(40)
            if (
                rendering := render("utter_x", variations, slots={}, facts={}, source="", channel="rest", random=random)
            )
        ]

    assert draws(7) == draws(7)
    assert set(draws(7)) == {"0", "1", "2", "3", "4"}


def test_facts_win_over_slots_and_say_where_they_come_from() -> None:
    rendering = say(
        ResponseVariation(text="{order_id}: {status}, {name}"),
        slots={"status": "old", "name": "Li", "unused": 1},
        order_id="K1",
        status="shipped",
    )
    assert rendering.reply.text == "K1: shipped, Li"
    assert rendering.reply.act is not None and rendering.reply.act.name == "utter_x"
    assert rendering.reply.act.facts == (
        Fact("order_id", "K1", "action_x"),
        Fact("status", "shipped", "action_x"),
        Fact("name", "Li", "slot name"),
    )


def test_every_part_but_elements_is_filled() -> None:
    rendering = say(
        ResponseVariation(
            text="{x}",
            image="https://img/{x}.png",
            custom={"blocks": [{"text": "{x}"}]},
            buttons=({"title": "{x}", "payload": '/choose{{"x": "{x}"}}'},),
            quick_replies=({"title": "{x}"},),
            attachment={"url": "{x}"},
            elements=({"title": "{x}"},),
        ),
        x="货",
    )
    reply = rendering.reply
    assert (reply.text, reply.image, reply.custom) == ("货", "https://img/货.png", {"blocks": [{"text": "货"}]})
    assert reply.buttons == ({"title": "货", "payload": '/choose{"x": "货"}'},)
    assert (reply.quick_replies, reply.attachment) == (({"title": "货"},), {"url": "货"})
    assert reply.elements == ({"title": "{x}"},)  # as in Rasa


def test_a_list_adds_one_numbered_line_for_each_row() -> None:
    rendering = say(
        ResponseVariation(text="{count} orders:", list_of="orders", list_text="{index}. {id} ({status}), {shop}"),
        slots={"shop": "Kefu"},
        count=2,
        orders=[{"id": "K1", "status": "shipped"}, {"id": "K2", "status": "已取消"}],
    )
    assert rendering.head == "2 orders:"
    assert rendering.reply.text == "2 orders:\n1. K1 (shipped), Kefu\n2. K2 (已取消), Kefu"
    assert Fact("shop", "Kefu", "slot shop") in rendering.reply.act.facts  # type: ignore[union-attr]


def test_a_list_of_plain_values_and_an_empty_one() -> None:
    variation = ResponseVariation(text="sizes:", list_of="sizes", list_text="- {item}")
    assert say(variation, sizes=["S", "M"]).reply.text == "sizes:\n- S\n- M"
    assert say(variation, sizes=[]).reply.text == "sizes:"


def test_metadata_is_what_rasa_puts_into_the_bot_event() -> None:
    variation = ResponseVariation(text="x", id="v1", metadata={"rephrase": True}, extra={"speak": "yes"})
    assert say(variation).reply.metadata == {
        "utter_action": "utter_x",
        "id": "v1",
        "metadata": {"rephrase": True},
        "speak": "yes",
    }


def test_variation_id_needs_ids_that_tell_the_variations_apart() -> None:
    first, second = ResponseVariation(text="x", id="1"), ResponseVariation(text="y", id="2")
    assert variation_id([first, second]) == "1"
    assert variation_id([first, ResponseVariation(text="z")]) is None
    assert variation_id([first, first]) is None
    assert variation_id([]) is None
