"""Which product, or which line of an order, a customer means; and when to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import selectinload

from knowledge_base.linking.similarity import similarity
from knowledge_base.linking.variants import choose_variant, resolve_options
from knowledge_base.models import OrderLine, Product, Variant
from knowledge_base.search.finding import search_products
from knowledge_base.search.index import revision
from knowledge_base.search.tokens import is_chinese
from knowledge_base.search.vectors import Embedder
from knowledge_base.search.vocabulary import vocabulary_of
from knowledge_base.sessions import ShopSession

#: Less than this is no candidate; a candidate this much better than the next one is meant.
_LEAST, _MARGIN = 0.5, 0.08
#: A synonym counts nearly as much as the name, a category ("a dress") clearly less.
_SYNONYM, _CATEGORY = 0.98, 0.7
#: How much of the score options may take away from a product that does not have them.
_OPTION_SHARE = 0.25
#: Above this many products, names are not compared one by one when the index finds nothing.
_SCAN = 5000


@dataclass(frozen=True)
class Candidate:
    """A product that may be meant, the variant if the words tell it, and the order line if lines were searched."""

    product: Product
    score: float
    variant: Variant | None = None
    line: OrderLine | None = None


@dataclass(frozen=True)
class Linking:
    """What a mention may mean, best first; empty if nothing is near."""

    candidates: tuple[Candidate, ...] = ()

    @property
    def best(self) -> Candidate | None:
        """The candidate that is meant; None if it has to be asked."""
        return self.candidates[0] if self.candidates and not self.ambiguous else None

    @property
    def ambiguous(self) -> bool:
        """Whether others are nearly as good as the first."""
        return len(self.choices) > 1

    @property
    def choices(self) -> tuple[Candidate, ...]:
        """The candidates to ask about, at most three."""
        near = [one for one in self.candidates if self.candidates[0].score - one.score < _MARGIN]
        return tuple(near[:3])


def link_products(
    session: ShopSession,
    mention: str,
    *,
    said: Sequence[str] = (),
    among: Iterable[Product] | None = None,
    limit: int = 10,
    embedder: Embedder | None = None,
) -> Linking:
    """The products a mention may mean ("the linnen dress", 红色连衣裙, 台等 for 台灯).

    `said` are option words that NLU found beside it (colour, size). `among` limits it to products that were shown;
    without it the whole catalogue counts.
    """
    if among is not None:
        pool = list({product.id: product for product in among}.values())
    else:
        hits = search_products(session, " ".join([mention, *said]), limit=30, embedder=embedder)
        pool = [hit.item for hit in hits] or []
    found = _ranked(session, pool, mention, said)
    if not found and among is None and mention.strip():
        found = _ranked(session, _scan(session, mention), mention, said)
    return Linking(tuple(found[:limit]))


def link_lines(session: ShopSession, lines: Iterable[OrderLine], mention: str, *, said: Sequence[str] = ()) -> Linking:
    """The order lines a mention may mean ("the lamp from my last order"); the variant is that of the line.

    Options count against the bought variant and not against what the product could be had in.
    """
    candidates: list[Candidate] = []
    for line in lines:
        score = _name_score(session, line.variant.product, mention, said, (line.variant,))
        if score >= _LEAST:
            candidates.append(Candidate(line.variant.product, score, line.variant, line))
    return Linking(tuple(sorted(candidates, key=lambda candidate: -candidate.score)))


def _ranked(session: ShopSession, pool: Sequence[Product], mention: str, said: Sequence[str]) -> list[Candidate]:
    candidates: list[Candidate] = []
    for product in pool:
        score = _name_score(session, product, mention, said, product.variants)
        if score < _LEAST:
            continue
        words = [*said, *(part.text for part in vocabulary_of(session).split(mention)[0])]
        choice = choose_variant(session, product, words)
        only = product.variants[0] if len(product.variants) == 1 else None
        candidates.append(Candidate(product, score, choice.best if words else only))
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _name_score(
    session: ShopSession, product: Product, mention: str, said: Sequence[str], variants: Sequence[Variant]
) -> float:
    """How well a product fits: its names against the mention, with and without option words in it, and its options.

    A mention of options alone ("the black one") says nothing of the name, so only the options count.
    """
    mentioned, rest = vocabulary_of(session).split(mention)
    words = [*said, *(part.text for part in mentioned)]
    agreement = _agreement(session, product, words, variants)
    whole = _best_name(product, mention)
    if not mentioned and not said:
        return whole
    if not _says_something(rest):
        # Only options were said, or the whole mention is a name that looks like one (蓝牙).
        return max(whole, agreement)
    bare = max(_best_name(product, rest), whole)
    return bare * (1 - _OPTION_SHARE + _OPTION_SHARE * agreement)


def _agreement(session: ShopSession, product: Product, words: Sequence[str], variants: Sequence[Variant]) -> float:
    """The share of option words that the best of these variants has; 1 if there are none."""
    if not words:
        return 1.0
    wanted, unknown = resolve_options(session, product, words)
    most = max((sum(bool(pairs & set(variant.options.items())) for pairs in wanted) for variant in variants), default=0)
    return most / (len(wanted) + len(unknown))


def _best_name(product: Product, said: str) -> float:
    names = [(product.name_en, 1.0), (product.name_zh, 1.0)]
    names += [(synonym, _SYNONYM) for synonym in (*product.synonyms_en, *product.synonyms_zh)]
    if product.category is not None:
        shelf = product.category
        names += [(name, _CATEGORY) for name in (shelf.name_en, shelf.name_zh, *shelf.synonyms_en, *shelf.synonyms_zh)]
    if product.brand:
        names += [(f"{product.brand} {product.name_en}", 1.0)]
    return max(similarity(said, name) * weight for name, weight in names)


def _says_something(rest: str) -> bool:
    """Whether more than particles and "one" is left."""
    plain = rest.replace("one", " ").strip(" 的那这个件条双只台盏把套款张瓶支")
    return bool(plain) and (
        is_chinese(plain) or any(len(word) > 2 and word not in ("the", "that") for word in plain.split())
    )


_names: WeakKeyDictionary[Engine, tuple[int, list[tuple[str, tuple[str, ...]]]]] = WeakKeyDictionary()


def _scan(session: ShopSession, mention: str) -> list[Product]:
    """Products whose names sound or look like the mention, for what the index cannot find (homophones)."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    current = revision(session, "product")
    if engine not in _names or _names[engine][0] != current:
        rows = session.execute(
            select(Product.id, Product.name_en, Product.name_zh, Product.synonyms_en, Product.synonyms_zh).limit(_SCAN)
        )
        _names[engine] = (current, [(key, (en, zh, *more_en, *more_zh)) for key, en, zh, more_en, more_zh in rows])
    _, rest = vocabulary_of(session).split(mention)
    scored = [
        (max(similarity(text, name) for name in names for text in (mention, rest)), key)
        for key, names in _names[engine][1]
    ]
    ids = [key for score, key in sorted(scored, reverse=True)[:20] if score >= _LEAST]
    statement = select(Product).where(Product.id.in_(ids)).options(selectinload(Product.variants))
    return list(session.scalars(statement))
