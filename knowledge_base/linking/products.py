"""Which product, or which line of an order, a customer means; and when to ask."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select
from sqlalchemy.orm import selectinload

from knowledge_base.linking.similarity import similarity
from knowledge_base.linking.variants import choose_variant, resolve_with
from knowledge_base.models import OrderLine, Product, Variant
from knowledge_base.search.embedders import Embedding
from knowledge_base.search.finding import search_products
from knowledge_base.search.index import revision
from knowledge_base.search.tokens import is_chinese, normalise
from knowledge_base.search.vocabulary import Vocabulary, vocabulary_of
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
    """A product that may be meant, the variant if the words tell it, and the order line if lines were searched.

    `score` is from 0 to 1; `options` is the share of the option words that it has (1 if none were said).
    """

    product: Product
    score: float
    options: float = 1.0
    variant: Variant | None = None
    line: OrderLine | None = None


@dataclass(frozen=True)
class _Said:
    """A mention taken apart once: the option words in and beside it, and what is left of it."""

    mention: str
    rest: str
    inside: tuple[str, ...]
    beside: tuple[str, ...]
    vocabulary: Vocabulary


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
        if not self.candidates:
            return ()
        first = self.candidates[0]
        near = [one for one in self.candidates if first.score - one.score < _MARGIN and one.options >= first.options]
        # Two lines of the same variant are one thing to a customer.
        different = {(one.product.id, one.variant.id if one.variant else None): one for one in reversed(near)}
        return tuple(reversed(different.values()))[:3]


def link_products(
    session: ShopSession,
    mention: str,
    *,
    said: Sequence[str] = (),
    among: Iterable[Product] | None = None,
    limit: int = 10,
    embedder: Embedding | None = None,
) -> Linking:
    """The products a mention may mean ("the linnen dress", 红色连衣裙, 台等 for 台灯).

    `said` are option words that NLU found beside it (colour, size). `among` limits it to products that were shown;
    without it the whole catalogue counts.
    """
    words = _take_apart(session, mention, said)
    if among is not None:
        pool = list({product.id: product for product in among}.values())
    else:
        hits = search_products(session, " ".join([mention, *said]), limit=30, embedder=embedder)
        pool = [hit.item for hit in hits]
    found = _ranked(session, pool, words)
    if not found and among is None and mention.strip():
        found = _ranked(session, _scan(session, words), words)
    return Linking(tuple(found[:limit]))


def link_lines(session: ShopSession, lines: Iterable[OrderLine], mention: str, *, said: Sequence[str] = ()) -> Linking:
    """The order lines a mention may mean ("the lamp from my last order"); the variant is that of the line.

    Options count against the bought variant and not against what the product could be had in.
    """
    words = _take_apart(session, mention, said)
    candidates: list[Candidate] = []
    for line in lines:
        product = line.variant.product
        score, options = _score(product, words, (line.variant,))
        if score >= _LEAST:
            candidates.append(Candidate(product, score, options, line.variant, line))
    return Linking(tuple(sorted(candidates, key=lambda candidate: (-candidate.score, -candidate.options))))


def _take_apart(session: ShopSession, mention: str, said: Sequence[str]) -> _Said:
    vocabulary = vocabulary_of(session)
    inside, rest = vocabulary.split(mention)
    return _Said(mention, rest, tuple(part.text for part in inside), tuple(said), vocabulary)


def _ranked(session: ShopSession, pool: Sequence[Product], words: _Said) -> list[Candidate]:
    candidates: list[Candidate] = []
    for product in pool:
        score, options = _score(product, words, product.variants)
        if score < _LEAST:
            continue
        named = _option_words(product, words)
        only = product.variants[0] if len(product.variants) == 1 else None
        variant = choose_variant(session, product, named).best if named else only
        candidates.append(Candidate(product, score, options, variant))
    return sorted(candidates, key=lambda candidate: (-candidate.score, -candidate.options))


def _score(product: Product, words: _Said, variants: Sequence[Variant]) -> tuple[float, float]:
    """How well a product fits, and its share of the options: its names against the mention, with and without option
    words in it.

    A mention of options alone ("the black one") says nothing of the name, so only the options count.
    """
    whole = _best_name(product, words.mention)
    named = _option_words(product, words)
    if not named:
        return whole, 1.0
    options = _agreement(words.vocabulary, product, named, variants)
    if not _says_something(words.rest):
        # Only options were said, or the whole mention is a name that looks like one (蓝牙).
        return max(whole, options), options
    name = max(_best_name(product, words.rest), whole)
    return name * (1 - _OPTION_SHARE + _OPTION_SHARE * options), options


def _option_words(product: Product, words: _Said) -> list[str]:
    """The option words that were said, without those that belong to the product's name ("wireless" earbuds)."""
    names = [normalise(name) for name in (product.name_en, product.name_zh, *product.synonyms_en, *product.synonyms_zh)]
    return [*words.beside, *(word for word in words.inside if not any(word in name for name in names))]


def _agreement(vocabulary: Vocabulary, product: Product, words: Sequence[str], variants: Sequence[Variant]) -> float:
    """The share of option words that the best of these variants has."""
    wanted, unknown = resolve_with(vocabulary, product, words)
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


def _scan(session: ShopSession, words: _Said) -> list[Product]:
    """Products whose names sound or look like the mention, for what the index cannot find (homophones)."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    current = revision(session, "product")
    if engine not in _names or _names[engine][0] != current:
        rows = session.execute(
            select(Product.id, Product.name_en, Product.name_zh, Product.synonyms_en, Product.synonyms_zh).limit(_SCAN)
        )
        _names[engine] = (current, [(key, (en, zh, *more_en, *more_zh)) for key, en, zh, more_en, more_zh in rows])
    scored = [
        (max(similarity(text, name) for name in names for text in (words.mention, words.rest)), key)
        for key, names in _names[engine][1]
    ]
    ids = [key for score, key in sorted(scored, reverse=True)[:20] if score >= _LEAST]
    statement = select(Product).where(Product.id.in_(ids)).options(selectinload(Product.variants))
    return list(session.scalars(statement))
