"""Vectors as rows of the database: little-endian float32, and on a PostgreSQL with pgvector also in its type, which the
database compares itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, insert, select, text
from sqlalchemy.orm import Session

from knowledge_base.models import SearchVector
from knowledge_base.search.cache import cache_of

Vector = NDArray[np.float32]
_CHUNK = 500
_HAS_PGVECTOR = text(
    "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('search_vectors') AND attname = 'embedding' "
    "AND NOT attisdropped"
)
_INSERT = text(
    "INSERT INTO search_vectors (model, kind, ref, part, passage_hash, vector, embedding) "
    "VALUES (:model, :kind, :ref, :part, :passage_hash, :vector, CAST(:embedding AS vector))"
)
_NEAREST = text(
    "SELECT ref, 1 - min(distance) AS cosine FROM ("
    "SELECT ref, embedding <=> CAST(:vector AS vector) AS distance FROM search_vectors "
    "WHERE kind = :kind AND model = :model ORDER BY distance LIMIT :passages"
    ") AS passages GROUP BY ref ORDER BY cosine DESC, ref LIMIT :limit"
)


def of(kind: str, model: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions for the vectors of this kind under this model."""
    return SearchVector.kind == kind, SearchVector.model == model


def row(kind: str, model: str, ref: str, part: int, passage_hash: str, vector: Vector) -> dict[str, Any]:
    """One vector, to be written."""
    packed = vector.astype("<f4").tobytes()
    return {
        "model": model,
        "kind": kind,
        "ref": ref,
        "part": part,
        "passage_hash": passage_hash,
        "vector": packed,
    }


def write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert vectors that are not there."""
    if not rows:
        return
    if not compares(session):
        session.execute(insert(SearchVector), rows)
        return
    texts = [{**each, "embedding": _as_text(np.frombuffer(each["vector"], dtype="<f4"))} for each in rows]
    session.execute(_INSERT, texts)


def compares(session: Session) -> bool:
    """Whether the database compares vectors itself: a PostgreSQL that had pgvector when it was migrated."""
    cache = cache_of(session)
    if "pgvector" not in cache:
        is_there = session.get_bind().dialect.name == "postgresql" and session.scalar(_HAS_PGVECTOR) is not None
        cache["pgvector"] = is_there
    return bool(cache["pgvector"])


def nearest(session: Session, kind: str, model: str, vector: Vector, limit: int) -> list[tuple[str, float]]:
    """Refs with the cosine of their nearest vector, nearest first, found by the database."""
    given = {"kind": kind, "model": model, "vector": _as_text(vector), "passages": limit * 8, "limit": limit}
    return [(ref, float(cosine)) for ref, cosine in session.execute(_NEAREST, given)]


def drop(session: Session, kind: str, model: str, keys: Iterable[tuple[str, int]]) -> None:
    """Delete the vectors of these (ref, part)."""
    for ref, part in keys:
        session.execute(
            delete(SearchVector).where(*of(kind, model), SearchVector.ref == ref, SearchVector.part == part)
        )


def read(session: Session, kind: str, model: str, refs: Sequence[str] | None = None) -> Iterator[tuple[str, Vector]]:
    """The refs and vectors of this kind, of all or of some refs."""
    parts = [None] if refs is None else [refs[start : start + _CHUNK] for start in range(0, len(refs), _CHUNK)]
    return ((ref, vector) for some in parts for ref, _, vector in read_parts(session, kind, model, some))


def read_parts(
    session: Session, kind: str, model: str, refs: Sequence[str] | None = None
) -> Iterator[tuple[str, int, Vector]]:
    """The refs, parts and vectors of this kind, of all or of a few refs, in their order."""
    rows = select(SearchVector.ref, SearchVector.part, SearchVector.vector).where(*of(kind, model))
    if refs is not None:
        rows = rows.where(SearchVector.ref.in_(refs))
    rows = rows.order_by(SearchVector.ref, SearchVector.part)
    for ref, part, packed in session.execute(rows.execution_options(yield_per=2000)):
        yield ref, part, np.frombuffer(packed, dtype="<f4")


def _as_text(vector: Vector) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{number:.7g}" for number in vector.tolist()) + "]"
