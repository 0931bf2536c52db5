"""What customers call things, linked to products, variants and order lines; and when it takes a question."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from knowledge_base import CustomerScope, ShopSession
from knowledge_base.linking import (
    Comparison,
    choose_variant,
    comparison_of,
    kinds,
    link_lines,
    link_products,
    resolve_options,
    spelled_out,
)
from knowledge_base.linking.kinds import is_called
from knowledge_base.linking.similarity import similarity
from knowledge_base.linking.sizes import size_rank
from knowledge_base.models import Product, Variant


@pytest.mark.parametrize(
    ("mention", "said", "product", "variant"),
    [
        ("linen dress", [], "P1", None),
        ("the linnen dres", [], "P1", None),
        ("亚麻连衣裙", [], "P1", None),
        ("连衣群", [], "P1", None),  # homophone
        ("那条裙子", [], "P1", None),
        ("red dress", ["M"], "P1", "V12"),
        ("dress", ["black"], "P1", "V13"),
        ("黑色连衣裙", [], "P1", "V13"),
        ("深蓝的裙子", [], "P1", "V14"),
        ("台等", [], "P2", None),  # homophone of 台灯, which no index finds
        ("reading lamp", ["red"], "P2", "V22"),
        ("落地灯", [], "P3", "V31"),
    ],
)
def test_a_mention_is_linked(
    session: ShopSession, mention: str, said: list[str], product: str, variant: str | None
) -> None:
    best = link_products(session, mention, said=said).best
    assert best is not None
    assert (best.product.id, best.variant.id if best.variant else None) == (product, variant)


@pytest.mark.parametrize("mention", ["lamp", "灯"])
def test_an_ambiguous_mention_gives_the_real_candidates(session: ShopSession, mention: str) -> None:
    linked = link_products(session, mention, among=session.query(Product).all())
    assert linked.ambiguous
    assert linked.best is None
    assert {candidate.product.id for candidate in linked.choices} == {"P2", "P3"}


@pytest.mark.parametrize("mention", ["submarine", "潜水艇", "", "🙂", "the one"])
def test_what_the_shop_does_not_have_links_to_nothing(session: ShopSession, mention: str) -> None:
    assert link_products(session, mention).candidates == ()


def test_among_shown_products_options_alone_are_enough(session: ShopSession) -> None:
    shown = [session.get_one(Product, "P1"), session.get_one(Product, "P3")]
    best = link_products(session, "the red one", among=shown).best
    assert best is not None
    assert best.product.id == "P1"


def test_lines_of_an_order_are_told_apart_by_what_was_bought(wei: CustomerScope) -> None:
    order = wei.find_order("K1000005")  # a red dress in M and a red lamp
    assert order is not None
    for mention, line in (("the lamp", "K1000005-1"), ("连衣裙", "K1000005-0"), ("red dress", "K1000005-0")):
        best = link_lines(wei.session, order.lines, mention).best
        assert best is not None
        assert best.line is not None
        assert best.line.id == line
    assert link_lines(wei.session, order.lines, "red one").ambiguous
    assert link_lines(wei.session, order.lines, "sofa").candidates == ()


def dress(session: ShopSession) -> Product:
    return session.get_one(Product, "P1")


@pytest.mark.parametrize(
    ("said", "variants"),
    [
        (["red"], ["V11", "V12"]),
        (["红色", "中号"], ["V12"]),
        (["M码", "黑"], ["V13"]),
        (["navi"], ["V14"]),
        (["dark blue"], ["V14"]),
        (["size M in black"], ["V13"]),
        (["red", "L"], ["V11", "V12", "V14"]),  # none has both: each has one
    ],
)
def test_options_choose_variants(session: ShopSession, said: list[str], variants: list[str]) -> None:
    choice = choose_variant(
        session, dress(session), [word for word in said if word != "黑"] + ["黑色"] * ("黑" in said)
    )
    top = choice.matches[0].score
    assert sorted(match.variant.id for match in choice.matches if match.score == top) == variants
    assert (choice.best is not None) == (len(variants) == 1)


def test_a_word_that_is_no_option_is_told(session: ShopSession) -> None:
    assert resolve_options(session, dress(session), ["green"]) == ([], ["green"])
    assert choose_variant(session, dress(session), ["green"]).unknown == ("green",)


def test_what_is_not_mentioned_stays_as_it_is(session: ShopSession) -> None:
    red_medium = session.get_one(Variant, "V12")
    same_in_black = choose_variant(session, dress(session), ["black"], base=red_medium)
    assert same_in_black.best is not None
    assert same_in_black.best.id == "V13"
    smaller = choose_variant(session, dress(session), base=red_medium, comparison=Comparison.SMALLER)
    assert smaller.best is not None
    assert smaller.best.id == "V11"


@pytest.mark.parametrize(
    ("comparison", "base", "variants"),
    [
        (Comparison.CHEAPEST, None, ["V11"]),
        (Comparison.CHEAPER, "V12", ["V11"]),
        (Comparison.DEARER, "V12", ["V13", "V14"]),
        (Comparison.BIGGER, "V12", ["V14"]),
        (Comparison.BIGGEST, None, ["V14"]),
        (Comparison.CHEAPER, "V11", []),
        (Comparison.BIGGER, "V14", []),
    ],
)
def test_comparisons(session: ShopSession, comparison: Comparison, base: str | None, variants: list[str]) -> None:
    start = session.get_one(Variant, base) if base else None
    choice = choose_variant(session, dress(session), base=start, comparison=comparison)
    assert sorted(match.variant.id for match in choice.matches) == variants


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("the bigger one", Comparison.BIGGER),
        ("大一号的", Comparison.BIGGER),
        ("便宜一点的那个", Comparison.CHEAPER),
        ("最便宜的", Comparison.CHEAPEST),
        ("the most expensive", Comparison.DEAREST),
        ("the black one", None),
    ],
)
def test_comparisons_are_read_from_words(text: str, comparison: Comparison | None) -> None:
    assert comparison_of(text) == comparison


def test_sizes_are_ordered() -> None:
    for sizes in (["XS", "S", "M", "L", "XL", "2XL"], ["500ml", "1L", "1.5 liters"], ["64GB", "1TB SSD"], ["38", "42"]):
        ranks = [size_rank(size) for size in sizes]
        assert None not in ranks
        assert ranks == sorted(ranks)  # type: ignore[type-var]
    assert size_rank("red") is None


def test_names_are_compared_within_a_language() -> None:
    assert similarity("ear buds", "Earbuds") == 1.0
    assert similarity("dress", "裙子") == 0.0
    assert (
        similarity("desk lamp", "Desk lamp") > similarity("lamp", "Desk lamp") > similarity("desk chair", "Desk lamp")
    )
    assert similarity("连衣裙", "亚麻连衣裙") > similarity("连衣群", "亚麻连衣裙") > similarity("裤子", "亚麻连衣裙")


@pytest.mark.parametrize(
    ("names", "said", "is_it"),
    [
        (["沙发毯", "加厚盖毯"], "沙发", False),
        (["沙发毯", "加厚盖毯"], "毯", True),
        (["Laptop Sleeve"], "laptop", False),
        (["Laptop Sleeve"], "sleeves", True),
        (["LED Desk Lamp with Wireless Charging"], "lamp", True),
        (["LED Desk Lamp with Wireless Charging"], "wireless charging", False),
        (["Shirts & T-shirts"], "shirt", True),
        (["亚麻立领衬衫"], "亚麻衬衫", True),
        (["Linen Shirt"], "linnen shirts", True),
    ],
)
def test_the_last_word_of_a_name_says_what_a_thing_is(names: list[str], said: str, is_it: bool) -> None:
    assert is_called(names, said) == is_it


def test_things_of_a_kind_are_told_from_those_that_go_with_it(session: ShopSession) -> None:
    products = session.scalars(select(Product)).all()
    assert [product.id for product in kinds(products, "裙子")] == ["P1"]
    assert [product.id for product in kinds(products, "lamps")] == ["P2", "P3"]
    assert kinds(products, "phone") == []


@pytest.mark.parametrize(
    ("text", "name", "product"),
    [
        ("那个亚麻连衣裙还有吗", "亚麻连衣裙", "P1"),
        ("are the Desk Lamps in stock?", "desk lamp", "P2"),
        ("都有什么", "", None),
    ],
)
def test_a_name_that_is_spelled_out_is_found_in_a_sentence(
    session: ShopSession, text: str, name: str, product: str | None
) -> None:
    said, found = spelled_out(session, text)
    assert (said, found and found.id) == (name, product)
