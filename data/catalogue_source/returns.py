"""Returns and exchanges of delivered orders, with their refunds at every stage."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from .clock import stamp
from .reader import Row, fen, money
from .scenarios import SCENARIOS

if TYPE_CHECKING:
    from .orders import Plan

_RETURN_REASONS = ("too small", "too large", "not as described", "faulty", "no longer wanted",
                   "colour differs from photo")  # fmt: skip
_EXCHANGE_REASONS = ("too small", "too large", "other colour wanted", "wrong item sent")


def return_rows(plan: Plan, order: Row, products_of: dict[str, Row], number: int,
                rng: random.Random) -> tuple[list[Row], list[Row]]:  # fmt: skip
    """Return the rows of `returns` of one order and the refund payments that belong to them."""
    scenario, at = SCENARIOS[plan.scenario], plan.times.at
    row: Row = {"id": f"R{number}", "kind": scenario.kind, "status": scenario.return_status,
                "requested_at": stamp(at["requested"]), "refund_amount": None, "refund_method_id": None,
                "refunded_at": None, "lines": []}  # fmt: skip
    if scenario.kind == "exchange":
        line = _exchangeable(order["lines"], products_of)
        new = _other_variant(line, products_of, plan.authored.get("exchange"), rng)
        reason = "too small" if plan.authored else rng.choice(_EXCHANGE_REASONS)
        return [{**row, "lines": [{"line_id": line["id"], "reason": reason, "new_variant_id": new}]}], []
    lines = order["lines"] if plan.authored else order["lines"][: rng.randint(1, len(order["lines"]))]
    row["lines"] = [{"line_id": line["id"], "reason": rng.choice(_RETURN_REASONS), "new_variant_id": None}
                    for line in lines]  # fmt: skip
    row["refund_amount"] = money(_refundable(order, lines))
    row["refund_method_id"] = _refund_method(plan, rng)
    payments = _refunds(plan, row, rng)
    if row["status"] == "refunded":
        row["refunded_at"] = payments[-1]["at"]
    if row["status"] == "rejected":
        row |= {"refund_amount": None, "refund_method_id": None}
    return [row], payments


def _refundable(order: Row, lines: list[Row]) -> int:
    """Return the price of `lines` less their share of the discount, in fen; the shipping fee is not returned."""
    part = sum(fen(line["unit_price"]) * line["quantity"] for line in lines)
    goods = sum(fen(line["unit_price"]) * line["quantity"] for line in order["lines"])
    return int(part - fen(order["discount"]) * part // goods)


def _refund_method(plan: Plan, rng: random.Random) -> str:
    """Return the original payment method, or now and then a gift card that the customer already has."""
    cards = [each["id"] for each in plan.customer["payment_methods"] if each["kind"] == "gift_card"]
    return str(cards[0] if cards and not plan.authored and rng.random() < 0.3 else plan.method["id"])


def _refunds(plan: Plan, row: Row, rng: random.Random) -> list[Row]:
    """Return the refund payments: none before approval, then pending, failed or completed."""
    at = plan.times.at

    def refund(moment: str, status: str) -> Row:
        return {"method_id": row["refund_method_id"], "kind": "refund", "amount": row["refund_amount"], "at": moment,
                "status": status}  # fmt: skip

    if row["status"] in ("requested", "rejected"):
        return []
    if plan.scenario == "return_refund_failed":
        # The bank sent the money back (an expired card); the second transfer is on its way.
        again = stamp(at["settled"] + timedelta(hours=rng.uniform(0.1, 2)))
        return [refund(stamp(at["settled"]), "failed"), refund(again, "pending")]
    if row["status"] == "refunded":
        return [refund(stamp(at["settled"]), "completed")]
    return [refund(stamp(at["approved"]), "pending")]


def _exchangeable(lines: list[Row], products_of: dict[str, Row]) -> Row:
    """Return the first line whose product has another variant, else the first."""
    return next((line for line in lines if len(products_of[line["variant_id"]]["variants"]) > 1), lines[0])


def _other_variant(line: Row, products_of: dict[str, Row], options: Row | None, rng: random.Random) -> str:
    """Return another variant of the same product at the same price, in stock where there is one."""
    variants = products_of[line["variant_id"]]["variants"]
    if options:
        return str(next(each["id"] for each in variants if each["options"] == options))
    price = next(each["price"] for each in variants if each["id"] == line["variant_id"])
    others = [each for each in variants if each["id"] != line["variant_id"] and each["price"] == price]
    ready = [each for each in others if each["stock"] > 0] or others
    return str(rng.choice(ready)["id"] if ready else line["variant_id"])
