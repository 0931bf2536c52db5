"""A sentence as a query: units to find, each with every way it may stand in the index, and how rare it is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from knowledge_base.search.statistics import Statistics, statistics_of
from knowledge_base.search.terms import Group, Match
from knowledge_base.search.tokens import Token, is_chinese, marker, tokens
from knowledge_base.search.vocabulary import Mention, Pair, vocabulary_of
from knowledge_base.sessions import ShopSession

#: A word in the body counts this much of one in the title.
_BODY_SHARE = 0.7
#: What is missing to a whole hit when a word stands once in the title; standing there twice halves it.
_ONCE = 0.5
#: From how many letters on a word is corrected by one mistake (a letter more, less, other, or two swapped), and by two.
_TYPO_LENGTH, _LONG_WORD = 4, 8
#: A hit on a corrected word counts less; a word that no document has counts, but less than its rarity says: customers
#: talk about more than the thing they look for.
_GUESSED, _UNKNOWN = 0.8, 0.6
#: Where nothing has all that was asked for, the rarest terms that together are in at most so many documents count.
_LOOSE_DOCUMENTS = 3000


@dataclass(frozen=True)
class Unit:
    """One thing asked for: any of its alternatives satisfies it. `weight` is importance times rarity."""

    alternatives: tuple[str, ...]
    weight: float
    #: The option values it may mean, if any.
    values: tuple[Pair, ...] = ()
    #: Whether a document without it is no answer (bigrams are only help).
    required: bool = True
    #: The English word as it was typed.
    raw: str = ""
    #: Index terms of the option values, and whether the alternatives are a corrected typo.
    markers: tuple[str, ...] = ()
    guessed: bool = False
    #: In how many documents each alternative is.
    documents: tuple[int, ...] = ()


@dataclass(frozen=True)
class Query:
    """What is asked for."""

    units: tuple[Unit, ...]

    @property
    def strict(self) -> list[list[Group]]:
        """What documents must have: all that was asked for, the names of things in the title; or all anywhere.

        A word that no document has tells none from another.
        """
        required = [unit for unit in self.units if unit.required and any(unit.documents)]
        anywhere = [Group(unit.alternatives) for unit in required]
        named = [Group(unit.alternatives, in_title=not unit.markers) for unit in required]
        return [groups for groups in ([anywhere] if named == anywhere else [named, anywhere]) if groups]

    @property
    def loose(self) -> list[Group]:
        """What documents must have where few have all: one of the rarer things."""
        counted = {pair for unit in self.units for pair in zip(unit.documents, unit.alternatives, strict=True)}
        rarest = sorted((documents, term) for documents, term in counted if documents)
        sums = accumulate(documents for documents, _ in rarest)
        few = [term for (_, term), total in zip(rarest, sums, strict=True) if total <= _LOOSE_DOCUMENTS]
        return [Group(tuple(few or [rarest[0][1]]))] if rarest else []

    @property
    def options(self) -> list[tuple[Pair, ...]]:
        """The option values asked for: of each group, a variant has one."""
        return [unit.values for unit in self.units if unit.values]

    def coverage(self, match: Match) -> float:
        """How much of what was asked for a document has, by weight: 0 to 1."""
        title, body = set(match.title.split()), set(match.body.split())
        total = sum(unit.weight for unit in self.units)
        if not total:
            return 0.0
        return sum(unit.weight * _hit(unit, title, body) for unit in self.units) / total

    def prominence(self, match: Match) -> float:
        """As `coverage`, but a word counts the more, the more of the title's questions have it."""
        title, body = Counter(match.title.split()), set(match.body.split())
        total = sum(unit.weight for unit in self.units)
        if not total:
            return 0.0
        return sum(unit.weight * _prominent(unit, title, body) for unit in self.units) / total


def _prominent(unit: Unit, title: Counter[str], body: set[str]) -> float:
    often = max((title[term] for term in unit.alternatives), default=0)
    return max(_hit(unit, set(), body), 1 - _ONCE / often if often else 0.0)


def _hit(unit: Unit, title: set[str], body: set[str]) -> float:
    if unit.markers and not body.isdisjoint(unit.markers):
        return 1.0
    share = _GUESSED if unit.guessed else 1.0
    if not title.isdisjoint(unit.alternatives):
        return share
    return 0.0 if body.isdisjoint(unit.alternatives) else share * _BODY_SHARE


def parse(session: ShopSession, kind: str, text: str) -> Query:
    """The query of a sentence. Option values count as the value or as the words, whichever a document has."""
    mentions, rest = vocabulary_of(session).split(text) if kind == "product" else ([], text)
    drafts = _of_mentions(mentions) + [_of_token(token) for token in tokens(rest)]
    known = statistics_of(session, kind)
    known.count(session, [term for draft in drafts for term in draft.alternatives])
    units: list[Unit] = []
    for draft in drafts:
        found = sum(known.counts[term] for term in draft.alternatives)
        if not found and not draft.required:
            continue  # a bigram nobody has: its word counts already
        if not found and (nearest := _correct(session, known, draft.raw)):
            draft = replace(draft, alternatives=(nearest,), guessed=True)
            known.count(session, [nearest])
            found = known.counts[nearest]
        weight = draft.weight * _rarity(found, known.size) * (1.0 if found else _UNKNOWN)
        units.append(replace(draft, weight=weight, documents=tuple(known.counts[t] for t in draft.alternatives)))
    return Query(tuple(units))


def _of_mentions(mentions: Iterable[Mention]) -> list[Unit]:
    """A unit for each attribute: a variant has one value of it, so several that are named are alternatives."""
    by_attribute: dict[frozenset[str], list[Mention]] = {}
    for mention in mentions:
        by_attribute.setdefault(frozenset(name for name, _ in mention.values), []).append(mention)
    return [_of_alternatives(several) for several in by_attribute.values()]


def _of_alternatives(mentions: Sequence[Mention]) -> Unit:
    values = tuple(dict.fromkeys(pair for mention in mentions for pair in mention.values))
    markers = tuple(marker("option", *pair) for pair in values)
    plain = [token.text for mention in mentions for token in tokens(mention.text)[:1]]
    return Unit(tuple(dict.fromkeys((*markers, *plain))), 1.0, values, markers=markers)


def _of_token(token: Token) -> Unit:
    return Unit((token.text,), token.weight, required=token.weight == 1.0, raw=token.raw)


def _rarity(documents: int, total: int) -> float:
    """Inverse document frequency, smoothed so that a word in every document still counts a little (BM25+1)."""
    return math.log(1 + (total - min(documents, total) + 0.5) / (min(documents, total) + 0.5)) + 0.1


def _correct(session: ShopSession, known: Statistics, word: str) -> str | None:
    """The word of the index that an unknown English word most likely is; None if none is near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if is_chinese(word) or len(word) < _TYPO_LENGTH or not word.isalpha():
        return None
    # Typing mistakes seldom change the first letter.
    candidates = known.words(session, word[0])
    allowed = 1 if len(word) < _LONG_WORD else 2
    found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=allowed)
    return found[0] if found else None
