"""What goes with a product, what is like it, and what a customer may like by what they bought; each with its reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge_base import CustomerScope, ShopSession
from knowledge_base.models import Customer, Order, OrderLine, Product, Variant
from knowledge_base.recommending import Recommendation, Why, complementary, for_customer, similar
from knowledge_base.search import refresh

NOBODY = None


@pytest.fixture
def lamps(session: ShopSession) -> ShopSession:
    """The shop with four more lamps of two brands and a bulb; the desk lamp P2 goes with the bulb and a sold-out shade."""
    _add(session, "BULB", "Warm bulb", "暖光灯泡", brand="Lumo")
    _add(session, "SHADE", "Lamp shade", "灯罩", stock=0)
    _add(session, "CLIP", "Clip-on desk lamp", "夹式台灯", brand="Lumo", options={"colour": "red"})
    _add(session, "PIANO", "Piano desk lamp", "钢琴台灯", brand="Klang", options={"colour": "black"})
    _add(session, "TRAVEL", "Foldable desk lamp", "折叠台灯", brand="Klang", options={"colour": "navy"}, stock=0)
    session.get_one(Product, "P2").complements = ["SHADE", "BULB", "P1", "GONE"]
    session.get_one(Product, "P3").brand = "Klang"
    session.add_all(Customer(id=f"B{number}", first_name="Min", last_name="Li") for number in range(10))
    session.flush()
    refresh(session)
    return session


def _add(
    session: ShopSession,
    key: str,
    en: str,
    zh: str,
    *,
    brand: str | None = None,
    options: dict[str, str] | None = None,
    stock: int = 9,
) -> None:
    session.add(Product(id=key, category_id="home", name_en=en, name_zh=zh, brand=brand))
    session.flush()
    session.add(Variant(id=f"{key}-v", product_id=key, options=options or {}, price=Decimal("50.00"), stock=stock))
    session.flush()


def _order(session: ShopSession, customer_id: str, *variants: str, status: str = "delivered") -> None:
    key = f"{customer_id}-{'-'.join(variants)}-{status}"
    lines = [
        OrderLine(id=f"{key}-{place}", position=place, variant_id=variant, unit_price=Decimal("1.00"))
        for place, variant in enumerate(variants)
    ]
    session.add(Order(id=key, customer_id=customer_id, status=status, lines=lines))
    session.flush()


def ids(found: list[Recommendation]) -> list[str]:
    return [one.product.id for one in found]


def test_what_the_shop_says_goes_with_a_product_can_be_had_and_is_not_owned(lamps: ShopSession) -> None:
    lamp = lamps.get_one(Product, "P2")
    anybody = complementary(CustomerScope(lamps, NOBODY), lamp)
    assert ids(anybody) == ["BULB", "P1"]  # the shade is sold out
    assert {(one.why, one.basis.id, one.was_bought) for one in anybody} == {(Why.GOES_WITH, "P2", False)}
    owner = complementary(CustomerScope(lamps, "C1"), lamp)  # of the lamp and the dress
    assert [(one.product.id, one.was_bought) for one in owner] == [("BULB", True)]


def test_things_bought_together_count_when_three_customers_did(lamps: ShopSession) -> None:
    lamp, scope = lamps.get_one(Product, "PIANO"), CustomerScope(lamps, NOBODY)
    for number in range(2):
        _order(lamps, f"B{number}", "PIANO-v", "V31")
    _order(lamps, "B1", "PIANO-v", "V31", "BULB-v")  # the same customer again
    _order(lamps, "B7", "PIANO-v", "V31", status="cancelled")
    assert complementary(scope, lamp) == []
    _order(lamps, "B8", "PIANO-v", "V31")
    (only,) = complementary(scope, lamp)
    assert (only.product.id, only.why) == ("P3", Why.BOUGHT_TOGETHER)


def test_similar_things_are_of_the_same_category_and_can_be_had(lamps: ShopSession) -> None:
    found = similar(CustomerScope(lamps, NOBODY), lamps.get_one(Product, "P2"))
    assert ids(found)[:2] == ["CLIP", "PIANO"]
    assert "TRAVEL" not in ids(found) and "P2" not in ids(found) and "P1" not in ids(found)
    assert {one.why for one in found} == {Why.SIMILAR}


def test_what_a_customer_liked_before_comes_first(lamps: ShopSession) -> None:
    desk_lamp = lamps.get_one(Product, "P2")
    _order(lamps, "B0", "V31")  # black and of Klang, as the piano lamp is
    (first, *_) = similar(CustomerScope(lamps, "B0"), desk_lamp)
    assert (first.product.id, first.brand_known) == ("PIANO", True)
    assert ids(similar(CustomerScope(lamps, NOBODY), desk_lamp))[0] == "CLIP"


def test_the_size_always_taken_is_the_one_recommended(lamps: ShopSession) -> None:
    lamps.get_one(Product, "BULB").complements = ["P1"]
    lamps.add(Product(id="COAT", category_id="clothing", name_en="Coat", name_zh="大衣"))
    lamps.flush()
    lamps.add_all(
        Variant(id=f"COAT-{size}", product_id="COAT", options={"size": size}, price=Decimal("90.00")) for size in "ML"
    )
    lamps.flush()
    _order(lamps, "B0", "COAT-M", "BULB-v")
    _order(lamps, "B0", "COAT-M")
    _order(lamps, "B1", "COAT-L")
    (dress,) = complementary(CustomerScope(lamps, "B0"), lamps.get_one(Product, "BULB"))
    assert (dress.usual, [variant.id for variant in dress.variants]) == ({"size": "M"}, ["V12", "V13"])
    assert (dress.was_bought, dress.basis.id) == (True, "BULB")
    (dress,) = complementary(CustomerScope(lamps, "B1"), lamps.get_one(Product, "BULB"))  # took L once
    assert dress.usual == {}


def test_a_customer_is_recommended_things_by_what_they_bought(lamps: ShopSession) -> None:
    _order(lamps, "B0", "V21", "V31")
    _order(lamps, "B0", "CLIP-v", status="return requested")
    found = for_customer(CustomerScope(lamps, "B0"), limit=4)
    assert [(one.product.id, one.why, one.basis.id) for one in found[:2]] == [
        ("BULB", Why.GOES_WITH, "P2"),
        ("P1", Why.GOES_WITH, "P2"),
    ]
    assert {one.why for one in found[2:]} == {Why.SIMILAR}
    assert not {"P2", "P3", "CLIP"} & set(ids(found))
    assert len(set(ids(found))) == len(found) == 3
    assert all(one.was_bought for one in found)


def test_without_orders_nothing_is_said_of_anybody_elses(lamps: ShopSession) -> None:
    assert for_customer(CustomerScope(lamps, NOBODY)) == []
    assert for_customer(CustomerScope(lamps, "B9")) == []
