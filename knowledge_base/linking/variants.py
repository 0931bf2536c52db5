"""Choosing a variant as customers do: "in black, size M", "same but in red", "the bigger one", 最便宜的."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.linking.sizes import size_rank
from knowledge_base.models import Product, Variant
from knowledge_base.search.tokens import normalise
from knowledge_base.search.vocabulary import Pair, Vocabulary, vocabulary_of
from knowledge_base.sessions import ShopSession

#: What people put around a size: "size 42", 42码, "us 10".
_SIZE_WORDS = re.compile(r"\b(?:size|sizes|uk|us|eu)\b|码数|尺码|[号码]$|号的|码的")


class Comparison(StrEnum):
    """How the wanted variant relates to the one talked about."""

    BIGGER = "bigger"
    SMALLER = "smaller"
    BIGGEST = "biggest"
    SMALLEST = "smallest"
    CHEAPER = "cheaper"
    CHEAPEST = "cheapest"
    DEARER = "dearer"
    DEAREST = "dearest"


_COMPARISONS = (
    (Comparison.CHEAPEST, r"cheapest|least expensive|lowest price|最便宜|最低价"),
    (Comparison.DEAREST, r"most expensive|dearest|最贵"),
    (Comparison.BIGGEST, r"biggest|largest|最大"),
    (Comparison.SMALLEST, r"smallest|最小"),
    (Comparison.CHEAPER, r"cheaper|less expensive|便宜"),
    (Comparison.DEARER, r"more expensive|dearer|pricier|贵一?点|贵的|更贵"),
    (Comparison.BIGGER, r"bigger|larger|size up|one up|大一?点|大一[号码]|更大|大些|大的"),
    (Comparison.SMALLER, r"smaller|size down|one down|小一?点|小一[号码]|更小|小些|小的"),
)


def comparison_of(text: str) -> Comparison | None:
    """The comparison that a mention makes ("the cheaper one", 大一号的), if any."""
    plain = normalise(text)
    return next((kind for kind, pattern in _COMPARISONS if re.search(pattern, plain)), None)


@dataclass(frozen=True)
class VariantMatch:
    """A variant with how well it fits: `score` 1.0 if it has every option asked for; `missing` are those it lacks."""

    variant: Variant
    score: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class VariantChoice:
    """The fitting variants, best first. `unknown` are words that name no option of the product."""

    matches: tuple[VariantMatch, ...]
    unknown: tuple[str, ...] = ()

    @property
    def best(self) -> Variant | None:
        """The one variant that is meant; None if several fit equally or none fits wholly."""
        whole = [match for match in self.matches if match.score >= 1.0]
        return whole[0].variant if len(whole) == 1 else None

    @property
    def choices(self) -> tuple[Variant, ...]:
        """The two or three variants to ask about."""
        top = [match for match in self.matches if match.score == self.matches[0].score] if self.matches else []
        return tuple(match.variant for match in top[:3])


def resolve_options(session: ShopSession, product: Product, said: Sequence[str]) -> tuple[list[set[Pair]], list[str]]:
    """What words mean among this product's options: a set of possible (name, value) pairs for each, and what is unknown.

    "black" of sunglasses may be the frame or the lens; "42码" is size 42; "navi" is navy.
    """
    return resolve_with(vocabulary_of(session), product, said)


def resolve_with(vocabulary: Vocabulary, product: Product, said: Sequence[str]) -> tuple[list[set[Pair]], list[str]]:
    """As `resolve_options`, for callers that have the vocabulary already."""
    offered = {pair for variant in product.variants for pair in variant.options.items()}
    wanted: list[set[Pair]] = []
    unknown: list[str] = []
    for word in said:
        found = _named(vocabulary, word, offered)
        if found:
            wanted.extend(found)
        else:
            unknown.append(word)
    return wanted, unknown


def choose_variant(
    session: ShopSession,
    product: Product,
    said: Sequence[str] = (),
    *,
    base: Variant | None = None,
    comparison: Comparison | None = None,
    only_available: bool = False,
) -> VariantChoice:
    """The variants of a product that are meant.

    `said` are option words ("black", "M", 42码). `base` is the variant talked about: options that are not mentioned
    stay as they are there ("same but in black"), and BIGGER, CHEAPER … compare with it.
    """
    wanted, unknown = resolve_options(session, product, said)
    pool = [variant for variant in product.variants if variant.can_supply() or not only_available]
    if comparison is not None:
        pool = _compared(pool, base, comparison)
    elif base is not None and wanted:
        pool = [variant for variant in pool if variant.id != base.id]
    scored = [(_fit(variant, wanted), variant) for variant in pool]
    scored = [(match, variant) for match, variant in scored if match.score > 0]
    if base is not None and (wanted or comparison) and scored:
        scored = _nearest_to(base, wanted, scored, comparison)
    ordered = sorted(scored, key=lambda entry: (-entry[0].score, not entry[1].can_supply(), entry[1].price))
    return VariantChoice(tuple(match for match, _ in ordered), tuple(unknown))


def _named(vocabulary: Vocabulary, word: str, offered: set[Pair]) -> list[set[Pair]]:
    """The options of the product that a word or a short phrase names; one set for each option in it."""
    plain = " ".join(_SIZE_WORDS.sub(" ", normalise(word)).split())
    for surface in dict.fromkeys((normalise(word), plain)):
        direct = {pair for pair in offered if _same(pair[1], surface)}
        listed = set(vocabulary.exact(surface)) & offered
        if direct or listed:
            return [direct or listed]
    mentions, _ = vocabulary.split(word)
    several = [set(mention.values) & offered for mention in mentions]
    if any(several):
        return [pairs for pairs in several if pairs]
    near = _nearest_value(plain, offered)
    return [near] if near else []


def _same(value: str, said: str) -> bool:
    """Whether a value is said: "128 GB" is 128GB, "1 liter" is 1L."""
    own = normalise(value)
    if own.replace(" ", "") == said.replace(" ", ""):
        return True
    ranks = size_rank(own), size_rank(said)
    has_unit = any(character.isalpha() for character in said) and any(character.isdigit() for character in said)
    return has_unit and None not in ranks and ranks[0] == ranks[1]


def _nearest_value(said: str, offered: set[Pair]) -> set[Pair]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(said) < 4 or any(character.isdigit() for character in said):
        return set()  # a near number is another number
    values = {normalise(value) for _, value in offered}
    found = process.extractOne(said, sorted(values), scorer=OSA.distance, score_cutoff=1)
    return {pair for pair in offered if found and normalise(pair[1]) == found[0]}


def _fit(variant: Variant, wanted: Sequence[set[Pair]]) -> VariantMatch:
    """How many of the wanted options the variant has."""
    has = set(variant.options.items())
    missing = tuple("/".join(sorted(value for _, value in pairs)) for pairs in wanted if not pairs & has)
    return VariantMatch(variant, 1 - len(missing) / len(wanted) if wanted else 1.0, missing)


def _nearest_to(
    base: Variant,
    wanted: Sequence[set[Pair]],
    scored: list[tuple[VariantMatch, Variant]],
    comparison: Comparison | None,
) -> list[tuple[VariantMatch, Variant]]:
    """Of the variants that fit best, those that share most of what was not talked about with the base."""
    free = {name for pairs in wanted for name, _ in pairs} | ({size_option(base)} if comparison else set())

    def shared(variant: Variant) -> int:
        return sum(variant.options.get(name) == value for name, value in base.options.items() if name not in free)

    if comparison in (Comparison.CHEAPER, Comparison.CHEAPEST, Comparison.DEARER, Comparison.DEAREST):
        return scored
    top = max(match.score for match, _ in scored)
    most = max(shared(variant) for match, variant in scored if match.score == top)
    return [(match, variant) for match, variant in scored if match.score == top and shared(variant) == most]


def _compared(pool: list[Variant], base: Variant | None, comparison: Comparison) -> list[Variant]:
    """The next bigger, cheaper … variants after the base, or the extreme ones; without a base, the extreme ones."""
    by_price = comparison in (Comparison.CHEAPER, Comparison.CHEAPEST, Comparison.DEARER, Comparison.DEAREST)
    upwards = comparison in (Comparison.BIGGER, Comparison.BIGGEST, Comparison.DEARER, Comparison.DEAREST)
    name = size_option(base or next(iter(pool), None))
    ranks: dict[str, float] = {}
    for variant in pool:
        rank = float(variant.price) if by_price else size_rank(variant.options.get(name or "", ""))
        if rank is not None:
            ranks[variant.id] = rank if upwards else -rank
    if not ranks:
        return []
    if (
        comparison in (Comparison.CHEAPER, Comparison.DEARER, Comparison.BIGGER, Comparison.SMALLER)
        and base is not None
    ):
        own = float(base.price) if by_price else size_rank(base.options.get(name or "", ""))
        if own is None:
            return []
        own = own if upwards else -own
        beyond = [rank for rank in ranks.values() if rank > own]
        goal = min(beyond, default=None)
    else:
        goal = max(ranks.values())
    return [variant for variant in pool if ranks.get(variant.id) == goal]


def size_option(variant: Variant | None) -> str | None:
    """The option that says how big a variant is: size, or the first one that is measured."""
    if variant is None:
        return None
    named = [name for name in variant.options if "size" in name and size_rank(variant.options[name]) is not None]
    measured = [name for name, value in variant.options.items() if size_rank(value) is not None]
    return next(iter([name for name in named if name == "size"] + named + measured), None)
