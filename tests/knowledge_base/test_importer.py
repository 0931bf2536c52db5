"""Importing folders: the neutral format in three shapes of file, bad rows, updates, and foreign formats."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from knowledge_base import UNSCOPED, CustomerScope, KnowledgeBase
from knowledge_base.importer import import_folder
from knowledge_base.importing.mapping import MappingProblem
from knowledge_base.models import Attribute, Category, Customer, Order, Product, Shipment, Variant

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture
def base() -> Iterator[KnowledgeBase]:
    made = KnowledgeBase("sqlite://", clock=lambda: NOW)
    made.upgrade()
    yield made
    made.close()


def write(folder: Path, name: str, *records: dict[str, Any]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


DRESS = {
    "id": "P1",
    "name_en": "Linen dress",
    "name_zh": "亚麻连衣裙",
    "variants": [{"id": "V1", "options": {"colour": "red", "size": "M"}, "price": "199.00", "stock": 3}],
}
RED = {"name": "colour", "value": "red", "name_en": "colour", "name_zh": "颜色", "value_en": "red", "value_zh": "红色"}
WEI = {
    "id": "C1",
    "first_name": "Wei",
    "last_name": "Li",
    "email": "Wei@Example.com",
    "addresses": [{"city": "上海", "zip": "200001", "is_default": True}],
    "payment_methods": [{"id": "card1", "kind": "credit_card", "last_four": "4412"}],
}
ORDER = {
    "id": "K1000001",
    "customer_id": "C1",
    "status": "delivered",
    "placed_at": "2026-11-18T08:00:00Z",
    "lines": [{"id": "L1", "variant_id": "V1", "quantity": 2, "unit_price": "199.00"}],
    "payments": [{"method_id": "card1", "kind": "payment", "amount": "398.00", "at": "2026-11-18T08:00:00Z"}],
    "shipments": [
        {
            "tracking_number": "SF123",
            "carrier": "SF Express",
            "line_ids": ["V1"],
            "events": [
                {"at": "2026-11-19T10:00:00Z", "kind": "delivered", "place_zh": "上海"},
                {"at": "2026-11-18T18:00:00Z", "kind": "picked_up", "place_zh": "杭州"},
            ],
        }
    ],
}


def whole(folder: Path) -> Path:
    write(folder, "attributes.jsonl", RED)
    write(folder, "products.jsonl", DRESS)
    write(folder, "customers.jsonl", WEI)
    write(folder, "orders.jsonl", ORDER)
    return folder


def test_a_whole_shop_is_imported_with_its_children(base: KnowledgeBase, tmp_path: Path) -> None:
    report = import_folder(base, whole(tmp_path))
    assert report.problems == []
    with base.transaction() as session:
        order = CustomerScope(session, "C1").find_order("k1000001")
        assert order is not None
        assert order.total == Decimal("398.00")
        assert order.lines[0].variant.text("display", "zh") == "红色，M"
        (parcel,) = order.shipments
        assert parcel.line_ids == ["L1"]
        assert [event.kind for event in parcel.events] == ["picked_up", "delivered"]
        # A size without an attribute row gets one, so that it can be searched.
        assert session.get(Attribute, ("size", "M")) is not None


def test_importing_again_updates_and_does_not_double(base: KnowledgeBase, tmp_path: Path) -> None:
    import_folder(base, whole(tmp_path))
    cheaper = {**DRESS, "variants": [{"id": "V2", "options": {"colour": "red"}, "price": "99.00"}]}
    write(tmp_path, "products.jsonl", cheaper)
    cancelled = {**ORDER, "status": "cancelled", "shipments": [], "lines": ORDER["lines"]}
    write(tmp_path, "orders.jsonl", cancelled)
    report = import_folder(base, tmp_path)
    assert report.problems == []
    assert (report.added["variants"], report.updated["orders"]) == (1, 1)
    with base.transaction() as session:
        order = session.scalars(select(Order), execution_options=UNSCOPED).one()
        assert (order.status, len(order.lines), len(order.payments), order.version) == ("cancelled", 1, 1, 2)
        assert session.scalars(select(Shipment), execution_options=UNSCOPED).all() == []
        # The old variant is still named by an order: it stays, but is not for sale.
        assert {variant.id: variant.available for variant in session.scalars(select(Variant))} == {
            "V1": False,
            "V2": True,
        }


def test_every_bad_row_is_reported_with_its_line_and_the_good_ones_are_kept(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    whole(tmp_path)
    (tmp_path / "products.jsonl").write_text(
        "\n".join(
            [
                json.dumps(DRESS),
                '{"id": "P2", "variants": [',
                json.dumps({"id": "P3", "variants": [{"id": "V3", "price": "cheap"}]}),
                "",
                json.dumps({"id": "P4", "category_id": "lamps"}),
                json.dumps({**DRESS, "variants": []}),
                json.dumps({"name_en": "No id", "prise": "1"}),
            ]
        ),
        encoding="utf-8",
    )
    bad = {**ORDER, "id": "K2", "customer_id": "C2", "status": "lost"}
    stolen = {**ORDER, "id": "K3", "customer_id": "C1", "payments": [{"method_id": "card9", "amount": "1"}]}
    write(tmp_path, "orders.jsonl", bad, ORDER, stolen)
    report = import_folder(base, tmp_path)
    problems = [str(problem).removeprefix(f"{tmp_path}/") for problem in report.problems]
    assert problems[0].startswith("products.jsonl:2: not JSON")
    assert problems[1].startswith("products.jsonl:3: variants.0.price: ")
    assert "'cheap'" in problems[1]
    assert problems[2] == "products.jsonl:5: category_id: there is no 'lamps' in categories"
    assert problems[3] == "products.jsonl:6: 'P1' was given before, at products.jsonl:1"
    assert problems[4] == "products.jsonl:7: products have no field 'prise', it is ignored"
    assert problems[5] == "products.jsonl:7: id: is missing"
    assert problems[6].startswith("orders.jsonl:1: status: ")
    assert problems[7] == "orders.jsonl:3: payments.0.method_id: there is no payment method 'card9'"
    assert report.rejected == 7
    with base.transaction() as session:
        assert session.scalars(select(Product.id)).all() == ["P1"]
        assert session.scalars(select(Order.id), execution_options=UNSCOPED).all() == ["K1000001"]


def test_csv_and_json_say_the_same_as_json_lines(base: KnowledgeBase, tmp_path: Path) -> None:
    (tmp_path / "categories.csv").write_text(
        "id,parent_id,name_en,name_zh,synonyms_zh\nlamps,home,Lamps,灯具,灯|灯饰\nhome,,Home,家居,\n",
        encoding="utf-8-sig",
    )
    (tmp_path / "products.json").write_text(
        json.dumps([{"id": "P1", "category_id": "lamps", "name_zh": "台灯"}, {"id": 7}], indent=2), encoding="utf-8"
    )
    (tmp_path / "variants.csv").write_text(
        'id,product_id,options.colour,price,available\nV1,P1,red,89,yes\nV2,P9,red,89,no\n"V\n3",P1,red,x,no\n',
        encoding="utf-8",
    )
    report = import_folder(base, tmp_path)
    assert [str(problem).removeprefix(f"{tmp_path}/").partition(": ")[0] for problem in report.problems] == [
        "variants.csv:3",
        "variants.csv:4",
    ]
    with base.transaction() as session:
        lamps = session.get_one(Category, "lamps")
        assert (lamps.parent_id, lamps.synonyms_zh) == ("home", ["灯", "灯饰"])
        assert session.get_one(Variant, "V1").options == {"colour": "red"}
        assert session.get(Product, "7") is not None


def test_relative_dates_keep_their_distance_and_their_time_of_day(base: KnowledgeBase, tmp_path: Path) -> None:
    whole(tmp_path)
    manifest = {"as_of": "2026-11-20T00:00:00Z", "relative_dates": True, "currency": "CNY"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    import_folder(base, tmp_path)
    with base.transaction() as session:
        order = session.scalars(select(Order), execution_options=UNSCOPED).one()
        assert order.placed_at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_an_empty_folder_says_what_it_looked_for(base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="products"):
        import_folder(base, tmp_path)


def test_the_tau_retail_mapping(base: KnowledgeBase, tmp_path: Path) -> None:
    variant = {"item_id": "77", "options": {"color": "black", "waterproof": "yes"}, "available": False, "price": 9.5}
    write(tmp_path, "products.jsonl", {"name": "Desk Lamp", "product_id": "7", "variants": {"77": variant}})
    write(
        tmp_path,
        "users.jsonl",
        {
            "user_id": "ann_li_1",
            "name": {"first_name": "Ann", "last_name": "Li"},
            "address": {"address1": "1 Elm St", "zip": "10001"},
            "email": "ann@example.com",
            "payment_methods": {
                "gift_card_1": {"source": "gift_card", "balance": 51, "id": "gift_card_1"},
                "credit_card_1": {"source": "credit_card", "brand": "visa", "last_four": "0042", "id": "credit_card_1"},
            },
            "orders": ["#W1000001"],
        },
    )
    write(
        tmp_path,
        "orders.jsonl",
        {
            "order_id": "#W1000001",
            "user_id": "ann_li_1",
            "address": {"address1": "1 Elm St"},
            "items": [{"name": "Desk Lamp", "product_id": "7", "item_id": "77", "price": 9.5, "options": {}}],
            "fulfillments": [{"tracking_id": ["3579"], "item_ids": ["77"]}],
            "status": "processed",
            "payment_history": [{"transaction_type": "payment", "amount": 9.5, "payment_method_id": "gift_card_1"}],
        },
    )
    assert import_folder(base, tmp_path, "tau_retail").problems == []
    with base.transaction() as session:
        scope = CustomerScope(session, "ann_li_1")
        order = scope.find_order("w1000001")
        assert order is not None
        assert (order.currency, order.total, order.placed_at) == ("USD", Decimal("9.50"), None)
        lamp = order.lines[0].variant
        assert (lamp.product.text("name", "zh"), lamp.text("display", "zh")) == ("台灯", "黑色，防水：是")
        assert not lamp.can_supply()
        assert {method.id: method.balance for method in scope.payment_methods()} == {
            "credit_card_1": None,
            "gift_card_1": Decimal("51.00"),
        }
        assert session.scalars(select(Customer.name_key), execution_options=UNSCOPED).one() == "ann li"


def test_a_mistake_in_a_mapping_is_named_with_its_place(base: KnowledgeBase, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("records:\n  - file: a.csv\n    table: products\n    fields:\n      naem_en: title\n")
    with pytest.raises(MappingProblem, match=r"mapping.yml:5:7: .*'naem_en'; did you mean 'name_en'\?"):
        import_folder(base, tmp_path, mapping)
    with pytest.raises(MappingProblem, match="mappings here: tau_retail"):
        import_folder(base, tmp_path, "shopify")
