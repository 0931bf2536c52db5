"""Meaning beside words: passages embedded once by an injected encoder, compared exactly with numpy."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, delete, insert, select

from knowledge_base.models import SearchDocument, SearchVector
from knowledge_base.search.index import revision
from knowledge_base.sessions import ShopSession

Vectors = NDArray[np.float32]
_BATCH = 64
#: How much a document's place in a ranking counts: 1 / (60 + place), after Cormack et al. (SIGIR 2009).
_FUSION = 60


class Entries(Protocol):
    """Documents by their passages' vectors: how near each is to unit vectors (texts, width) of texts."""

    def search(self, vectors: Vectors, texts: Sequence[str]) -> Vectors:
        """(texts, documents), from -1 to 1."""


@dataclass(frozen=True)
class Embedder:
    """A sentence encoder: texts to vectors of shape (texts, dimensions).

    `name` marks its vectors in the database. `query_prefix` and `passage_prefix` are for encoders trained with them
    (e5: "query: ", "passage: "). A nearness of `floor` or less says nothing, one of `full` is as good as the same words:
    they become scores of 0 and 1. `entries` makes of unit vectors, the document of each (from 0) and their passages what
    tells how near documents are; without it a document is as near as the cosine of its nearest passage.
    """

    name: str
    embed: Callable[[list[str]], NDArray[Any]]
    query_prefix: str = ""
    passage_prefix: str = ""
    floor: float = 0.0
    full: float = 1.0
    entries: Callable[[Vectors, Sequence[int], Sequence[str]], Entries] | None = None

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what customers say."""
        return _unit(self.embed([self.query_prefix + text for text in texts]))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what the shop says."""
        return _unit(self.embed([self.passage_prefix + text for text in texts]))

    def score(self, nearness: float) -> float:
        """A nearness as a score from 0 (nothing in common) to 1."""
        return float(min(1.0, max(0.0, (nearness - self.floor) / (self.full - self.floor))))


@dataclass
class _Matrix:
    revision: int
    refs: list[str] = field(default_factory=list)
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    #: The documents, and what tells how near they are; None when their nearest passage does.
    documents: list[str] = field(default_factory=list)
    entries: Entries | None = None


_cached: WeakKeyDictionary[Engine, dict[tuple[str, str], _Matrix]] = WeakKeyDictionary()


def embed_missing(session: ShopSession, kind: str, embedder: Embedder) -> int:
    """Embed passages that are new or changed, and drop vectors of those that are gone. Returns how many were embedded."""
    wanted: dict[tuple[str, int], str] = {}
    documents = select(SearchDocument.ref, SearchDocument.passages).where(SearchDocument.kind == kind)
    for ref, passages in session.execute(documents):
        wanted.update({(ref, part): passage for part, passage in enumerate(passages)})
    vectors = select(SearchVector.ref, SearchVector.part, SearchVector.passage_hash).where(
        SearchVector.kind == kind, SearchVector.model == embedder.name
    )
    known = {(ref, part): digest for ref, part, digest in session.execute(vectors)}
    missing = [key for key, passage in wanted.items() if known.get(key) != _digest(passage)]
    for ref, part in [key for key in known if key not in wanted or key in set(missing)]:
        session.execute(
            delete(SearchVector).where(
                SearchVector.kind == kind,
                SearchVector.model == embedder.name,
                SearchVector.ref == ref,
                SearchVector.part == part,
            )
        )
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        made = embedder.passages([wanted[key] for key in batch])
        session.execute(
            insert(SearchVector),
            [
                {
                    "model": embedder.name,
                    "kind": kind,
                    "ref": ref,
                    "part": part,
                    "passage_hash": _digest(wanted[ref, part]),
                    "vector": vector.astype("<f4").tobytes(),
                }
                for (ref, part), vector in zip(batch, made, strict=True)
            ],
        )
    return len(missing)


def nearest(session: ShopSession, kind: str, query: str, embedder: Embedder, *, limit: int) -> list[tuple[str, float]]:
    """Documents with how near they are in meaning, best first. Embeds what is not embedded yet."""
    matrix = _matrix(session, kind, embedder)
    if not matrix.refs:
        return []
    asked = embedder.queries([query])
    if matrix.entries is not None:
        nearness = matrix.entries.search(asked, [query])[0]
        return [(matrix.documents[index], float(nearness[index])) for index in np.argsort(-nearness)[:limit]]
    cosines = matrix.vectors @ asked[0]
    best: dict[str, float] = {}
    for index in np.argsort(-cosines)[: limit * 8]:
        best.setdefault(matrix.refs[index], float(cosines[index]))
        if len(best) == limit:
            break
    return list(best.items())


def fuse(*rankings: Sequence[str]) -> list[str]:
    """Several rankings as one, by reciprocal rank fusion."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, ref in enumerate(ranking, start=1):
            scores[ref] = scores.get(ref, 0.0) + 1 / (_FUSION + place)
    return sorted(scores, key=lambda ref: -scores[ref])


def _matrix(session: ShopSession, kind: str, embedder: Embedder) -> _Matrix:
    bind = session.get_bind()
    cache = _cached.setdefault(bind if isinstance(bind, Engine) else bind.engine, {})
    current = revision(session, kind)
    known = cache.get((embedder.name, kind))
    if known is None or known.revision != current:
        embed_missing(session, kind, embedder)
        rows = session.execute(
            select(SearchVector.ref, SearchVector.part, SearchVector.vector)
            .where(SearchVector.kind == kind, SearchVector.model == embedder.name)
            .order_by(SearchVector.ref, SearchVector.part)
        ).all()
        vectors = np.array([np.frombuffer(vector, dtype="<f4") for *_, vector in rows], dtype=np.float32)
        known = _Matrix(current, [ref for ref, *_ in rows], vectors)
        if embedder.entries is not None and rows:
            passages = dict(
                session.execute(
                    select(SearchDocument.ref, SearchDocument.passages).where(SearchDocument.kind == kind)
                ).all()
            )
            known.documents = list(dict.fromkeys(known.refs))
            numbers = {ref: number for number, ref in enumerate(known.documents)}
            texts = [passages[ref][part] for ref, part, _ in rows]
            known.entries = embedder.entries(_unit(vectors), [numbers[ref] for ref in known.refs], texts)
            known.vectors = np.zeros((0, 0), dtype=np.float32)
        cache[embedder.name, kind] = known
    return known


def _unit(vectors: NDArray[Any]) -> Vectors:
    made = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(made, axis=1, keepdims=True)
    unit: Vectors = made / np.maximum(lengths, np.float32(1e-12))
    return unit


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
