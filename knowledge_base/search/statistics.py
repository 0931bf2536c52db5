"""How often each term is in the index, and which words there are: kept in memory, in step with the index."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from knowledge_base.models import SearchDocument
from knowledge_base.search import terms
from knowledge_base.search.cache import cache_of
from knowledge_base.search.index import revision
from knowledge_base.sessions import ShopSession

_WORD = re.compile(r"(?<!\S)[a-z]+(?!\S)")
#: How many changed documents are read for new words; after a greater change all words are read anew.
_FEW = 2000


@dataclass
class Statistics:
    """Of the documents of one kind, as of one revision of the index."""

    kind: str
    revision: int
    size: int
    counts: dict[str, int] = field(default_factory=dict)
    _words: dict[str, set[str]] | None = None

    def count(self, session: ShopSession, wanted: Sequence[str]) -> None:
        """Have `counts` of these terms: in how many documents each is."""
        missing = [term for term in wanted if term not in self.counts]
        if missing:
            self.counts.update(terms.counts(session, self.kind, missing))

    def words(self, session: ShopSession, letter: str) -> Collection[str]:
        """The English words of the index that begin with this letter."""
        if self._words is None:
            self._words = {}
            self._add(terms.vocabulary(session, self.kind))
        return self._words.get(letter, ())

    def follow(self, session: ShopSession, current: int) -> Statistics:
        """These statistics as of another revision: terms are counted again, new words added.

        A word that is gone stays a word: it corrects a typo to something that nothing is found for.
        """
        after = Statistics(self.kind, current, terms.size(session, self.kind))
        if self._words is not None:
            newer = select(SearchDocument.title, SearchDocument.body)
            newer = newer.where(SearchDocument.kind == self.kind, SearchDocument.revision > self.revision)
            changed = session.execute(newer.limit(_FEW + 1)).all()
            if len(changed) <= _FEW:
                after._words = self._words
                after._add({word for text in changed for part in text for word in _WORD.findall(part)})
        return after

    def _add(self, words: Collection[str]) -> None:
        assert self._words is not None
        for word in words:
            self._words.setdefault(word[0], set()).add(word)


def statistics_of(session: ShopSession, kind: str) -> Statistics:
    """The statistics of this shop's products or articles."""
    cache, current = cache_of(session), revision(session, kind)
    known: Statistics | None = cache.get(("statistics", kind))
    if known is None:
        known = Statistics(kind, current, terms.size(session, kind))
    elif known.revision != current:
        known = known.follow(session, current)
    cache["statistics", kind] = known
    return known
