"""Features of slots, beside those of Rasa 3.6.21 for the same values."""

from __future__ import annotations

from typing import Any

import pytest

from bot.formats.domain import parse_domain
from bot.slots import Slot


@pytest.mark.parametrize(
    ("value", "features"),
    [
        (None, (0.0, 0.0)),
        (True, (1.0, 1.0)),
        (False, (1.0, 0.0)),
        ("True", (1.0, 1.0)),
        (" false ", (1.0, 0.0)),
        (1, (1.0, 1.0)),
        ("1", (1.0, 1.0)),
        (3, (1.0, 0.0)),
        (5.5, (1.0, 0.0)),
        ("yes", (0.0, 0.0)),
        ("好", (0.0, 0.0)),
        ([], (0.0, 0.0)),
    ],
)
def test_a_bool_knows_true_false_and_neither(value: Any, features: tuple[float, ...]) -> None:
    assert Slot("sure", "bool").features(value) == features


def test_null_is_no_value_of_a_categorical_slot() -> None:
    domain = "slots:\n  辣度: {type: categorical, values: [Mild, 3, null], mappings: [{type: custom}]}\n"
    slot = parse_domain(domain).slots["辣度"]
    assert slot.values == ("mild", "3")
    assert slot.features("MILD") == (1.0, 0.0, 0.0)
    assert slot.features("hot") == (0.0, 0.0, 1.0)
    assert slot.features(None) == (0.0, 0.0, 0.0)
