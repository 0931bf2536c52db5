"""Vectors as rows of the database: little-endian float32, and on a PostgreSQL with pgvector its own type beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from knowledge_base.models import SearchVector

Vector = NDArray[np.float32]
_CHUNK = 500


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
    session.execute(insert(SearchVector), rows)


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
