"""The full-text index behind one small door: FTS5 on SQLite, tsvector on PostgreSQL.

An expression is a list of groups: a document matches if it has one term of every group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, column, select, table, text

from knowledge_base.models import SearchDocument
from knowledge_base.sessions import ShopSession

#: How much a hit in the title counts beside one in the body.
_TITLE_WEIGHT = 4.0

Groups = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Match:
    """A document that matched, with its text."""

    ref: str
    title: str
    body: str


def find(
    session: ShopSession,
    kind: str,
    groups: Groups,
    *,
    limit: int,
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
) -> list[Match]:
    """The best documents that have one term of every group, best first; without groups, the first documents."""
    documents = select(SearchDocument.ref, SearchDocument.title, SearchDocument.body).where(SearchDocument.kind == kind)
    if max_price is not None:
        documents = documents.where(SearchDocument.min_price <= max_price)
    if min_price is not None:
        documents = documents.where(SearchDocument.max_price >= min_price)
    ranking: Any = SearchDocument.id
    if groups:
        condition, ranking = _sqlite(kind, groups) if _is_sqlite(session) else _postgresql(groups)
        if _is_sqlite(session):
            index = table(f"search_{kind}_terms", column("rowid"))
            documents = documents.join(index, index.c.rowid == SearchDocument.id)
        documents = documents.where(condition)
    rows = session.execute(documents.order_by(ranking).limit(limit))
    return [Match(row.ref, row.title, row.body) for row in rows]


def counts(session: ShopSession, kind: str, terms: Sequence[str]) -> dict[str, int]:
    """In how many documents each term occurs; 0 for unknown ones."""
    found = dict.fromkeys(terms, 0)
    if not terms:
        return found
    if _is_sqlite(session):
        names = {f"t{number}": term for number, term in enumerate(found)}
        marks = ", ".join(f":{name}" for name in names)
        rows = session.execute(text(f"SELECT term, doc FROM search_{kind}_terms_counts WHERE term IN ({marks})"), names)
        found.update({row.term: row.doc for row in rows})
        return found
    for term in found:
        statement = text(
            "SELECT count(*) FROM search_documents WHERE kind = :kind AND vector @@ to_tsquery('simple', :q)"
        )
        found[term] = session.scalar(statement, {"kind": kind, "q": _quoted(term)}) or 0
    return found


def vocabulary(session: ShopSession, kind: str) -> list[str]:
    """Every English word in the index, for correcting typos."""
    if _is_sqlite(session):
        pattern = "SELECT term FROM search_{0}_terms_counts WHERE term GLOB '[a-z]*' AND term NOT GLOB '*[^a-z]*'"
        return list(session.scalars(text(pattern.format(kind))))
    words = text(
        "SELECT word FROM ts_stat($$SELECT vector FROM search_documents WHERE kind = '"
        + {"product": "product", "article": "article"}[kind]
        + "'$$) WHERE word ~ '^[a-z]+$'"
    )
    return list(session.scalars(words))


def size(session: ShopSession, kind: str) -> int:
    """How many documents there are, near enough for rarity (ids are dense)."""
    statement = "SELECT max(id) - min(id) + 1 FROM search_documents WHERE kind = :kind"
    return session.scalar(text(statement), {"kind": kind}) or 0


def store(session: ShopSession, kind: str, documents: Sequence[dict[str, Any]]) -> None:
    """Index the text of documents that were written. FTS5 does it by triggers; a tsvector is made here."""
    if _is_sqlite(session) or not documents:
        return
    statement = text("UPDATE search_documents SET vector = CAST(:vector AS tsvector) WHERE kind = :kind AND ref = :ref")
    session.execute(
        statement,
        [{"vector": _vector(each["title"], each["body"]), "kind": kind, "ref": each["ref"]} for each in documents],
    )


def _is_sqlite(session: ShopSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _sqlite(kind: str, groups: Groups) -> tuple[TextClause, TextClause]:
    name = f"search_{kind}_terms"
    expression = " AND ".join("(" + " OR ".join(f'"{term}"' for term in group) + ")" for group in groups)
    condition = text(f"{name} MATCH :expression").bindparams(expression=expression)
    return condition, text(f"bm25({name}, {_TITLE_WEIGHT}, 1.0)")


def _postgresql(groups: Groups) -> tuple[TextClause, TextClause]:
    expression = " & ".join("(" + " | ".join(_quoted(term) for term in group) + ")" for group in groups)
    condition = text("vector @@ to_tsquery('simple', :expression)").bindparams(expression=expression)
    # Weights of D, C, B and A; the title is A, the body D.
    ranking = text(f"-ts_rank('{{{1 / _TITLE_WEIGHT}, 0.3, 0.5, 1.0}}', vector, to_tsquery('simple', :expression))")
    return condition, ranking.bindparams(expression=expression)


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _vector(title: str, body: str) -> str:
    """A tsvector literal: every term with its positions, those of the title weighted."""
    places: dict[str, list[str]] = {}
    position = 0
    for part, weight in ((title, "A"), (body, "D")):
        for term in part.split():
            position = min(position + 1, 16383)  # the largest position a tsvector keeps
            known = places.setdefault(term, [])
            if len(known) < 255:
                known.append(f"{position}{weight}")
    return " ".join(f"{_quoted(term)}:{','.join(found)}" for term, found in places.items())
