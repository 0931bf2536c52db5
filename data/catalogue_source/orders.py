"""Orders of all customers, with payments, parcels, returns and invoices that agree with one another."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from .clock import AS_OF, parse, stamp
from .coupons import Basket, best_coupon
from .parcels import destination, shipment
from .reader import Row, fen, money, read
from .returns import return_rows
from .scenarios import SCENARIOS, Timeline, timeline

FREE_SHIPPING = {False: 9900, True: 60000}
SHIPPING_FEE = {False: 1000, True: 8000}
"""Fen, for mainland China and abroad; the articles on shipping state the same."""

TOTAL = 400
_COMPANIES = (("杭州星河文化传播有限公司", "91330100MA0000001X"), ("上海禾木设计有限公司", "91310000MA0000002Y"),
              ("深圳市远帆科技有限公司", "91440300MA0000003Z"), ("Bluebird Studio Ltd", "GB000000001"),
              ("Harbour & Pine LLC", "00-0000001"))  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """An order to make: what is bought by whom, and what shall have happened to it."""

    id: str
    customer: Row
    scenario: str
    variants: list[tuple[Row, int]]
    method: Row
    times: Timeline
    authored: Row


def order_rows(customers: list[Row], products: list[Row], coupons: list[Row], rng: random.Random) -> list[Row]:
    """Return the 400 rows of orders.jsonl in the order in which they were placed."""
    plans = sorted(_plans(customers, products, rng), key=lambda plan: plan.times.at["placed"])
    products_of = {variant["id"]: product for product in products for variant in product["variants"]}
    numbers = iter(rng.sample(range(40000, 60000), 2 * len(plans)))
    rows, known, invoices = [], set[str](), 0
    for plan in plans:
        row = _order(plan, products_of, coupons, new=plan.customer["id"] not in known, numbers=numbers, rng=rng)
        invoices += _add_invoice(row, plan, invoices + 101, rng)
        known.add(plan.customer["id"])
        rows.append(row)
    return rows


def member_levels(customers: list[Row], orders: list[Row]) -> None:
    """Set the level of each customer from what was paid and kept: 1000, 3000 and 5000 CNY, as the article says."""
    for customer in customers:
        paid = [pay for order in orders if order["customer_id"] == customer["id"] for pay in order["payments"]
                if pay["status"] == "completed"]  # fmt: skip
        spent = sum(fen(pay["amount"]) * (1 if pay["kind"] == "payment" else -1) for pay in paid)
        levels = ((500_000, "platinum"), (300_000, "gold"), (100_000, "silver"), (0, "regular"))
        customer["member_level"] = next(level for least, level in levels if spent >= least)


def _plans(customers: list[Row], products: list[Row], rng: random.Random) -> list[Plan]:
    by_id = {customer["id"]: customer for customer in customers}
    of_product = {product["id"]: product["variants"] for product in products}
    plans = []
    for authored in read("demo_orders.toml")["order"]:
        customer = by_id[authored["customer"]]
        bought = [(_variant(of_product[key], options), count) for key, options, count in authored["items"]]
        method = next(each for each in customer["payment_methods"] if each["kind"] == authored["method"])
        plans.append(_plan(authored["id"], customer, authored["scenario"], bought, method, authored, rng))
    taken = {plan.id for plan in plans}
    ids = [key for key in (f"K{number}" for number in rng.sample(range(1000000, 10000000), TOTAL)) if key not in taken]
    others = [customer for customer in customers if customer["id"] > "C1004"]
    buyers = others + rng.choices(others, k=TOTAL - len(plans) - len(others))
    names = rng.choices(list(SCENARIOS), [each.weight for each in SCENARIOS.values()], k=len(buyers))
    names[: len(SCENARIOS)] = list(SCENARIOS)  # each at least once
    for key, customer, name in zip(ids, buyers, names, strict=False):
        domestic = not destination(_city(customer)).abroad
        scenario = "shipped" if name == "shipped_customs" and domestic else name
        count = rng.choices((1, 2, 3, 4), (50, 30, 14, 6))[0]
        least = 2 if scenario in ("shipped_partial", "delivered_two_parcels") else 1
        shelf = [each for each in products if len(each["variants"]) > 4] if name.startswith("exchange") else products
        chosen = [rng.choice(product["variants"]) for product in rng.sample(shelf, max(count, least))]
        bought = [(variant, rng.choices((1, 2, 3), (84, 12, 4))[0]) for variant in chosen]
        method = rng.choice([each for each in customer["payment_methods"] if each["kind"] != "gift_card"])
        plans.append(_plan(key, customer, scenario, bought, method, {}, rng))
    return plans


def _plan(key: str, customer: Row, scenario: str, bought: list[tuple[Row, int]], method: Row, authored: Row,
          rng: random.Random) -> Plan:  # fmt: skip
    times = timeline(scenario, destination(_city(customer)), days=authored.get("days"), rng=rng)
    return Plan(key, customer, scenario, bought, method, times, authored)


def _city(customer: Row) -> str:
    people = read("people.toml")
    index = int(customer["id"][1:]) - 1001
    return str(people["western" if index % 2 else "chinese"][index // 2][-1])


def _variant(variants: list[Row], options: Row) -> Row:
    found = [each for each in variants if each["options"] == options]
    if not found:
        raise ValueError(f"demo_orders.toml: no variant with {options}; there are {[e['options'] for e in variants]}")
    return found[0]


def _order(plan: Plan, products_of: dict[str, Row], coupons: list[Row], *, new: bool, numbers: Iterator[int],
           rng: random.Random) -> Row:  # fmt: skip
    at, scenario = plan.times.at, SCENARIOS[plan.scenario]
    address = next(each for each in plan.customer["addresses"] if each["is_default"])
    abroad = destination(_city(plan.customer)).abroad
    old = AS_OF - at["placed"] > timedelta(days=45)  # bought before the present sale
    lines = [
        {"id": f"{plan.id}-{index}", "variant_id": variant["id"], "quantity": count,
         "unit_price": variant["list_price"] if old and variant["list_price"] else variant["price"]}
        for index, (variant, count) in enumerate(plan.variants, start=1)
    ]  # fmt: skip
    priced = [(products_of[line["variant_id"]]["category_id"], cents_of(line)) for line in lines]
    basket = Basket(priced, at["placed"], new)
    coupon = None if plan.authored or rng.random() > 0.3 else best_coupon(coupons, basket, rng)
    discount = coupon.discount if coupon else 0
    goods = sum(cents_of(line) for line in lines)
    free = goods - discount >= FREE_SHIPPING[abroad] or (coupon is not None and coupon.free_shipping)
    fee = 0 if free else SHIPPING_FEE[abroad]
    row: Row = {
        "id": plan.id, "customer_id": plan.customer["id"], "placed_at": stamp(at["placed"]), "status": scenario.status,
        "address": dict(address), "currency": "CNY", "shipping_fee": money(fee), "discount": money(discount),
        "coupon_code": coupon.code if coupon else None, "cancel_reason": None, "cancelled_at": None, "lines": lines,
        "payments": _payments(plan, goods + fee - discount, rng), "shipments": _shipments(plan, lines, rng),
        "returns": [], "invoices": [],
    }  # fmt: skip
    if scenario.status == "cancelled":
        row |= {"cancel_reason": rng.choice(("no longer needed", "ordered by mistake")),
                "cancelled_at": stamp(at["cancelled"])}  # fmt: skip
        done = at["cancelled"] + timedelta(days=rng.uniform(3.1, 4.9))
        paid = plan.scenario == "cancelled"
        when, state = (done, "completed") if paid else (at["cancelled"], "pending")
        row["payments"].append(_payment(plan.method, "refund", goods + fee - discount, stamp(when), state))
    if scenario.kind:
        returns, refunds = return_rows(plan, row, products_of, next(numbers), rng)
        row["returns"], row["payments"] = returns, row["payments"] + refunds
    return row


def cents_of(line: Row) -> int:
    """Return the price of a line in fen."""
    return fen(line["unit_price"]) * int(line["quantity"])


def _payments(plan: Plan, total: int, rng: random.Random) -> list[Row]:
    placed = plan.times.at["placed"]
    paid = _payment(plan.method, "payment", total, stamp(placed + timedelta(minutes=rng.randint(1, 4))), "completed")
    if plan.scenario != "pending_second_try":
        return [paid]
    failed = _payment(plan.method, "payment", total, stamp(placed), "failed")
    return [failed, paid]


def _payment(method: Row, kind: str, amount: int, at: str, status: str) -> Row:
    return {"method_id": method["id"], "kind": kind, "amount": money(amount), "at": at, "status": status}


def _shipments(plan: Plan, lines: list[Row], rng: random.Random) -> list[Row]:
    at, scenario = plan.times.at, SCENARIOS[plan.scenario]
    if "shipped" not in at:
        return []
    to, transit = destination(_city(plan.customer)), plan.times.transit
    ids = [line["id"] for line in lines]
    if plan.scenario == "shipped_partial":
        early = shipment(to, at["shipped"], transit * 0.35, ids[:1], rng=rng)
        late = at["shipped"] + timedelta(hours=rng.uniform(3, 8))
        return [early, shipment(to, late, transit * 1.2, ids[1:], rng=rng)]
    if plan.scenario == "delivered_two_parcels":
        second = shipment(to, at["shipped"] + timedelta(hours=2), transit, ids[1:], rng=rng)
        return [shipment(to, at["shipped"], transit * 0.8, ids[:1], rng=rng), second]
    return [shipment(to, at["shipped"], transit, ids, course=scenario.course, rng=rng)]


def _add_invoice(row: Row, plan: Plan, number: int, rng: random.Random) -> int:
    """Add an invoice to some orders; return how many. It is issued within a day of dispatch, and open before."""
    wanted = plan.authored.get("invoice") or (not plan.authored and rng.random() < 0.25)
    if not wanted or row["status"] == "cancelled":
        return 0
    chinese = plan.customer["language"] == "zh"
    company = wanted != "personal" and rng.random() < 0.35
    title, tax = rng.choice(_COMPANIES[:3] if chinese else _COMPANIES[3:]) if company else (_name(plan.customer), None)
    shipped = row["shipments"][0]["shipped_at"] if row["shipments"] else None
    issued = parse(shipped) + timedelta(hours=rng.uniform(0.1, 5)) if shipped else None
    key = f"INV-{row['placed_at'][:4]}-{number:05d}"
    total = next(pay["amount"] for pay in row["payments"] if pay["status"] == "completed")
    row["invoices"] = [{"id": key, "kind": "company" if company else "personal", "title": title, "tax_number": tax,
                        "amount": total, "issued_at": stamp(issued) if issued else None,
                        "url": f"https://shop.example.com/invoices/{key}.pdf" if issued else None}]  # fmt: skip
    return 1


def _name(customer: Row) -> str:
    return str(customer["name_zh"] or f"{customer['first_name']} {customer['last_name']}")
