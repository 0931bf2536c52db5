"""Searching: the best products or articles for a sentence, with scores that tell a weak hit from a good one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from knowledge_base.models import Article, Product, Variant
from knowledge_base.search import terms
from knowledge_base.search.embedders import Embedding
from knowledge_base.search.filters import Filters, parse_filters
from knowledge_base.search.query import Query, parse
from knowledge_base.search.sieve import Sieve
from knowledge_base.search.terms import Group, Match
from knowledge_base.search.tokens import marker
from knowledge_base.search.vectors import fuse, nearest
from knowledge_base.search.vocabulary import Pair
from knowledge_base.sessions import ShopSession

Found = TypeVar("Found", Product, Article)

#: How many candidates are looked at for one result, and at least.
_CANDIDATES_PER_RESULT, _LEAST_CANDIDATES = 6, 60
#: While less than this part of the candidates are found, ever less is asked for.
_FEW = 4
#: How many of the products that are nearest in meaning may be sifted by the filters.
_NEAR = 400
#: How much the words of a question count beside its meaning.
_WORDS = 0.3


@dataclass(frozen=True)
class Hit(Generic[Found]):
    """One result.

    `score` is from 0 to 1: how much of what was asked for it has (`lexical`, by weight of the words), or how near it
    is in meaning if that is more. Under about 0.35 it is rather no answer.
    """

    item: Found
    score: float
    lexical: float
    #: How near it is in meaning, as the encoder has it; None without one.
    semantic: float | None = None
    #: For products: the variants that meet the filters and name most of the options asked for, cheapest first.
    variants: tuple[Variant, ...] = ()
    #: For products: whether it has everything that was said, and every option that was named in one variant.
    complete: bool = False


def search_products(
    session: ShopSession,
    text: str,
    *,
    filters: Filters | None = None,
    limit: int = 10,
    embedder: Embedding | None = None,
) -> list[Hit[Product]]:
    """Products for a sentence ("red dress under 300", 300元以下的红色连衣裙), best first.

    Prices and stock in the sentence become filters; `filters` given win over them. Products that have all that is
    said, and all the options in one variant, come first and are marked by `Hit.complete`; to exclude others, give the
    options as `filters.options`. Words and meanings are fused by reciprocal rank.
    """
    said, rest = parse_filters(text)
    wanted = _merge(said, filters or Filters())
    query = parse(session, "product", rest)
    sieve = Sieve(session, wanted)
    size = max(_LEAST_CANDIDATES, limit * _CANDIDATES_PER_RESULT)
    lexical, whole = _lexical(session, query, sieve, size)
    near: dict[str, float] = {}
    if embedder is not None and rest.strip():
        closest = dict(nearest(session, "product", rest, embedder, limit=_NEAR))
        near = {ref: closest[ref] for ref in sieve.first(list(closest), size)}
    ranking = fuse(list(lexical), list(near)) if near else list(lexical)
    if query.options:
        ranking.sort(key=lambda ref: ref not in whole)
    hits: list[Hit[Product]] = []
    for start in range(0, len(ranking), limit):
        for product in _products(session, ranking[start : start + limit]):
            variants = _variants(product, wanted, query)
            if product.variants and not variants:
                continue
            hit = _hit(product, lexical.get(product.id, 0.0), near.get(product.id), embedder, variants)
            hits.append(replace(hit, complete=product.id in whole))
        if len(hits) >= limit:
            break
    return hits[:limit]


def _products(session: ShopSession, ids: list[str]) -> list[Product]:
    """Products in the order of their ids, with their variants."""
    statement = select(Product).where(Product.id.in_(ids)).options(selectinload(Product.variants))
    found = {product.id: product for product in session.scalars(statement)}
    return [found[key] for key in ids if key in found]


def _lexical(session: ShopSession, query: Query, sieve: Sieve, size: int) -> tuple[dict[str, float], set[str]]:
    """Products that pass the sieve, with their coverage, best first; and those of them that have all that is said."""
    required = [Group((marker("option", *pair),)) for pair in sieve.filters.options.items()]
    if sieve.filters.category_id is not None:
        required.append(Group((marker("category", sieve.filters.category_id),)))

    def passing(groups: list[Group]) -> list[str]:
        bounds = {"min_price": sieve.filters.min_price, "max_price": sieve.filters.max_price}
        return sieve.first(terms.find(session, "product", [*groups, *required], **bounds), size, query.options)

    if not query.units:
        bare = passing([]) if sieve.is_needed else []
        return dict.fromkeys(bare, 1.0), set(bare)
    refs: list[str] = []
    for groups in query.strict:
        refs = list(dict.fromkeys([*refs, *passing(groups)]))
        if len(refs) >= size // _FEW:
            break
    whole = list(refs)
    if query.loose and len(refs) < size // _FEW:
        refs = list(dict.fromkeys([*refs, *passing(query.loose)]))
    matches = terms.texts(session, "product", refs)
    return _scored(query, matches, refs), _in_one_variant(query, sieve, [matches[ref] for ref in whole])


def _in_one_variant(query: Query, sieve: Sieve, matches: Sequence[Match]) -> set[str]:
    """Those products that have all the options said in one variant; what a product has only as a word (the "winter" of
    a winter coat, which is a size of sleeping bags) its variants need not have."""
    by_options: dict[tuple[tuple[Pair, ...], ...], list[str]] = {}
    for match in matches:
        body = set(match.body.split())
        needed = tuple(unit.values for unit in query.units if not body.isdisjoint(unit.markers))
        by_options.setdefault(needed, []).append(match.ref)
    return {ref for needed, refs in by_options.items() for ref in (sieve.complete(refs, needed) if needed else refs)}


def _scored(query: Query, matches: Mapping[str, Match], refs: Sequence[str]) -> dict[str, float]:
    """Documents with their coverage, best first; among equals their order decides."""
    scored = {ref: query.coverage(matches[ref]) for ref in refs if ref in matches}
    return dict(sorted(scored.items(), key=lambda entry: -entry[1]))


def search_articles(
    session: ShopSession, text: str, *, limit: int = 3, embedder: Embedding | None = None
) -> list[Hit[Article]]:
    """Articles for a question, best first."""
    query = parse(session, "article", text)
    matches = _matches(session, "article", query)
    near = dict(nearest(session, "article", text, embedder, limit=_LEAST_CANDIDATES)) if embedder else {}
    found = session.scalars(select(Article).where(Article.id.in_({*matches, *near})))
    hits = {
        row.id: _hit(row, query.coverage(matches[row.id]) if row.id in matches else 0.0, near.get(row.id), embedder)
        for row in found
    }

    def rank(ref: str) -> float:
        """Words and meaning together: either alone is right less often."""
        words = query.prominence(matches[ref]) if ref in matches else 0.0
        return _WORDS * words + near.get(ref, 0.0) if embedder else words

    order = sorted((ref for ref in (*matches, *near) if ref in hits), key=lambda ref: -rank(ref))
    return [hits[ref] for ref in dict.fromkeys(order)][:limit]


def _matches(session: ShopSession, kind: str, query: Query) -> dict[str, Match]:
    """Documents with everything asked for, then those with anything."""
    refs: list[str] = []
    for groups in (*query.strict, query.loose):
        if groups and len(refs) < _LEAST_CANDIDATES // _FEW:
            refs = list(dict.fromkeys([*refs, *terms.find(session, kind, groups)[:_LEAST_CANDIDATES]]))
    found = terms.texts(session, kind, refs)
    return {ref: found[ref] for ref in refs if ref in found}


def _variants(product: Product, filters: Filters, query: Query) -> tuple[Variant, ...]:
    """The variants that meet the filters; among them those that have most of the options asked for."""
    allowed = [variant for variant in product.variants if filters.accepts(variant)]
    asked = [unit.values for unit in query.units if unit.values]

    def named(variant: Variant) -> int:
        return sum(any(variant.options.get(name) == value for name, value in values) for values in asked)

    most = max((named(variant) for variant in allowed), default=0)
    return tuple(sorted((v for v in allowed if named(v) == most), key=lambda v: (not v.can_supply(), v.price)))


def _hit(
    item: Found, lexical: float, cosine: float | None, embedder: Embedding | None, variants: tuple[Variant, ...] = ()
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
