"""What else a customer may like: things like a product, things that go with it, and both for what they bought before.

Every recommendation says why it is one, as facts (`Recommendation`), so that the assistant can say it, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, selectinload

from knowledge_base.models import Order, OrderLine, OrderStatus, Product, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.search import Embedding, Filters, search_products
from knowledge_base.search.vectors import fuse
from knowledge_base.sessions import UNSCOPED, ShopSession

#: How many customers must have bought two things together before it counts: fewer would tell what somebody bought.
_TOGETHER = 3
#: How many of the things bought last are looked at.
_BOUGHT = 6
_CANDIDATES = 40


class Why(StrEnum):
    """What makes a product a recommendation, beside the product that it is based on."""

    SIMILAR = "similar"
    #: The shop says so.
    GOES_WITH = "goes_with"
    #: Several customers bought both in one order.
    BOUGHT_TOGETHER = "bought_together"


@dataclass(frozen=True)
class Recommendation:
    """A product and why it is recommended: because of `basis`, which the customer bought, if `was_bought`.

    `variants` are those in stock, of them those in the options that the customer always takes (`usual`: {"size":
    "M"}) if there are any. `brand_known` says that they bought something of its brand before.
    """

    product: Product
    why: Why
    basis: Product
    was_bought: bool = False
    variants: tuple[Variant, ...] = ()
    usual: Mapping[str, str] = field(default_factory=dict)
    brand_known: bool = False


class Taste:
    """What a customer's orders say of their taste; nothing for a customer without orders."""

    def __init__(self, scope: CustomerScope) -> None:
        orders = [order for order in scope.orders() if order.status != OrderStatus.CANCELLED]
        kept = [order for order in orders if order.status != OrderStatus.RETURN_REQUESTED]
        self.variants = [line.variant for order in kept for line in order.lines]
        #: The ids of what was bought, kept or not.
        self.ids = frozenset(line.variant.product_id for order in orders for line in order.lines)

    @cached_property
    def products(self) -> list[Product]:
        """What was bought and kept, last first."""
        return list({variant.product_id: variant.product for variant in self.variants}.values())

    @cached_property
    def brands(self) -> Counter[str]:
        """How many things were bought of each brand."""
        return Counter(product.brand for product in self.products if product.brand)

    def options_in(self, category_id: str | None) -> dict[str, Counter[str]]:
        """For each attribute, how often each of its values was taken in this category."""
        taken: dict[str, Counter[str]] = {}
        for variant in self.variants:
            if variant.product.category_id == category_id:
                for name, value in variant.options.items():
                    taken.setdefault(name, Counter())[value] += 1
        return taken

    def liking(self, product: Product) -> float:
        """How much of the product they have taken before: its brand, and its options in its category."""
        liked = float(self.brands[product.brand or ""] > 0)
        for name, counted in self.options_in(product.category_id).items():
            values = {variant.options.get(name) for variant in product.variants if variant.can_supply()}
            liked += sum(count for value, count in counted.items() if value in values) / counted.total()
        return liked

    def usual(self, product: Product) -> dict[str, str]:
        """The options that were taken every time in the product's category, where it can be had in them."""
        there = [variant.options for variant in product.variants if variant.can_supply()]
        every_time = {
            name: next(iter(counted))
            for name, counted in self.options_in(product.category_id).items()
            if len(counted) == 1 and counted.total() > 1
        }
        fitting = any(all(options.get(name) == value for name, value in every_time.items()) for options in there)
        return every_time if fitting else {}


def similar(
    scope: CustomerScope, product: Product, *, limit: int = 5, embedder: Embedding | None = None
) -> list[Recommendation]:
    """Things of the product's category that are like it in words and meaning and can be had, those to the customer's
    taste first; not what this customer has."""
    taste = Taste(scope)
    wanted = Filters(category_id=product.category_id, in_stock=True)
    name = f"{product.name_en} {product.name_zh}"
    hits = search_products(scope.session, name, filters=wanted, limit=_CANDIDATES, embedder=embedder)
    others = [hit.item for hit in hits if hit.item.id not in taste.ids | {product.id}]
    return [_reasoned(taste, other, Why.SIMILAR, product) for other in _to_taste(taste, others)[:limit]]


