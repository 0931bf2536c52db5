"""Meaning beside words: passages embedded once by an injected encoder, all of them compared with every query.

PostgreSQL does that itself where it has pgvector; else they are in memory. There a number of a vector is one byte, so that a hundred thousand products are 40 MB and are compared in a few
milliseconds; the loss is far below the differences that matter (a cosine changes by about 0.002).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from knowledge_base.models import SearchDocument, SearchVector
from knowledge_base.search import vector_rows
from knowledge_base.search.cache import cache_of
from knowledge_base.search.embedders import Embedding, Entries, MakeEntries, Vectors, unit
from knowledge_base.search.index import mark, revision
from knowledge_base.sessions import ShopSession

#: How many documents are embedded before their vectors are written.
_CHUNK = 1000
#: How many new documents a query embeds by itself. More are left to `embed_missing`: an import, `bot kb index`.
_FEW = 400
#: How much a document's place in a ranking counts: 1 / (60 + place), after Cormack et al. (SIGIR 2009).
_FUSION = 60
_LEVELS = 127


def embed_missing(session: ShopSession, kind: str, embedder: Embedding) -> int:
    """Embed the passages of documents written since this was done last, where they are new. Returns how many were
    embedded."""
    name, current = _state(kind, embedder), revision(session, kind)
    since = revision(session, name)
    if since == current:
        return 0
    newer = select(SearchDocument.ref, SearchDocument.passages, SearchDocument.title)
    newer = newer.where(SearchDocument.kind == kind, SearchDocument.revision > since).order_by(SearchDocument.id)
    embedded = 0
    for rows in session.execute(newer.execution_options(yield_per=_CHUNK)).partitions():
        terms = {term for row in rows for term in row.title.split()}
        embedder.prepare(session, [passage for row in rows for passage in row.passages], sorted(terms))
        embedded += _embed(session, kind, embedder, {row.ref: row.passages for row in rows})
    mark(session, name, current)
    return embedded


def _embed(session: ShopSession, kind: str, embedder: Embedding, passages: dict[str, list[str]]) -> int:
    """Embed what is new of some documents, and drop vectors of what they no longer say."""
    wanted = {(ref, part): text for ref, texts in passages.items() for part, text in enumerate(texts)}
    stored = select(SearchVector.ref, SearchVector.part, SearchVector.passage_hash)
    stored = stored.where(*vector_rows.of(kind, embedder.name), SearchVector.ref.in_(passages))
    known = {(ref, part): digest for ref, part, digest in session.execute(stored)}
    missing = [key for key, text in wanted.items() if known.get(key) != _digest(text)]
    vector_rows.drop(session, kind, embedder.name, [key for key in known if key not in wanted or key in set(missing)])
    if missing:
        made = embedder.passages(session, [wanted[key] for key in missing])
        vector_rows.write(
            session,
            [
                vector_rows.row(kind, embedder.name, ref, part, _digest(wanted[ref, part]), vector)
                for (ref, part), vector in zip(missing, made, strict=True)
            ],
        )
    return len(missing)


def is_embedded(session: ShopSession, kind: str, embedder: Embedding) -> bool:
    """Whether the documents of this kind have been embedded; what is new since is embedded with the next search."""
    return revision(session, _state(kind, embedder)) > 0


def nearest(session: ShopSession, kind: str, query: str, embedder: Embedding, *, limit: int) -> list[tuple[str, float]]:
    """Documents with how near they are in meaning, best first. Embeds first what is new, if that is little."""
    _embed_few(session, kind, embedder)
    asked = embedder.queries(session, [query])
    if embedder.entries is None and vector_rows.compares(session):
        return vector_rows.nearest(session, kind, embedder.name, asked[0], limit)
    if embedder.entries is None:
        return _matrix(session, kind, embedder).nearest(asked[0], limit)
    known = _entries(session, kind, embedder, embedder.entries)
    if known.entries is None:
        return []
    nearness = known.entries.search(asked, [query])[0]
    return [(known.documents[index], float(nearness[index])) for index in _largest(nearness, limit)]


def fuse(*rankings: Sequence[str]) -> list[str]:
    """Several rankings as one, by reciprocal rank fusion."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, ref in enumerate(ranking, start=1):
            scores[ref] = scores.get(ref, 0.0) + 1 / (_FUSION + place)
    return sorted(scores, key=lambda ref: -scores[ref])


