"""Whole sentences about an order's things: which are meant, and what each is to become."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge_base import ShopSession
from knowledge_base.linking.passages import plain
from knowledge_base.linking.pieces import read_pieces, variants_with
from knowledge_base.models import Attribute, OrderLine, Product, Variant

VALUES = [
    ("colour", "颜色", "red", "红色"),
    ("colour", "颜色", "black", "黑色"),
    ("colour", "颜色", "white", "白色"),
    ("size", "尺码", "M", "中号"),
    ("size", "尺码", "L", "大号"),
    ("ventilation", "透气性", "medium", "中"),
    ("ventilation", "透气性", "high", "高"),
    ("capacity", "容量", "1 liter", "1升"),
    ("capacity", "容量", "2 liters", "2升"),
    ("pieces", "片数", "500", "500"),
    ("pieces", "片数", "1000", "1000"),
    ("waterproof", "防水", "yes", "是"),
    ("waterproof", "防水", "no", "否"),
]
HELMET = (
    "Cycling Helmet",
    "骑行头盔",
    [("red", "L", "medium"), ("red", "M", "medium"), ("red", "M", "high"), ("white", "L", "medium")],
)
KETTLE = ("Kettle", "水壶", [("black", "1 liter"), ("white", "1 liter"), ("white", "2 liters"), ("red", "2 liters")])
PUZZLE = ("Jigsaw Puzzle", "拼图", [("500",), ("1000",)])
CAMERA = ("Action Camera", "运动相机", [("black", "no"), ("black", "yes")])
NAMES = {
    "Cycling Helmet": ("colour", "size", "ventilation"),
    "Kettle": ("colour", "capacity"),
    "Jigsaw Puzzle": ("pieces",),
    "Action Camera": ("colour", "waterproof"),
}  # fmt: skip


def things() -> list[OrderLine]:
    """One of each product, in its first variant, and a white kettle beside the black one."""
    lines: list[OrderLine] = []
    for en, zh, versions in (HELMET, KETTLE, PUZZLE, CAMERA):
        product = Product(id=en, name_en=en, name_zh=zh, synonyms_en=[], synonyms_zh=[])
        product.variants = [
            Variant(id=f"{en} {' '.join(values)}", options=dict(zip(NAMES[en], values, strict=True)), price=Decimal(1))
            for values in versions
        ]
        bought = product.variants[:2] if en == "Kettle" else product.variants[:1]
        lines += [OrderLine(id=v.id, variant=v, variant_id=v.id, quantity=1) for v in bought]
    return lines


@pytest.fixture
def lines(session: ShopSession) -> list[OrderLine]:
    known = {(row.name, row.value) for row in session.query(Attribute)}
    session.add_all(
        Attribute(
            name=name,
            name_en=name,
            name_zh=zh,
            value=value,
            value_en=value,
            value_zh=said,
            synonyms_en=[],
            synonyms_zh=[],
        )
        for name, zh, value, said in VALUES
        if (name, value) not in known
    )
    session.flush()
    with session.no_autoflush:
        return things()


HELMET_L, BLACK_KETTLE, WHITE_KETTLE, PUZZLE_500, DRY_CAMERA = (
    "Cycling Helmet red L medium", "Kettle black 1 liter", "Kettle white 1 liter", "Jigsaw Puzzle 500", "Action Camera black no",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("swap the helmet for a white one", {HELMET_L: "Cycling Helmet white L medium"}),
        ("I'd like the helmet in M, with high ventilation", {HELMET_L: "Cycling Helmet red M high"}),
        (
            "exchange the red L Cycling Helmet with the M, red, medium ventilation version",
            {HELMET_L: "Cycling Helmet red M medium"},
        ),
        ("instead of red I want the cycling helmet to be white", {HELMET_L: "Cycling Helmet white L medium"}),
        ("chnage the cyclng helmet to whtie", {HELMET_L: "Cycling Helmet white L medium"}),
        ("把骑行头盔换成白色的", {HELMET_L: "Cycling Helmet white L medium"}),
        ("头盔尺码换中号，透气性高", {HELMET_L: "Cycling Helmet red M high"}),
        ("骑行头盔换成尺码：中号，透气性：高的", {HELMET_L: "Cycling Helmet red M high"}),
        ("a 1000-piece jigsaw puzzle instead of the 500 piece one", {PUZZLE_500: "Jigsaw Puzzle 1000"}),
        ("拼图要1000片的", {PUZZLE_500: "Jigsaw Puzzle 1000"}),
        ("make the camera waterproof", {DRY_CAMERA: "Action Camera black yes"}),
        ("相机要防水的", {DRY_CAMERA: "Action Camera black yes"}),
        ("运动相机要防水的", {DRY_CAMERA: "Action Camera black yes"}),
        (
            "change the black kettle to the red two liter one and the helmet to white",
            {BLACK_KETTLE: "Kettle red 2 liters", HELMET_L: "Cycling Helmet white L medium"},
        ),
        (
            "把黑色的水壶换成红色、2升的，拼图换成1000片",
            {BLACK_KETTLE: "Kettle red 2 liters", PUZZLE_500: "Jigsaw Puzzle 1000"},
        ),
    ],
)
def test_what_a_thing_is_to_become_is_read_from_the_whole_sentence(
    session: ShopSession, lines: list[OrderLine], text: str, becomes: dict[str, str]
) -> None:
    wanted = read_pieces(session, text, lines).wanted
    by_id = {line.id: line for line in lines}
    found = {
        key: [v.id for v in variants_with(by_id[key].variant, by_id[key].variant, said)] for key, said in wanted.items()
    }
    assert found == {key: [variant] for key, variant in becomes.items()}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("return the black kettle and the puzzle", [BLACK_KETTLE, PUZZLE_500]),
        ("the kettle - the white one - please", [WHITE_KETTLE]),
        ("不要退白色的水壶，退拼图", [PUZZLE_500]),
        ("not the helmet, the puzzle", [PUZZLE_500]),
        ("白色的水壶和拼图想退", [WHITE_KETTLE, PUZZLE_500]),
        ("the white one", [WHITE_KETTLE]),
    ],
)
def test_what_it_describes_says_which_thing_is_meant(
    session: ShopSession, lines: list[OrderLine], text: str, meant: list[str]
) -> None:
    reading = read_pieces(session, text, lines)
    assert [line.id for line in reading.lines] == meant and reading.wanted == {}


def test_one_of_two_alike_is_open(session: ShopSession, lines: list[OrderLine]) -> None:
    reading = read_pieces(session, "I want to return the kettle", lines)
    assert reading.lines == [] and [[line.id for line in several] for several in reading.open] == [
        [BLACK_KETTLE, WHITE_KETTLE]
    ]


def test_a_customer_may_be_called_like_an_option(session: ShopSession, lines: list[OrderLine]) -> None:
    text = "I'm Anna White and I want another helmet"
    assert read_pieces(session, text, lines).wanted
    assert read_pieces(session, text, lines, hidden=["Anna", "White"]).wanted == {}


def test_an_answer_without_a_name_is_about_what_was_asked(session: ShopSession, lines: list[OrderLine]) -> None:
    helmet = next(line for line in lines if line.id == HELMET_L)
    assert set(read_pieces(session, "white please", lines, about=[helmet]).wanted) == {HELMET_L}


@pytest.mark.parametrize(
    ("said", "same"), [("two liters", "2 litres"), ("15英寸", "15-inch"), ('15"', "15 inches"), ("６ feet", "6ft")]
)
def test_units_are_one_however_they_are_written(said: str, same: str) -> None:
    assert plain(said) == plain(same)


@pytest.mark.parametrize(
    "text",
    ["the puzzle for an identical one and the helmet for a white one", "把拼图换成同款，骑行头盔换成白色的"],
)
def test_one_of_several_things_may_be_wanted_again_as_it_is(
    session: ShopSession, lines: list[OrderLine], text: str
) -> None:
    reading = read_pieces(session, text, lines)
    assert [line.id for line in reading.same] == [PUZZLE_500] and set(reading.wanted) == {HELMET_L}