def complementary(scope: CustomerScope, product: Product, *, limit: int = 5) -> list[Recommendation]:
    """Things that go with the product and can be had: what the shop says goes with it, then what several customers
    bought with it; not what this customer has."""
    taste = Taste(scope)
    return [found for found in _going_with(scope.session, taste, product) if found.product.id not in taste.ids][:limit]


def for_customer(scope: CustomerScope, *, limit: int = 5, embedder: Embedding | None = None) -> list[Recommendation]:
    """For what the customer bought last, things that go with it, else things like it; none without orders."""
    taste = Taste(scope)
    bought = taste.products[:_BOUGHT]
    each = [_going_with(scope.session, taste, product) for product in bought]
    found = _in_turn(each, taste.ids)
    if len(found) < limit:
        alike = [similar(scope, product, limit=limit, embedder=embedder) for product in bought]
        known = {one.product.id for one in found}
        found += [one for one in _in_turn(alike, taste.ids) if one.product.id not in known]
    return found[:limit]


def _going_with(session: ShopSession, taste: Taste, product: Product) -> list[Recommendation]:
    stated = _in_stock(session, product.complements)
    together = [other for other in _in_stock(session, _bought_with(session, product)) if other not in stated]
    return [
        *(_reasoned(taste, other, Why.GOES_WITH, product) for other in _to_taste(taste, stated)),
        *(_reasoned(taste, other, Why.BOUGHT_TOGETHER, product) for other in _to_taste(taste, together)),
    ]


def _bought_with(session: ShopSession, product: Product) -> list[str]:
    """The products that several customers bought with this one, most often first. It is counted over everybody's
    orders, and nothing but the counts leaves the database."""
    own, other = aliased(OrderLine), aliased(OrderLine)
    its, theirs = aliased(Variant), aliased(Variant)
    customers = func.count(Order.customer_id.distinct())
    statement = (
        select(theirs.product_id)
        .select_from(its)
        .join(own, own.variant_id == its.id)
        .join(other, other.order_id == own.order_id)
        .join(theirs, theirs.id == other.variant_id)
        .join(Order, Order.id == own.order_id)
        .where(its.product_id == product.id, theirs.product_id != product.id, Order.status != OrderStatus.CANCELLED)
        .group_by(theirs.product_id)
        .having(customers >= _TOGETHER)
        .order_by(customers.desc(), theirs.product_id)
        .limit(_CANDIDATES)
    )
    return list(session.scalars(statement, execution_options=UNSCOPED))


def _in_stock(session: ShopSession, ids: Sequence[str]) -> list[Product]:
    """The products that can be had, in the order of their ids."""
    statement = select(Product).where(Product.id.in_(ids)).options(selectinload(Product.variants))
    found = {product.id: product for product in session.scalars(statement)}
    there = [found[id_] for id_ in ids if id_ in found]
    return [product for product in there if any(variant.can_supply() for variant in product.variants)]


def _to_taste(taste: Taste, products: Sequence[Product]) -> list[Product]:
    """Products in their order and in that of the customer's taste, fused by reciprocal rank."""
    by_id = {product.id: product for product in products}
    liking = {product.id: taste.liking(product) for product in products}
    liked = sorted((id_ for id_ in by_id if liking[id_]), key=lambda id_: -liking[id_])
    return [by_id[id_] for id_ in fuse(list(by_id), liked)]


def _reasoned(taste: Taste, product: Product, why: Why, basis: Product) -> Recommendation:
    usual = taste.usual(product)
    there = [variant for variant in product.variants if variant.can_supply()]
    return Recommendation(
        product,
        why,
        basis,
        was_bought=basis.id in taste.ids,
        variants=tuple(v for v in there if all(v.options.get(name) == value for name, value in usual.items())),
        usual=usual,
        brand_known=bool(product.brand and taste.brands[product.brand]),
    )


def _in_turn(several: Sequence[Sequence[Recommendation]], without: Iterable[str]) -> list[Recommendation]:
    """The first of each, then the second of each and so on; every product once, and none of those left out."""
    longest = max(map(len, several), default=0)
    mixed = [each[place] for place in range(longest) for each in several if place < len(each)]
    left_out = set(without)
    found: dict[str, Recommendation] = {}
    for one in mixed:
        if one.product.id not in left_out:
            found.setdefault(one.product.id, one)
    return list(found.values())
