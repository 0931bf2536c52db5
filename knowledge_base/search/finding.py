"""Searching: the best products or articles for a sentence, with scores that tell a weak hit from a good one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from knowledge_base.models import Article, Product, Variant
from knowledge_base.search import terms
from knowledge_base.search.filters import Filters, parse_filters
from knowledge_base.search.query import Query, parse
from knowledge_base.search.terms import Match
from knowledge_base.search.tokens import marker
from knowledge_base.search.vectors import Embedder, fuse, nearest
from knowledge_base.sessions import ShopSession

Found = TypeVar("Found", Product, Article)

#: How many candidates are looked at for one result, and at least.
_CANDIDATES_PER_RESULT, _LEAST_CANDIDATES = 6, 60


@dataclass(frozen=True)
class Hit(Generic[Found]):
    """One result.

    `score` is from 0 to 1: how much of what was asked for it has (`lexical`, by weight of the words), or how near it
    is in meaning if that is more. Under about 0.35 it is rather no answer.
    """

    item: Found
    score: float
    lexical: float
    #: The cosine with the query; None without an encoder.
    semantic: float | None = None
    #: For products: the variants that meet the filters and name most of the options asked for, cheapest first.
    variants: tuple[Variant, ...] = ()


def search_products(
    session: ShopSession,
    text: str,
    *,
    filters: Filters | None = None,
    limit: int = 10,
    embedder: Embedder | None = None,
) -> list[Hit[Product]]:
    """Products for a sentence ("red dress under 300", 300元以下的红色连衣裙), best first.

    Prices and stock in the sentence become filters; `filters` given win over them. Option words such as colours rank
    but do not exclude; to exclude, give them as `filters.options`.
    """
    said, rest = parse_filters(text)
    wanted = _merge(said, filters or Filters())
    query = parse(session, "product", rest)
    required: list[tuple[str, ...]] = [(marker("option", *pair),) for pair in wanted.options.items()]
    if wanted.category_id is not None:
        required.append((marker("category", wanted.category_id),))
    bounds = (wanted.min_price, wanted.max_price)
    size = max(_LEAST_CANDIDATES, limit * _CANDIDATES_PER_RESULT)
    lexical = _lexical(session, "product", query, required, bounds, size)
    near = dict(nearest(session, "product", rest, embedder, limit=size)) if embedder and rest.strip() else {}
    ranking = fuse(list(lexical), list(near)) if near else list(lexical)
    hits: list[Hit[Product]] = []
    for start in range(0, len(ranking), 2 * limit):
        for product in _products(session, ranking[start : start + 2 * limit]):
            variants = _variants(product, wanted, query)
            elsewhere = product.id not in lexical and wanted.category_id not in (None, product.category_id)
            if (product.variants and not variants) or elsewhere:
                continue
            hits.append(_hit(product, lexical.get(product.id, 0.0), near.get(product.id), embedder, variants))
        if len(hits) >= limit:
            break
    return hits[:limit]


def _products(session: ShopSession, ids: list[str]) -> list[Product]:
    """Products in the order of their ids, with their variants."""
    statement = select(Product).where(Product.id.in_(ids)).options(selectinload(Product.variants))
    found = {product.id: product for product in session.scalars(statement)}
    return [found[key] for key in ids if key in found]


def search_articles(
    session: ShopSession, text: str, *, limit: int = 3, embedder: Embedder | None = None
) -> list[Hit[Article]]:
    """Articles for a question, best first."""
    query = parse(session, "article", text)
    matches = _matches(session, "article", query, [], (None, None), _LEAST_CANDIDATES)
    near = dict(nearest(session, "article", text, embedder, limit=_LEAST_CANDIDATES)) if embedder else {}
    found = session.scalars(select(Article).where(Article.id.in_({*matches, *near})))
    hits = {
        row.id: _hit(row, query.coverage(matches[row.id]) if row.id in matches else 0.0, near.get(row.id), embedder)
        for row in found
    }

    def rank(ref: str) -> float:
        """Words and meaning together: either alone is right less often (57 % of the articles' own questions, each
        left out of the index in turn, against 64 %)."""
        words = query.prominence(matches[ref]) if ref in matches else 0.0
        return words + (embedder.score(near[ref]) if embedder and ref in near else 0.0)

    order = sorted((ref for ref in (*matches, *near) if ref in hits), key=lambda ref: -rank(ref))
    return [hits[ref] for ref in dict.fromkeys(order)][:limit]


def _lexical(
    session: ShopSession,
    kind: str,
    query: Query,
    required: list[tuple[str, ...]],
    bounds: tuple[Decimal | None, Decimal | None],
    limit: int,
) -> dict[str, float]:
    """Documents with their coverage, best first."""
    matches = _matches(session, kind, query, required, bounds, limit)
    if not query.units:
        return dict.fromkeys(matches, 1.0)
    scored = {ref: query.coverage(match) for ref, match in matches.items()}
    # The sort is stable: among equals the database's own ranking (BM25) decides.
    return dict(sorted(scored.items(), key=lambda entry: -entry[1]))


def _matches(
    session: ShopSession,
    kind: str,
    query: Query,
    required: list[tuple[str, ...]],
    bounds: tuple[Decimal | None, Decimal | None],
    limit: int,
) -> dict[str, Match]:
    """Documents with everything asked for, then those with anything."""
    low, high = bounds

    def run(groups: list[tuple[str, ...]]) -> list[Match]:
        return terms.find(session, kind, [*groups, *required], limit=limit, min_price=low, max_price=high)

    if not query.units:
        return {match.ref: match for match in run([])} if required or bounds != (None, None) else {}
    matches = {match.ref: match for match in run(query.strict)} if query.strict else {}
    if len(matches) < limit // 4:
        matches = {**matches, **{match.ref: match for match in run(query.loose) if match.ref not in matches}}
    return matches


def _variants(product: Product, filters: Filters, query: Query) -> tuple[Variant, ...]:
    """The variants that meet the filters; among them those that have most of the options asked for."""
    allowed = [variant for variant in product.variants if filters.accepts(variant)]
    asked = [unit.values for unit in query.units if unit.values]

    def named(variant: Variant) -> int:
        return sum(any(variant.options.get(name) == value for name, value in values) for values in asked)

    most = max((named(variant) for variant in allowed), default=0)
    return tuple(sorted((v for v in allowed if named(v) == most), key=lambda v: (not v.can_supply(), v.price)))


def _hit(
    item: Found, lexical: float, cosine: float | None, embedder: Embedder | None, variants: tuple[Variant, ...] = ()
) -> Hit[Found]:
    meaning = embedder.score(cosine) if embedder is not None and cosine is not None else 0.0
    return Hit(item, max(lexical, meaning), lexical, cosine, variants)


def _merge(said: Filters, given: Filters) -> Filters:
    return replace(
        given,
        min_price=said.min_price if given.min_price is None else given.min_price,
        max_price=said.max_price if given.max_price is None else given.max_price,
        in_stock=said.in_stock or given.in_stock,
    )