@dataclass(frozen=True)
class _Matrix:
    """The vectors of one kind under one model: a row a passage, one byte a number. `revision` is that of the newest
    document whose vectors are in it."""

    revision: int
    refs: NDArray[np.object_]
    codes: NDArray[np.int8]
    lengths: NDArray[np.float32]

    @classmethod
    def of(cls, revision: int, rows: Iterable[tuple[str, Vectors]]) -> _Matrix:
        """From refs and unit vectors."""
        refs: list[str] = []
        chunks: list[NDArray[np.int8]] = []
        made = iter(rows)
        while chunk := list(islice(made, _CHUNK)):
            refs += [ref for ref, _ in chunk]
            chunks.append(_encoded(np.stack([vector for _, vector in chunk])))
        codes = np.concatenate(chunks) if chunks else np.zeros((0, 0), dtype=np.int8)
        lengths = np.sqrt(np.einsum("ij,ij->i", codes, codes, dtype=np.int64)).astype(np.float32)
        return cls(revision, np.array(refs, dtype=object), codes, np.maximum(lengths, np.float32(1)))

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """The refs whose rows are nearest to a vector, with their cosines."""
        if not len(self.refs):
            return []
        import numkong

        code = _encoded(vector[None])
        length = max(float(np.linalg.norm(code.astype(np.float32))), 1.0)
        products = np.asarray(numkong.cdist(code, self.codes, "dot"), dtype=np.float32)[0]
        cosines = products / (self.lengths * np.float32(length))
        rows = min(limit * 8, len(cosines))
        best: dict[str, float] = {}
        for row in _largest(cosines, rows):
            best.setdefault(self.refs[row], float(cosines[row]))
            if len(best) == limit:
                break
        return list(best.items())

    def follow(self, session: ShopSession, kind: str, model: str, current: int) -> _Matrix:
        """This matrix as of another revision: the rows of what was written since are read anew."""
        newer = select(SearchDocument.ref).where(SearchDocument.kind == kind, SearchDocument.revision > self.revision)
        changed = session.scalars(newer.limit(_FEW + 1)).all()
        if len(changed) > _FEW:
            return _Matrix.of(current, vector_rows.read(session, kind, model))
        added = _Matrix.of(current, vector_rows.read(session, kind, model, changed))
        kept = ~np.isin(self.refs, changed)
        total = session.scalar(select(func.count()).select_from(SearchVector).where(*vector_rows.of(kind, model)))
        if total != kept.sum() + len(added.refs):  # documents were deleted
            there = session.scalars(select(SearchVector.ref).where(*vector_rows.of(kind, model))).all()
            kept &= np.isin(self.refs, there)
        if not len(added.refs):
            return _Matrix(current, self.refs[kept], self.codes[kept], self.lengths[kept])
        parts = [(before[kept], new) for before, new in zip(self._arrays, added._arrays, strict=True)]
        return _Matrix(current, *(np.concatenate(part) for part in parts))

    @property
    def _arrays(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        return self.refs, self.codes, self.lengths


def _embed_few(session: ShopSession, kind: str, embedder: Embedding) -> None:
    since, current = revision(session, _state(kind, embedder)), revision(session, kind)
    if since == current:
        return
    newer = select(SearchDocument.id).where(SearchDocument.kind == kind, SearchDocument.revision > since)
    if len(session.scalars(newer.limit(_FEW + 1)).all()) <= _FEW:
        embed_missing(session, kind, embedder)


def _matrix(session: ShopSession, kind: str, embedder: Embedding) -> _Matrix:
    cache, key = cache_of(session), ("vectors", kind, embedder.name)
    current = revision(session, _state(kind, embedder))
    known: _Matrix | None = cache.get(key)
    if known is None or not len(known.refs):
        known = _Matrix.of(current, vector_rows.read(session, kind, embedder.name))
    elif known.revision != current:
        known = known.follow(session, kind, embedder.name, current)
    cache[key] = known
    return known


@dataclass(frozen=True)
class _Entries:
    """Documents of one kind in what an embedder makes of them, anew for each revision; None without documents."""

    revision: int
    documents: list[str]
    entries: Entries | None


def _entries(session: ShopSession, kind: str, embedder: Embedding, make: MakeEntries) -> _Entries:
    cache, key = cache_of(session), ("entries", kind, embedder.name)
    current = revision(session, _state(kind, embedder))
    known: _Entries | None = cache.get(key)
    if known is None or known.revision != current:
        rows = list(vector_rows.read_parts(session, kind, embedder.name))
        passages = select(SearchDocument.ref, SearchDocument.passages).where(SearchDocument.kind == kind)
        texts = {row.ref: row.passages for row in session.execute(passages)}
        rows = [row for row in rows if row[1] < len(texts.get(row[0], ()))]
        numbers = {ref: number for number, ref in enumerate(dict.fromkeys(ref for ref, *_ in rows))}
        made = None
        if rows:
            owners = [numbers[ref] for ref, *_ in rows]
            vectors = np.stack([vector for *_, vector in rows])
            made = make(unit(vectors), owners, [texts[ref][part] for ref, part, _ in rows])
        known = cache[key] = _Entries(current, list(numbers), made)
    return known


def _encoded(vectors: NDArray[Any]) -> NDArray[np.int8]:
    """Each vector (rows, dimensions) by its own largest number."""
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), np.float32(1e-12))
    codes: NDArray[np.int8] = np.rint(vectors * (_LEVELS / largest)).astype(np.int8)
    return codes


def _largest(values: Vectors, count: int) -> NDArray[np.intp]:
    """Where the `count` largest are, largest first."""
    found = np.argpartition(-values, count - 1)[:count] if count < len(values) else np.arange(len(values))
    order: NDArray[np.intp] = found[np.argsort(-values[found], kind="stable")]
    return order


def _state(kind: str, embedder: Embedding) -> str:
    """The counter that says up to which revision the documents of a kind are embedded."""
    return f"{kind}:{_digest(embedder.name)[:8]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
