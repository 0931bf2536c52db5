"""Slots instead of values, and back."""

from __future__ import annotations

import pytest

from bot.nlg.slots import fill_slots, hide_values, slots_of, to_slots


def test_templates_become_slots_and_slots_values() -> None:
    slotted = to_slots("Order {order_id} is {status} {{sic}}.")
    assert slotted == "Order [order_id] is [status] {sic}."
    assert slots_of(slotted) == ("order_id", "status")
    assert fill_slots("[status]: 订单 [order_id].", {"order_id": "K1", "status": "shipped"}) == "Shipped: 订单 K1."


def test_a_slot_without_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill_slots("[price]", {})


def test_a_value_that_ends_a_sentence_brings_no_second_full_stop() -> None:
    assert fill_slots("[a].", {"a": "15% off."}) == "15% off."


def test_a_name_keeps_its_letters_at_the_beginning() -> None:
    assert fill_slots("[p] costs", {"p": "iPhone 15"}) == "iPhone 15 costs"


def test_a_customers_words_show_no_values() -> None:
    values = {"order_id": "K1048213", "size": "M", "n": 3}
    assert hide_values("wheres k1048213? 3 days", values, ("order_id", "size", "n")) == "wheres [order_id]? 3 days"
