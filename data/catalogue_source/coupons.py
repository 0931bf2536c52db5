"""Coupons, and what one takes off a basket."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from .clock import days_ago, parse, stamp
from .reader import Row, cents, fen, money, read


@dataclass(frozen=True)
class Basket:
    """What a customer is about to pay: (category, fen) of each line, when, and whether it is the first order."""

    lines: list[tuple[str, int]]
    at: datetime
    new_customer: bool


@dataclass(frozen=True)
class Reduction:
    """What a coupon is worth for one basket, in fen."""

    code: str
    discount: int
    free_shipping: bool


def coupon_rows() -> list[Row]:
    """Return the rows of coupons.jsonl."""
    return [
        {"code": code, "kind": kind, "value": str(value) if kind == "percent" else money(cents(value)),
         "min_spend": None if least < 0 else money(cents(least)), "category_id": category or None,
         "valid_from": stamp(days_ago(-start)), "valid_until": stamp(days_ago(-end)), "new_customers_only": new,
         "description_en": english, "description_zh": chinese}
        for code, kind, value, least, category, start, end, new, english, chinese in read("coupons.toml")["coupons"]
    ]  # fmt: skip


def reduction(coupon: Row, basket: Basket) -> Reduction | None:
    """Return what `coupon` takes off, or None where it does not apply.

    A coupon of a category counts, and reduces, the products of that category alone, by their price at most.
    """
    goods = sum(price for category, price in basket.lines if coupon["category_id"] in (None, category))
    in_time = parse(coupon["valid_from"]) <= basket.at <= parse(coupon["valid_until"])
    enough = goods > 0 and goods >= (fen(coupon["min_spend"]) if coupon["min_spend"] else 0)
    if not in_time or not enough or (coupon["new_customers_only"] and not basket.new_customer):
        return None
    if coupon["kind"] == "free_shipping":
        return Reduction(coupon["code"], 0, free_shipping=True)
    amount = goods * int(coupon["value"]) // 100 if coupon["kind"] == "percent" else fen(coupon["value"])
    return Reduction(coupon["code"], min(amount, goods), free_shipping=False)


def best_coupon(coupons: list[Row], basket: Basket, rng: random.Random) -> Reduction | None:
    """Return one of the coupons that apply, by chance: customers do not always find the best one."""
    fitting = [found for coupon in coupons if (found := reduction(coupon, basket))]
    return rng.choice(fitting) if fitting else None
