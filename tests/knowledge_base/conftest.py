"""A small shop, built by hand: two customers, a dress, a lamp and a phone case, and orders in several states."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from knowledge_base import CustomerScope, KnowledgeBase, ShopSession
from knowledge_base.models import (
    Address,
    Article,
    Attribute,
    Base,
    Category,
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Shipment,
    ShipmentEvent,
    Variant,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
HOME = {
    "address1": "中山路88号",
    "address2": "3栋502",
    "city": "上海市",
    "state": "上海",
    "country": "中国",
    "zip": "200001",
    "recipient": "李伟",
    "phone": "13800138000",
}


def catalogue() -> list[Base]:
    """Three products with their attributes, and two articles."""
    values = {
        ("colour", "颜色"): [
            ("red", "红色", ["crimson"], ["大红"]),
            ("black", "黑色", [], []),
            ("navy", "藏青色", ["dark blue"], ["深蓝"]),
        ],
        ("size", "尺码"): [
            ("S", "S", ["small"], ["小号"]),
            ("M", "M", ["medium"], ["中号"]),
            ("L", "L", ["large"], ["大号"]),
        ],
    }
    rows: list[Base] = [
        Attribute(
            name=name,
            value=value,
            name_en=name,
            name_zh=name_zh,
            value_en=value,
            value_zh=value_zh,
            synonyms_en=synonyms_en,
            synonyms_zh=synonyms_zh,
        )
        for (name, name_zh), entries in values.items()
        for value, value_zh, synonyms_en, synonyms_zh in entries
    ]
    rows += [
        Category(id="clothing", name_en="Clothing", name_zh="服装", synonyms_en=["clothes"], synonyms_zh=["衣服"]),
        Category(id="home", name_en="Home", name_zh="家居", synonyms_en=[], synonyms_zh=[]),
        _product(
            "P1", "clothing", "Linen dress", "亚麻连衣裙", ["summer dress"], ["裙子"], "A light dress.", "轻薄的裙子。"
        ),
        _product(
            "P2",
            "home",
            "Desk lamp",
            "台灯",
            ["reading lamp"],
            ["护眼灯"],
            "Warm light for reading.",
            "适合阅读的暖光。",
        ),
        _product("P3", "home", "Floor lamp", "落地灯", [], [], "A tall lamp.", "高高的灯。"),
        _variant("V11", "P1", {"colour": "red", "size": "S"}, "red, S", "红色，S", "199.00", 3),
        _variant("V12", "P1", {"colour": "red", "size": "M"}, "red, M", "红色，M", "219.00", 3),
        _variant("V13", "P1", {"colour": "black", "size": "M"}, "black, M", "黑色，M", "239.00", 1),
        _variant("V14", "P1", {"colour": "navy", "size": "L"}, "navy, L", "藏青色，L", "239.00", 0),
        _variant("V21", "P2", {"colour": "black"}, "black", "黑色", "89.00", 10),
        _variant("V22", "P2", {"colour": "red"}, "red", "红色", "99.00", None),
        _variant("V31", "P3", {"colour": "black"}, "black", "黑色", "399.00", 2),
        Article(
            id="A1",
            slug="refund-time",
            topic="refunds",
            title_en="When a refund arrives",
            title_zh="退款多久到账",
            questions_en=["When do I get my money back?", "How long does a refund take?"],
            questions_zh=["退款什么时候到", "钱多久退回来"],
            body_en="Refunds to a gift card arrive at once, all others within 5 to 7 business days.",
            body_zh="退到礼品卡即时到账，其他方式5至7个工作日。",
        ),
        Article(
            id="A2",
            slug="shipping-fee",
            topic="shipping",
            title_en="Shipping costs",
            title_zh="运费",
            questions_en=["How much is shipping?"],
            questions_zh=["运费多少钱", "包邮吗"],
            body_en="Orders over 99 ship free.",
            body_zh="满99元包邮。",
        ),
    ]
    return rows


def _product(
    key: str, category: str, en: str, zh: str, more_en: list[str], more_zh: list[str], about_en: str, about_zh: str
) -> Product:
    return Product(
        id=key,
        category_id=category,
        name_en=en,
        name_zh=zh,
        synonyms_en=more_en,
        synonyms_zh=more_zh,
        description_en=about_en,
        description_zh=about_zh,
        facts=[
            {"key": "warranty", "label_en": "Warranty", "label_zh": "保修", "value_en": "1 year", "value_zh": "一年"}
        ],
    )


def _variant(
    key: str, product: str, options: dict[str, str], en: str, zh: str, price: str, stock: int | None
) -> Variant:
    return Variant(
        id=key, product_id=product, options=options, display_en=en, display_zh=zh, price=Decimal(price), stock=stock
    )


def customers() -> list[Base]:
    """Li Wei with a card, PayPal and a gift card; Anna Smith with a card."""
    return [
        Customer(
            id="C1",
            first_name="Wei",
            last_name="Li",
            name_zh="李伟",
            email="Li.Wei@Example.com",
            phone="+86 138 0013 8000",
        ),
        Customer(id="C2", first_name="Anna", last_name="Smith", email="anna@example.com", phone="020 7946 0000"),
        Address(id="A11", customer_id="C1", is_default=True, **HOME),
        Address(id="A21", customer_id="C2", is_default=True, address1="1 Baker St", city="London", zip="NW1 6XE"),
        PaymentMethod(id="card1", customer_id="C1", kind="credit_card", label="Visa 4412", last_four="4412"),
        PaymentMethod(id="paypal1", customer_id="C1", kind="paypal"),
        PaymentMethod(id="gift1", customer_id="C1", kind="gift_card", balance=Decimal("30.00")),
        PaymentMethod(id="card2", customer_id="C2", kind="credit_card"),
    ]


def order(
    key: str,
    status: str,
    lines: list[tuple[str, int, str]],
    *,
    customer: str = "C1",
    method: str = "card1",
    days_ago: int = 3,
    discount: str = "0.00",
) -> Order:
    """An order of (variant, quantity, unit price) lines, paid in full by one method."""
    made = Order(
        id=key,
        customer_id=customer,
        status=status,
        placed_at=NOW - timedelta(days=days_ago),
        address=dict(HOME),
        shipping_fee=Decimal("0.00"),
        discount=Decimal(discount),
        lines=[
            OrderLine(id=f"{key}-{n}", position=n, variant_id=variant, quantity=quantity, unit_price=Decimal(price))
            for n, (variant, quantity, price) in enumerate(lines)
        ],
    )
    paid = made.total
    made.payments = [Payment(id=f"{key}-p", method_id=method, kind="payment", amount=paid, at=made.placed_at)]
    return made


def orders() -> list[Base]:
    """One order in each state that matters, and one of the other customer."""
    parcel = Shipment(
        id="S1",
        order_id="K1000002",
        tracking_number="SF1234567890123",
        carrier="SF Express",
        shipped_at=NOW - timedelta(days=5),
        delivered_at=NOW - timedelta(days=2),
        events=[
            ShipmentEvent(
                id="S1-0",
                position=0,
                at=NOW - timedelta(days=5),
                kind="picked_up",
                place_zh="杭州",
                place_en="Hangzhou",
            ),
            ShipmentEvent(id="S1-1", position=1, at=NOW - timedelta(days=2), kind="delivered"),
        ],
    )
    return [
        order("K1000001", "pending", [("V12", 1, "219.00"), ("V21", 2, "89.00")], days_ago=1),
        order("K1000002", "delivered", [("V11", 1, "199.00"), ("V21", 2, "89.00")], days_ago=7),
        order("#W2000003", "processed", [("V31", 1, "399.00")], days_ago=2),
        order("K1000004", "pending", [("V21", 1, "20.00")], method="gift1", days_ago=30),
        order("K1000005", "delivered", [("V12", 1, "200.00"), ("V22", 1, "100.00")], days_ago=9, discount="30.00"),
        order("K1000009", "pending", [("V12", 1, "219.00")], customer="C2", method="card2"),
        parcel,
    ]


@pytest.fixture(scope="session")
def template() -> Iterator[KnowledgeBase]:
    """The shop, made once; each test gets a copy."""
    base = KnowledgeBase("sqlite://", clock=lambda: NOW)
    base.upgrade()
    with base.transaction() as session:
        for rows in (catalogue(), customers(), orders()):
            session.add_all(rows)
            session.flush()
    yield base
    base.close()


@pytest.fixture
def shop(template: KnowledgeBase) -> Iterator[KnowledgeBase]:
    """The shop, in memory, with the clock stopped at NOW."""
    base = KnowledgeBase("sqlite://", clock=lambda: NOW)
    source, target = template.engine.raw_connection(), base.engine.raw_connection()
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    source.close()
    target.close()
    yield base
    base.close()


@pytest.fixture
def session(shop: KnowledgeBase) -> Iterator[ShopSession]:
    """A session of the shop inside a transaction."""
    with shop.transaction() as running:
        yield running


@pytest.fixture
def wei(session: ShopSession) -> CustomerScope:
    """What Li Wei may see."""
    return CustomerScope(session, "C1")
