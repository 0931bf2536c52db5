"""The full-text index behind one small door: FTS5 on SQLite, tsvector on PostgreSQL.

An expression is a list of groups: a document matches if it has one term of every group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import TextClause, column, func, literal, literal_column, select, table, text

from knowledge_base.models import SearchDocument
from knowledge_base.sessions import ShopSession

#: How much a hit in the title counts beside one in the body.
_TITLE_WEIGHT = 4.0
#: How many matching documents are ranked.
RANKED = 500


@dataclass(frozen=True)
class Group:
    """Terms of which a document must have one; `in_title` says that only its title counts."""

    terms: tuple[str, ...]
    in_title: bool = False


Groups = Sequence[Group]


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
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
) -> list[str]:
    """Documents that have one term of every group, best first; without groups, the first documents.

    Where more than RANKED match, any RANKED of them are ranked: so many have what was asked for equally.
    """
    ranking: Any = literal(0)
    if groups and _is_sqlite(session):  # the index has one kind only; a condition on it here would mislead the planner
        condition, ranking = _sqlite(kind, groups)
        index = table(f"search_{kind}_terms", column("rowid"))
        documents = select(SearchDocument.ref).join(index, index.c.rowid == SearchDocument.id).where(condition)
    else:
        documents = select(SearchDocument.ref).where(SearchDocument.kind == kind)
    if groups and not _is_sqlite(session):
        condition, ranking = _postgresql(groups)
        documents = documents.where(condition)
    if max_price is not None:
        documents = documents.where(SearchDocument.min_price <= max_price)
    if min_price is not None:
        documents = documents.where(SearchDocument.max_price >= min_price)
    matching = documents.add_columns(ranking.label("ranking")).limit(RANKED).subquery()
    return list(session.scalars(select(matching.c.ref).order_by(matching.c.ranking)))


def texts(session: ShopSession, kind: str, refs: Sequence[str]) -> dict[str, Match]:
    """The texts of these documents."""
    statement = select(SearchDocument.ref, SearchDocument.title, SearchDocument.body)
    rows = session.execute(statement.where(SearchDocument.kind == kind, SearchDocument.ref.in_(refs)))
    return {row.ref: Match(row.ref, row.title, row.body) for row in rows}


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


def vocabulary(session: ShopSession, kind: str) -> set[str]:
    """Every English word in the index, for correcting typos."""
    if _is_sqlite(session):
        pattern = "SELECT term FROM search_{0}_terms_counts WHERE term GLOB '[a-z]*' AND term NOT GLOB '*[^a-z]*'"
        return set(session.scalars(text(pattern.format(kind))))
    words = text(
        "SELECT word FROM ts_stat($$SELECT vector FROM search_documents WHERE kind = '"
        + {"product": "product", "article": "article"}[kind]
        + "'$$) WHERE word ~ '^[a-z]+$'"
    )
    return set(session.scalars(words))


def size(session: ShopSession, kind: str) -> int:
    """How many documents there are."""
    statement = select(func.count()).select_from(SearchDocument).where(SearchDocument.kind == kind)
    return session.scalar(statement) or 0


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


def _sqlite(kind: str, groups: Groups) -> tuple[TextClause, Any]:
    name = f"search_{kind}_terms"
    expression = " AND ".join(
        ("{title} : " if group.in_title else "") + "(" + " OR ".join(f'"{term}"' for term in group.terms) + ")"
        for group in groups
    )
    condition = text(f"{name} MATCH :expression").bindparams(expression=expression)
    return condition, literal_column(f"bm25({name}, {_TITLE_WEIGHT}, 1.0)")


def _postgresql(groups: Groups) -> tuple[TextClause, Any]:
    expression = " & ".join(
        "(" + " | ".join(_quoted(term) + (":A" if group.in_title else "") for term in group.terms) + ")"
        for group in groups
    )
    condition = text("vector @@ to_tsquery('simple', :expression)").bindparams(expression=expression)
    # Weights of D, C, B and A; the title is A, the body D.
    weights: Any = literal_column(f"CAST('{{{1 / _TITLE_WEIGHT}, 0.3, 0.5, 1.0}}' AS float4[])")
    return condition, -func.ts_rank(weights, literal_column("vector"), func.to_tsquery("simple", expression))


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
