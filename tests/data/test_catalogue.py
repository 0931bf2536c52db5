"""The demo catalogue of the starter shop: made the same way every time, whole, and consistent with itself."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.rules import ShopRules

DATA = Path(__file__).parents[2] / "data"
FOLDER = DATA / "catalogue"
Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    """Return the committed rows of one file."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def fen(text: str) -> int:
    """Return an amount in fen, and fail where it is not written with two decimals."""
    assert re.fullmatch(r"\d+\.\d\d", text), text
    return int(text.replace(".", ""))


def moment(text: str) -> datetime:
    """Return a time, and fail where it is not in UTC."""
    assert text.endswith("Z"), text
    return datetime.fromisoformat(text)


def key(options: Row) -> str:
    """Return options as text, to compare variants of a product."""
    return json.dumps(options, sort_keys=True)


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    return {path.stem: rows(path.stem) for path in FOLDER.glob("*.jsonl")}


@pytest.fixture(scope="module")
def orders(tables: dict[str, list[Row]]) -> list[Row]:
    return tables["orders"]


@pytest.fixture(scope="module")
def as_of() -> datetime:
    return moment(json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["as_of"])


def test_running_the_script_reproduces_the_committed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DATA))
    spec = importlib.util.spec_from_file_location("make_catalogue", DATA / "make_catalogue.py")
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.write(tmp_path)
    for name in [each for each in sys.modules if each.split(".")[0] == "catalogue_source"]:
        del sys.modules[name]
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert made.keys() == committed.keys()
    for name, content in committed.items():
        assert made[name] == content, f"{name} differs: run python data/make_catalogue.py and commit the result"


def test_counts(tables: dict[str, list[Row]]) -> None:
    assert len(tables["products"]) >= 300
    assert len({product["category_id"] for product in tables["products"]}) >= 12
    assert len(tables["customers"]) == 100
    assert len(tables["orders"]) == 400
    assert len(tables["coupons"]) == 15
    assert len(tables["articles"]) >= 60
    assert Counter(customer["language"] for customer in tables["customers"]) == {"zh": 50, "en": 50}


@pytest.mark.parametrize(
    ("name", "field"),
    [("categories", "id"), ("products", "id"), ("customers", "id"), ("customers", "email"), ("orders", "id"),
     ("coupons", "code"), ("articles", "id"), ("articles", "slug"), ("products", "name_en"), ("products", "name_zh")],
)  # fmt: skip
def test_ids_and_names_are_unique(tables: dict[str, list[Row]], name: str, field: str) -> None:
    assert [value for value, count in Counter(row[field] for row in tables[name]).items() if count > 1] == []


def test_order_ids_are_k_and_seven_digits_and_not_sequential(orders: list[Row]) -> None:
    assert all(re.fullmatch(r"K\d{7}", order["id"]) for order in orders)
    numbers = [int(order["id"][1:]) for order in orders]
    assert numbers != sorted(numbers)
    assert sum(abs(one - other) < 3 for one, other in pairwise(numbers)) == 0


