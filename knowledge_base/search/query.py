"""A sentence as a query: units to find, each with every way it may stand in the index, and how rare it is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from knowledge_base.search import terms
from knowledge_base.search.index import revision
from knowledge_base.search.terms import Match
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


@dataclass(frozen=True)
class Query:
    """What is asked for."""

    units: tuple[Unit, ...]

    @property
    def strict(self) -> list[tuple[str, ...]]:
        """Groups of terms, one of each needed."""
        return [unit.alternatives for unit in self.units if unit.required]

    @property
    def loose(self) -> list[tuple[str, ...]]:
        """One group: anything of it is a hit."""
        every = tuple(dict.fromkeys(term for unit in self.units for term in unit.alternatives))
        return [every] if every else []

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
    drafts = [_of_mention(mention) for mention in mentions] + [_of_token(token) for token in tokens(rest)]
    counts = terms.counts(session, kind, [term for draft in drafts for term in draft.alternatives])
    total = max(1, terms.size(session, kind))
    units: list[Unit] = []
    for draft in drafts:
        found = sum(counts[term] for term in draft.alternatives)
        if not found and not draft.required:
            continue  # a bigram nobody has: its word counts already
        if not found and (nearest := _correct(session, kind, draft.raw)):
            draft = replace(draft, alternatives=(nearest,), guessed=True)
            found = terms.counts(session, kind, [nearest])[nearest]
        weight = draft.weight * _rarity(found, total) * (1.0 if found else _UNKNOWN)
        units.append(replace(draft, weight=weight))
    return Query(tuple(units))


def _of_mention(mention: Mention) -> Unit:
    plain = tokens(mention.text)
    markers = [marker("option", *pair) for pair in mention.values]
    terms_of_it = (*markers, *(token.text for token in plain[:1]))
    return Unit(tuple(dict.fromkeys(terms_of_it)), 1.0, mention.values, markers=tuple(markers))


def _of_token(token: Token) -> Unit:
    return Unit((token.text,), token.weight, required=token.weight == 1.0, raw=token.raw)


def _rarity(documents: int, total: int) -> float:
    """Inverse document frequency, smoothed so that a word in every document still counts a little (BM25+1)."""
    return math.log(1 + (total - min(documents, total) + 0.5) / (min(documents, total) + 0.5)) + 0.1


_words: WeakKeyDictionary[Engine, dict[str, tuple[int, Sequence[str]]]] = WeakKeyDictionary()


def _correct(session: ShopSession, kind: str, word: str) -> str | None:
    """The word of the index that an unknown English word most likely is; None if none is near."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if is_chinese(word) or len(word) < _TYPO_LENGTH or not word.isalpha():
        return None
    bind = session.get_bind()
    cache = _words.setdefault(bind if isinstance(bind, Engine) else bind.engine, {})
    current = revision(session, kind)
    if kind not in cache or cache[kind][0] != current:
        cache[kind] = (current, terms.vocabulary(session, kind))
    # Typing mistakes seldom change the first letter.
    candidates = [known for known in cache[kind][1] if known[0] == word[0]]
    allowed = 1 if len(word) < _LONG_WORD else 2
    found = process.extractOne(word, candidates, scorer=OSA.distance, score_cutoff=allowed)
    return found[0] if found else None
