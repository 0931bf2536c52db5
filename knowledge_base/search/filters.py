"""What a product must be like to be found: price, options, shelf, stock; and prices said in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import ColumnElement, or_

from knowledge_base.models import Variant
from knowledge_base.search.tokens import normalise


@dataclass(frozen=True)
class Filters:
    """Hard conditions. `options` are canonical ({"colour": "red"}); one and the same variant must meet all of them."""

    min_price: Decimal | None = None
    max_price: Decimal | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    category_id: str | None = None
    in_stock: bool = False

    def accepts(self, variant: Variant) -> bool:
        """Whether this variant meets price, options and stock."""
        return (
            (self.min_price is None or variant.price >= self.min_price)
            and (self.max_price is None or variant.price <= self.max_price)
            and all(variant.options.get(name) == value for name, value in self.options.items())
            and (variant.can_supply() if self.in_stock else variant.available)
        )

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What `accepts` says, for the database."""
        wanted: list[ColumnElement[bool]] = [Variant.available.is_(True)]
        if self.min_price is not None:
            wanted.append(Variant.price >= self.min_price)
        if self.max_price is not None:
            wanted.append(Variant.price <= self.max_price)
        if self.in_stock:
            wanted.append(or_(Variant.stock.is_(None), Variant.stock > 0))
        return [*wanted, *(is_option(name, value) for name, value in self.options.items())]


def is_option(name: str, value: str) -> ColumnElement[bool]:
    """Whether a variant has this option, for the database."""
    has_it: ColumnElement[bool] = Variant.options[name].as_string() == value
    return has_it


_NUMBER = r"(?:[¥￥$€£]|rmb|usd)?\s*(\d+(?:[.,]\d+)*)\s*(?:元|块钱|块|美元|欧元|英镑|刀|dollars?|bucks|yuan|euros?|pounds?|rmb|usd|eur)?"
_BETWEEN = re.compile(rf"(?:between\s+)?{_NUMBER}\s*(?:-|–|~|到|至|and|to)\s*{_NUMBER}(?:\s*(?:之间|以内))?")
_MAX = re.compile(
    rf"(?:under|below|less than|cheaper than|up to|at most|max(?:imum)?|no more than|不超过|低于|少于|最多|便宜过)\s*{_NUMBER}"
    rf"|{_NUMBER}\s*(?:以下|以内|之内|之下|or less|or under|or cheaper|max)"
)
_MIN = re.compile(
    rf"(?:over|above|more than|at least|from|不低于|高于|至少|超过)\s*{_NUMBER}|{_NUMBER}\s*(?:以上|起|or more|and up)"
)
_IN_STOCK = re.compile(r"\b(?:in stock|available now)\b|有货的?|有现货的?|现货")
#: A range needs a sign that it is about money, or "13-15" of a laptop's inches would be one.
_MONEY_SIGN = re.compile(r"[¥￥$€£元块刀]|between|之间|dollar|buck|yuan|euro|pound|rmb|usd|eur")


def parse_filters(text: str) -> tuple[Filters, str]:
    """Prices and stock said in a sentence ("under 300, in stock", 300元以下), and the sentence without them."""
    left = normalise(text)
    filters = Filters()
    between = _BETWEEN.search(left)
    if between and _MONEY_SIGN.search(between[0]):
        low, high = sorted((_amount(between[1]), _amount(between[2])))
        filters = replace(filters, min_price=low, max_price=high)
        left = left.replace(between[0], " ", 1)
    most, left = _take(_MAX, left)
    least, left = _take(_MIN, left)
    filters = replace(
        filters,
        max_price=filters.max_price if most is None else most,
        min_price=filters.min_price if least is None else least,
    )
    stock = _IN_STOCK.search(left)
    if stock:
        filters = replace(filters, in_stock=True)
        left = left.replace(stock[0], " ", 1)
    return filters, left


def _take(pattern: re.Pattern[str], text: str) -> tuple[Decimal | None, str]:
    """The amount that the pattern finds, and the text without it."""
    found = pattern.search(text)
    if not found:
        return None, text
    return _amount(found[1] or found[2]), text.replace(found[0], " ", 1)


def _amount(text: str) -> Decimal:
    """ "1,299.50" → 1299.50; a comma before two last digits is a decimal one."""
    whole, comma, rest = text.rpartition(",")
    if comma and len(rest) != 3 and "." not in text:
        return Decimal(f"{whole.replace(',', '')}.{rest}")
    return Decimal(text.replace(",", ""))