def bilingual(value: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield every pair of fields `x_en` and `x_zh` below `value`; fail where one is without the other."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from bilingual(each, f"{where}[{index}]")
    elif isinstance(value, dict):
        stems = [{field[:-3] for field in value if field.endswith(tail)} for tail in ("_en", "_zh")]
        assert stems[0] ^ stems[1] <= {"name"}, where  # a customer has name_zh alone
        for stem in stems[0] & stems[1]:
            yield f"{where}.{stem}", value[f"{stem}_en"], value[f"{stem}_zh"]
        for field, each in value.items():
            yield from bilingual(each, f"{where}.{field}")


def test_every_text_is_there_in_both_languages(tables: dict[str, list[Row]]) -> None:
    seen = 0
    for name, table in tables.items():
        for row in table:
            for where, english, chinese in bilingual(row, f"{name}:{row.get('id', row.get('code', row.get('value')))}"):
                assert english and chinese, where
                for text in english if isinstance(english, list) else [english]:
                    assert not re.search(r"[\u4e00-\u9fff]", text), f"{where}: Chinese in the English text {text!r}"
                seen += 1
    assert seen > 9000


def test_sentences_in_chinese_are_chinese(tables: dict[str, list[Row]]) -> None:
    texts = [product[field] for product in tables["products"] for field in ("name_zh", "description_zh")]
    texts += [article["body_zh"] for article in tables["articles"]]
    assert [text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_articles_have_four_different_questions_in_each_language(tables: dict[str, list[Row]]) -> None:
    for field in ("questions_en", "questions_zh"):
        asked = [question.lower() for article in tables["articles"] for question in article[field]]
        assert [question for question, count in Counter(asked).items() if count > 1] == []
        assert all(len(article[field]) >= 4 for article in tables["articles"])


def test_articles_state_the_same_numbers_in_both_languages(tables: dict[str, list[Row]]) -> None:
    # Chinese writes some small numbers as words (六十, 除夕起七天, 九折), so only figures of three digits and times are compared.
    for article in tables["articles"]:
        english, chinese = (set(re.findall(r"\d{3,}|\d+:\d\d", article[f"body_{tail}"])) for tail in ("en", "zh"))
        assert english == chinese, article["slug"]


def test_articles_promise_refunds_when_the_rules_do(tables: dict[str, list[Row]]) -> None:
    low, high = ShopRules().refund_days
    told = {article["slug"]: article for article in tables["articles"]}
    for slug in ("refund-time", "cancel-refund"):
        for tail in ("en", "zh"):
            body = told[slug][f"body_{tail}"]
            assert f"{low}-{high}" in body and "{" not in body, body


def test_references_between_tables_hold(tables: dict[str, list[Row]]) -> None:
    categories = {row["id"] for row in tables["categories"]}
    products = {row["id"] for row in tables["products"]}
    variants = [variant["id"] for row in tables["products"] for variant in row["variants"]]
    customers = {row["id"]: row for row in tables["customers"]}
    coupons = {row["code"] for row in tables["coupons"]}
    assert len(variants) == len(set(variants))
    assert all(row["parent_id"] in categories | {None} for row in tables["categories"])
    assert all(row["category_id"] in categories | {None} for row in tables["coupons"])
    for product in tables["products"]:
        assert product["category_id"] in categories
        assert product["complements"] and set(product["complements"]) <= products - {product["id"]}
        assert product["variants"] and len({key(each["options"]) for each in product["variants"]}) == len(
            product["variants"]
        )
    for order in tables["orders"]:
        methods = {method["id"] for method in customers[order["customer_id"]]["payment_methods"]}
        assert {payment["method_id"] for payment in order["payments"]} <= methods
        assert {line["variant_id"] for line in order["lines"]} <= set(variants)
        assert order["coupon_code"] in coupons | {None}
        assert order["address"] in customers[order["customer_id"]]["addresses"]


def test_every_option_value_is_an_attribute(tables: dict[str, list[Row]]) -> None:
    attributes = Counter((row["name"], row["value"]) for row in tables["attributes"])
    assert set(attributes.values()) == {1}
    used = {(name, value) for product in tables["products"] for variant in product["variants"]
            for name, value in variant["options"].items()}  # fmt: skip
    assert used <= attributes.keys()
    assert {name for name, _ in attributes} >= {"colour", "size", "storage", "capacity", "material"}


def test_products_differ_in_stock_facts_and_price(tables: dict[str, list[Row]]) -> None:
    variants = [variant for product in tables["products"] for variant in product["variants"]]
    assert sum(variant["stock"] == 0 for variant in variants) > 50
    assert sum(1 <= variant["stock"] <= 3 for variant in variants) > 50
    assert all(fen(v["list_price"]) > fen(v["price"]) for v in variants if v["list_price"])
    assert all(v["available_from"] is None for v in variants if v["stock"])
    assert all(product["facts"] for product in tables["products"])
    facts = Counter(json.dumps(product["facts"]) for product in tables["products"])
    assert facts.most_common(1)[0][1] == 1


def test_payments_are_lines_plus_shipping_less_discount(orders: list[Row]) -> None:
    for order in orders:
        goods = sum(fen(line["unit_price"]) * line["quantity"] for line in order["lines"])
        total = goods + fen(order["shipping_fee"]) - fen(order["discount"])
        paid = [
            fen(pay["amount"]) for pay in order["payments"] if pay["kind"] == "payment" and pay["status"] != "failed"
        ]
        assert paid == [total], order["id"]


def test_shipping_fees_follow_the_article(tables: dict[str, list[Row]]) -> None:
    article = next(row for row in tables["articles"] if row["slug"] == "shipping-fee")
    assert [int(number) for number in re.findall(r"\d+", article["body_en"])] == [99, 10, 600, 80]
    free_codes = {row["code"] for row in tables["coupons"] if row["kind"] == "free_shipping"}
    for order in tables["orders"]:
        goods = sum(fen(line["unit_price"]) * line["quantity"] for line in order["lines"]) - fen(order["discount"])
        free_from, fee = (9900, 1000) if order["address"]["country"] == "中国" else (60000, 8000)
        expected = 0 if goods >= free_from or order["coupon_code"] in free_codes else fee
        assert fen(order["shipping_fee"]) == expected, order["id"]


def test_coupons_were_valid_when_used(tables: dict[str, list[Row]]) -> None:
    coupons = {row["code"]: row for row in tables["coupons"]}
    first: dict[str, str] = {}
    for order in sorted(tables["orders"], key=lambda row: str(row["placed_at"])):
        first.setdefault(order["customer_id"], order["id"])
        if coupon := coupons.get(order["coupon_code"]):
            assert coupon["valid_from"] <= order["placed_at"] <= coupon["valid_until"]
            assert not coupon["new_customers_only"] or first[order["customer_id"]] == order["id"]
    assert len({order["coupon_code"] for order in tables["orders"]}) > 5


def test_refunds_match_their_returns_and_cancellations(tables: dict[str, list[Row]]) -> None:
    cards = {
        method["id"]
        for row in tables["customers"]
        for method in row["payment_methods"]
        if method["kind"] == "gift_card"
    }
    seen = Counter[str]()
    for order in tables["orders"]:
        refunds = [pay for pay in order["payments"] if pay["kind"] == "refund"]
        open_or_paid = [pay for pay in refunds if pay["status"] != "failed"]
        original = next(pay for pay in order["payments"] if pay["kind"] == "payment")
        assert all(pay["method_id"] == original["method_id"] or pay["method_id"] in cards for pay in refunds)
        if order["status"] == "cancelled":
            assert [pay["amount"] for pay in open_or_paid] == [original["amount"]]
        else:
            due = [row["refund_amount"] for row in order["returns"]
                   if row["kind"] == "return" and row["status"] not in ("requested", "rejected")]  # fmt: skip
            assert [pay["amount"] for pay in open_or_paid] == due, order["id"]
        seen.update(pay["status"] for pay in refunds)
    assert seen.keys() == {"completed", "pending", "failed"}


def test_returns_follow_the_rules(tables: dict[str, list[Row]]) -> None:
    product_of = {variant["id"]: product["id"] for product in tables["products"] for variant in product["variants"]}
    stock = {variant["id"]: variant["stock"] for product in tables["products"] for variant in product["variants"]}
    states = {
        ("return", state) for state in ("requested", "approved", "in_transit", "received", "refunded", "rejected")
    }
    states |= {("exchange", state) for state in ("requested", "approved", "in_transit", "received", "exchanged")}
    seen = set()
    for order in tables["orders"]:
        lines = {line["id"]: line for line in order["lines"]}
        wanted = {row["kind"] for row in order["returns"] if row["status"] != "rejected"}
        assert wanted == {order["status"].split()[0]} if order["status"].endswith("requested") else not wanted
        for row in order["returns"]:
            seen.add((row["kind"], row["status"]))
            delivered = max(moment(parcel["delivered_at"]) for parcel in order["shipments"])
            days = 7 if order["address"]["country"] == "中国" else 30
            assert timedelta(0) < moment(row["requested_at"]) - delivered <= timedelta(days=days), order["id"]
            assert (row["status"] == "refunded") == (row["refunded_at"] is not None)
            for part in row["lines"]:
                assert (row["kind"] == "exchange") == (part["new_variant_id"] is not None)
                if new := part["new_variant_id"]:
                    assert stock[new] > 0 and new != lines[part["line_id"]]["variant_id"], order["id"]
                    assert product_of[new] == product_of[lines[part["line_id"]]["variant_id"]]
    assert seen == states


def test_member_levels_follow_the_article(tables: dict[str, list[Row]]) -> None:
    article = next(row for row in tables["articles"] if row["slug"] == "membership-levels")
    thresholds = dict(re.findall(r"(silver|gold|platinum) from (\d+)", article["body_en"]))
    spent = Counter[str]()
    for order in tables["orders"]:
        for pay in order["payments"]:
            if pay["status"] == "completed":
                spent[order["customer_id"]] += fen(pay["amount"]) * (1 if pay["kind"] == "payment" else -1)
    for customer in tables["customers"]:
        reached = [level for level, least in thresholds.items() if spent[customer["id"]] >= int(least) * 100]
        assert customer["member_level"] == (reached[-1] if reached else "regular"), customer["id"]
    assert {customer["member_level"] for customer in tables["customers"]} == {"regular", *thresholds}


def test_cancelled_orders_have_an_accepted_reason_and_no_parcel(orders: list[Row]) -> None:
    for order in orders:
        if order["status"] == "cancelled":
            assert order["cancel_reason"] in ("no longer needed", "ordered by mistake")
            assert order["placed_at"] < order["cancelled_at"] and not order["shipments"]
        else:
            assert order["cancel_reason"] is None and order["cancelled_at"] is None


def test_nothing_has_happened_in_the_future(orders: list[Row], as_of: datetime) -> None:
    ahead = {"estimated_at"}

    def times(value: Any) -> Iterator[datetime]:
        if isinstance(value, list):
            for each in value:
                yield from times(each)
        elif isinstance(value, dict):
            for field, each in value.items():
                if field == "at" or (field.endswith("_at") and field not in ahead and each):
                    yield moment(each)
                else:
                    yield from times(each)

    assert [order["id"] for order in orders if max(times(order)) > as_of] == []


def test_parcels_agree_with_the_state_of_their_order(orders: list[Row]) -> None:
    kinds = Counter[str]()
    for order in orders:
        parcels = order["shipments"]
        assert bool(parcels) == (order["status"] not in ("pending", "processed", "cancelled")), order["id"]
        shipped = [line for parcel in parcels for line in parcel["line_ids"]]
        assert not parcels or sorted(shipped) == sorted(line["id"] for line in order["lines"])
        for parcel in parcels:
            at = [event["at"] for event in parcel["events"]]
            assert (
                at and at == sorted(at) and parcel["shipped_at"] <= at[0] and order["placed_at"] < parcel["shipped_at"]
            )
            last = parcel["events"][-1]
            assert (last["kind"] == "delivered") == (parcel["delivered_at"] is not None)
            assert parcel["delivered_at"] in (None, last["at"])
            kinds.update(event["kind"] for event in parcel["events"])
        arrived = [parcel["delivered_at"] is not None for parcel in parcels]
        assert not parcels or all(arrived) == (order["status"] != "shipped"), order["id"]
    assert kinds.keys() == {"picked_up", "in_transit", "customs", "out_for_delivery", "delivered", "failed_attempt",
                            "exception"}  # fmt: skip


def test_some_orders_have_arrived_in_part(orders: list[Row]) -> None:
    found = [[parcel["delivered_at"] is not None for parcel in order["shipments"]] for order in orders]
    assert sum(any(each) and not all(each) for each in found) >= 5


def test_invoices_are_over_what_was_paid_and_issued_after_dispatch(orders: list[Row]) -> None:
    invoices = [(order, invoice) for order in orders for invoice in order["invoices"]]
    assert {invoice["kind"] for _, invoice in invoices} == {"personal", "company"}
    assert len({invoice["id"] for _, invoice in invoices}) == len(invoices) > 50
    for order, invoice in invoices:
        assert invoice["amount"] in [pay["amount"] for pay in order["payments"] if pay["kind"] == "payment"]
        assert (invoice["tax_number"] is not None) == (invoice["kind"] == "company")
        assert (invoice["issued_at"] is not None) == bool(order["shipments"])


@pytest.mark.parametrize(("customer", "email", "zip_code", "language"),
                         [("C1001", "li.wei@example.cn", "200040", "zh"),
                          ("C1002", "emma.clarke@example.com", "SW1A 2AB", "en")])  # fmt: skip
def test_demo_customers_cover_every_state(tables: dict[str, list[Row]], customer: str, email: str, zip_code: str,
                                          language: str) -> None:  # fmt: skip
    row = next(each for each in tables["customers"] if each["id"] == customer)
    assert (row["email"], row["language"], row["addresses"][0]["zip"]) == (email, language, zip_code)
    assert len(row["payment_methods"]) >= 3
    own = [order for order in tables["orders"] if order["customer_id"] == customer]
    assert {order["status"] for order in own} == {"pending", "processed", "shipped", "delivered", "cancelled",
                                                  "return requested", "exchange requested"}  # fmt: skip
    returned = {each["status"] for order in own for each in order["returns"] if each["kind"] == "return"}
    assert returned == {"received", "refunded"}
    assert any(len(order["lines"]) >= 3 for order in own if order["status"] == "delivered")
    assert any(pay["kind"] == "refund" and pay["status"] == "pending" for order in own for pay in order["payments"])


@pytest.mark.parametrize(("customer", "category"), [("C1003", "dresses"), ("C1004", "electronics")])
def test_some_customers_have_orders_that_are_easily_confused(tables: dict[str, list[Row]], customer: str,
                                                             category: str) -> None:  # fmt: skip
    category_of = {
        variant["id"]: product["category_id"] for product in tables["products"] for variant in product["variants"]
    }
    own = [order for order in tables["orders"] if order["customer_id"] == customer]
    similar = [order for order in own if any(category_of[line["variant_id"]] == category for line in order["lines"])]
    assert len(similar) >= 4
