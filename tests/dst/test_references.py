"""Pointing at what was shown."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dst.numbers import cardinal, ordinal
from bot.dst.references import FOCUS, LISTED, ReferenceResolver
from bot.message import Entity, Understanding

ORDERS: list[dict[str, Any]] = [
    {
        "entity": "order_number",
        "value": "K1000001",
        "names": ["Trail running shoes", "越野跑鞋"],
        "price": 399.0,
        "date": "2026-11-01",
    },
    {
        "entity": "order_number",
        "value": "K1000002",
        "names": ["Red linen dress", "红色亚麻连衣裙"],
        "price": 259.0,
        "date": "2026-11-15",
    },
    {
        "entity": "order_number",
        "value": "K1000003",
        "names": ["Desk lamp", "台灯"],
        "price": 89.0,
        "date": "2026-10-03",
    },
]


def said(text: str, mention: str | None = None, **entities: str) -> Understanding:
    found = [Entity(name, value) for name, value in entities.items()]
    if mention:
        start = text.index(mention)
        found.append(Entity("mention", mention, start, start + len(mention)))
    return Understanding(text, entities=tuple(found))


def resolved(understanding: Understanding, **slots: Any) -> list[Any]:
    linked = ReferenceResolver().link(understanding, slots)
    return [entity.value for entity in linked.entities if entity.extractor == "ReferenceResolver"]


@pytest.mark.parametrize(
    ("text", "mention", "expected"),
    [
        ("cancel the second one", "the second one", ["K1000002"]),
        ("取消第二个", "第二个", ["K1000002"]),
        ("the last one please", "the last one", ["K1000003"]),
        ("最后那个吧", "最后那个", ["K1000003"]),
        ("the cheaper one", "the cheaper one", ["K1000003"]),
        ("便宜的那个", "便宜的那个", ["K1000003"]),
        ("my latest one", "my latest one", ["K1000002"]),
        ("both of them", "both", ["K1000001", "K1000002", "K1000003"]),
        ("亚麻那件怎么样", "亚麻那件", ["K1000002"]),
        ("that trail one", "that trail one", ["K1000001"]),
        ("那个亚麻的", "那个亚麻的", ["K1000002"]),
        ("the green one", "the green one", []),
    ],
)
def test_a_mention_points_into_the_list(text: str, mention: str, expected: list[str]) -> None:
    assert resolved(said(text, mention), **{LISTED: ORDERS}) == expected


def test_that_one_is_what_is_being_talked_about() -> None:
    assert resolved(said("刚才那件能退吗", "刚才那件"), **{LISTED: ORDERS, FOCUS: ORDERS[1]}) == ["K1000002"]


def test_that_one_is_nothing_when_several_were_shown_and_none_is_in_focus() -> None:
    assert resolved(said("that one", "that one"), **{LISTED: ORDERS}) == []


def test_a_thing_called_by_its_name_is_found_without_a_mention() -> None:
    assert resolved(said("the lamp", product="lamp"), **{LISTED: ORDERS}) == ["K1000003"]
    assert resolved(said("跑鞋那单", product="跑鞋"), **{LISTED: ORDERS}) == ["K1000001"]


def test_a_bare_number_picks_from_the_list_but_a_large_one_does_not() -> None:
    assert resolved(said("2"), **{LISTED: ORDERS}) == ["K1000002"]
    assert resolved(said("12"), **{LISTED: ORDERS}) == []


def test_nothing_is_added_twice() -> None:
    understanding = Understanding(
        "the second one", entities=(Entity("mention", "the second one"), Entity("order_number", "K1000002"))
    )
    assert resolved(understanding, **{LISTED: ORDERS}) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("two", 2), ("三件", 3), ("两双", 2), ("a dozen", 12), ("１２", 12), ("十二个", 12), ("many", None)],
)
def test_cardinals(text: str, number: int | None) -> None:
    assert cardinal(text) == number


@pytest.mark.parametrize(
    ("text", "position"), [("第3个", 3), ("the 2nd", 2), ("第十个", None), ("number 1", 1), ("red", None)]
)
def test_ordinals(text: str, position: int | None) -> None:
    assert ordinal(text, 4) == position


def test_what_another_knowledge_base_listed_is_left_to_it() -> None:
    slots = {"knowledge_base_listed_objects": [0, 2], "knowledge_base_last_object": 2}
    understanding = Understanding("the second one", entities=(Entity("mention", "2", 4, 10),))
    assert ReferenceResolver().link(understanding, slots) == understanding
