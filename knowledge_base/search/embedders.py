"""Sentence encoders as the search sees them: of whole texts, or of their words, which is enough for names of products."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from knowledge_base.models import SearchVector
from knowledge_base.search import vector_rows
from knowledge_base.search.stopwords import STOPWORDS
from knowledge_base.search.tokens import words_as_typed
from knowledge_base.sessions import ShopSession

Vectors = NDArray[np.float32]
_WORDS = "word"
#: The row that holds what all words have in common.
_COMMON = ""
_LONGEST_WORD = 64
#: How many words are remembered that only customers use.
_REMEMBERED = 10_000


class Entries(Protocol):
    """Documents by their passages' vectors: how near each is to unit vectors (texts, width) of texts."""

    def search(self, vectors: Vectors, texts: Sequence[str]) -> Vectors:
        """(texts, documents), from -1 to 1."""


MakeEntries = Callable[[Vectors, Sequence[int], Sequence[str]], Entries]


class Embedding(Protocol):
    """What the search needs of an encoder. `name` marks its vectors in the database."""

    @property
    def name(self) -> str: ...

    @property
    def entries(self) -> MakeEntries | None: ...

    def queries(self, session: ShopSession, texts: Sequence[str]) -> Vectors:
        """Unit vectors (texts, dimensions) of what customers say."""

    def passages(self, session: ShopSession, texts: Sequence[str]) -> Vectors:
        """Unit vectors (texts, dimensions) of what the shop says."""

    def prepare(self, session: ShopSession, passages: Sequence[str], terms: Sequence[str]) -> None:
        """Store what embedding these passages, and queries with these index terms, will need."""

    def score(self, nearness: float) -> float:
        """A nearness as a score from 0 (nothing in common) to 1."""


@dataclass(frozen=True)
class Embedder:
    """A sentence encoder: texts to vectors of shape (texts, dimensions).

    `query_prefix` and `passage_prefix` are for encoders trained with them (e5: "query: ", "passage: "). A nearness of
    `floor` or less says nothing, one of `full` is as good as the same words: they become scores of 0 and 1. `entries`
    makes of unit vectors, the document of each (from 0) and their passages what tells how near documents are; without
    it a document is as near as the cosine of its nearest passage.
    """

    name: str
    embed: Callable[[list[str]], NDArray[Any]]
    query_prefix: str = ""
    passage_prefix: str = ""
    floor: float = 0.0
    full: float = 1.0
    entries: MakeEntries | None = None

    def queries(self, session: ShopSession, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what customers say."""
        return unit(self.embed([self.query_prefix + text for text in texts]))

    def passages(self, session: ShopSession, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what the shop says."""
        return unit(self.embed([self.passage_prefix + text for text in texts]))

    def prepare(self, session: ShopSession, passages: Sequence[str], terms: Sequence[str]) -> None:
        """Nothing: every text is embedded for itself."""

    def score(self, nearness: float) -> float:
        """A nearness as a score from 0 (nothing in common) to 1."""
        return float(min(1.0, max(0.0, (nearness - self.floor) / (self.full - self.floor))))


@dataclass(frozen=True)
class WordEmbedder:
    """Texts as the sums of their words' vectors, each word embedded once by an encoder.

    What all words have in common (the mean of the stop words) is taken off first. A shop has far fewer words than
    names, so that a hundred thousand products are embedded in minutes and a query in less than a millisecond. Words
    with digits are left to the full text. After Tulkens and van Dongen 2024 (Model2Vec,
    https://github.com/MinishLab/model2vec), with the shop's words in place of the encoder's pieces.
    """

    encoder: Embedder
    floor: float = 0.45
    entries: None = None
    #: The words of the shop, and those that only customers use.
    _known: dict[str, NDArray[np.float32]] = field(default_factory=dict, compare=False, repr=False)
    _heard: dict[str, NDArray[np.float32]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        return f"{self.encoder.name} by words"

    def queries(self, session: ShopSession, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what customers say; zeros for texts without words.

        Words that the shop does not use count only where a text has no others: a customer need not wait for them.
        """
        self._load(session)
        split = [self._words(text) for text in texts]
        return self._sums(session, [[word for word in words if word in self._known] or words for words in split])

    def passages(self, session: ShopSession, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what the shop says."""
        self._load(session)
        return self._sums(session, [self._words(text) for text in texts])

    def prepare(self, session: ShopSession, passages: Sequence[str], terms: Sequence[str]) -> None:
        """Embed and store the words of these passages and these terms, if they are not stored yet."""
        self._load(session)
        words = {typed for text in passages for _, typed in words_as_typed(text)}
        words |= {term for term in terms if len(words_as_typed(term)) == 1}  # not the pairs of characters
        stored = set(session.scalars(select(SearchVector.ref).where(*vector_rows.of(_WORDS, self.name))))
        missing = sorted(word for word in words - stored if _counts(word))
        self._known.update(self._embedded(session, missing))
        new = [*missing, *([] if _COMMON in stored else [_COMMON])]
        rows = [vector_rows.row(_WORDS, self.name, word, 0, "", self._known[word]) for word in new]
        vector_rows.write(session, rows)

    def score(self, nearness: float) -> float:
        """A cosine as a score from 0 (nothing in common) to 1."""
        return float(min(1.0, max(0.0, (nearness - self.floor) / (1 - self.floor))))

    def _words(self, text: str) -> list[str]:
        """The words of a text, each in the form in which it is known."""
        found = [(stem, typed) for stem, typed in words_as_typed(text) if _counts(typed)]
        return [stem if stem in self._known and typed not in self._known else typed for stem, typed in found]

    def _sums(self, session: ShopSession, texts: Sequence[Sequence[str]]) -> Vectors:
        """Unit vectors of texts, given as their words."""
        strange = {word for words in texts for word in words if word not in self._known}
        if len(self._heard) > _REMEMBERED:
            self._heard.clear()
        self._heard.update(self._embedded(session, sorted(strange - self._heard.keys())))
        common = self._known[_COMMON]
        sums = np.zeros((len(texts), len(common)), dtype=np.float32)
        for row, words in zip(sums, texts, strict=True):
            for word in words:
                row += (self._known[word] if word in self._known else self._heard[word]) - common
        return unit(sums)

    def _load(self, session: ShopSession) -> None:
        """The shop's words, once a process; what all words have in common is made where it is not stored."""
        if _COMMON in self._known:
            return
        for word, vector in vector_rows.read(session, _WORDS, self.name):
            self._known.setdefault(word, vector)
        if _COMMON not in self._known:
            self._known[_COMMON] = self.encoder.passages(session, sorted(STOPWORDS)).mean(axis=0)

    def _embedded(self, session: ShopSession, words: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return dict(zip(words, self.encoder.passages(session, words), strict=True)) if words else {}


def unit(vectors: NDArray[Any]) -> Vectors:
    """Vectors (texts, dimensions) with length 1; zeros stay zeros."""
    made = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(made, axis=1, keepdims=True)
    scaled: Vectors = made / np.maximum(lengths, np.float32(1e-12))
    return scaled


def _counts(word: str) -> bool:
    """Whether a word has a meaning of its own."""
    return word not in STOPWORDS and len(word) <= _LONGEST_WORD and not any(letter.isdigit() for letter in word)
