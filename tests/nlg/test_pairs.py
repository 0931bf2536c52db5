"""The wordings that the GPT is adapted on."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from bot.message import Fact
from bot.nlg.grounding import check
from bot.nlg.pairs import Act, draw_pairs, read_acts
from bot.nlg.slots import fill_slots, slots_of
from bot.project import Project

ROOT = Path(__file__).parents[2]
PAIRS = ROOT / "data/nlg/pairs.jsonl"
VALUES = {
    "status": "being prepared",
    "amount": "¥299.00",
    "total": "¥1,299.00",
    "price": "¥189.00",
    "count": "3",
    "stock": "7",
    "placed_on": "November 18, 2026",
    "estimated": "November 23",
    "delivered_on": "November 19",
    "valid_until": "November 30",
    "available_from": "December 2",
    "last_time": "November 20, 14:30",
    "last_event": "left the sorting centre",
    "last_place": "Guangzhou",
    "place": "left with the neighbour",
    "hours": "daily from 9:00 to 21:00",
    "description": "15% off lamps.",
    "sizes": "S, M, L",
    "variant": "black, large",
    "attribute": "material",
    "value": "bamboo",
    "basis": "your last order",
    "query": "red dress",
    "product": "Aurora Desk Lamp",
    "item": "Linen Shirt (blue, M)",
    "new_item": "Linen Shirt (red, L)",
    "items": "Linen Shirt (blue, M)",
    "name": "Anna Weiss",
    "title": "Weiss Trading Ltd",
    "address": "12 Hill Road, Leeds LS1 4AB",
    "carrier": "SF Express",
    "method": "Visa ending in 4242",
    "order_id": "K1048213",
    "return_id": "R50012",
    "invoice_id": "INV-2026-00123",
    "ticket_id": "T20931",
    "tracking_number": "SF1234567890123",
    "code": "AUTUMN15",
}


@pytest.mark.parametrize("act", read_acts(PAIRS), ids=lambda act: act.name)
def test_every_wording_is_a_grounded_one_of_its_template(act: Act) -> None:
    (template,) = act.templates
    facts = [Fact(name, VALUES[name], "test") for name in dict.fromkeys(slots_of(template))]
    for wording in act.wordings:
        assert check(fill_slots(wording, VALUES), facts, fill_slots(template, VALUES), "en").why == (
            "every value comes from the facts"
        ), wording


def test_the_templates_are_what_the_responses_say() -> None:
    responses = Project.load(ROOT).domain.responses
    for act in read_acts(PAIRS):
        english = [
            re.sub(r"{(\w+)}", r"[\1]", variation.text or "")
            for variation in responses.get(act.name, ())
            if variation.rephrase
        ]
        assert not english or set(act.templates) <= set(english), act.name


def test_there_are_enough_and_no_two_are_the_same() -> None:
    acts = read_acts(PAIRS)
    assert len(acts) >= 35 and sum(len(act.wordings) for act in acts) >= 350
    assert max(Counter(wording for act in acts for wording in act.wordings).values()) == 1


def test_drawing_repeats_with_the_seed_and_renames_slots_everywhere() -> None:
    acts = read_acts(PAIRS)
    first = draw_pairs(acts, rounds=1, random=Random(3))
    assert first == draw_pairs(acts, rounds=1, random=Random(3)) != draw_pairs(acts, rounds=1, random=Random(4))
    assert all(set(slots_of(pair.template)) == set(slots_of(pair.wording)) for pair in first)
    assert all(pair.template != pair.wording for pair in first)
    assert any("[order]" in pair.wording for pair in first)


def test_a_line_of_another_shape_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"act": "a", "wording": "x"}\n{"act": "a", "worth": "y"}\n')
    with pytest.raises(ValueError, match=r"pairs.jsonl:2: expected an act"):
        read_acts(path)
