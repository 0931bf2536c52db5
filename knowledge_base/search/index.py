"""Keeping the index in step with the tables: all at once after an import, row by row when objects change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import CursorResult, bindparam, delete, event, insert, inspect, select, update
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction, selectinload

from knowledge_base.models import (
    Article,
    Attribute,
    Category,
    Product,
    SearchDocument,
    SearchState,
    SearchVector,
    Variant,
)
from knowledge_base.search import terms
from knowledge_base.search.cache import forget
from knowledge_base.search.documents import Document, article_document, product_document
from knowledge_base.sessions import ShopSession

_CHUNK = 500
#: From how many changed products on all are looked at: the database takes no longer lists.
_MANY = 5000
_CHANGED, _BUMPED = "search_changed", "search_bumped"
_TABLE: Any = SearchDocument.__table__
_STATE: Any = SearchState.__table__


def refresh(
    session: ShopSession, *, products: Iterable[str] | None = None, articles: Iterable[str] | None = None
) -> int:
    """Bring the documents of these products and articles up to date; with neither, of all. Returns how many changed.

    Documents whose product or article is gone are removed.
    """
    everything = products is None and articles is None
    changed = _refresh(session, "product", None if everything else sorted(set(products or ())))
    changed += _refresh(session, "article", None if everything else sorted(set(articles or ())))
    if everything:
        bump(session, "words")
    return changed


def bump(session: ShopSession, name: str) -> int:
    """Tell every process that what it caches of this part is old; the new counter.

    The counter's row is locked until the transaction ends, so that counters are committed in their order.
    """
    counted: CursorResult[Any] = session.connection().execute(
        update(_STATE).where(_STATE.c.name == name).values(revision=_STATE.c.revision + 1)
    )
    if counted.rowcount == 0:
        session.execute(insert(_STATE).values(name=name, revision=1))
    session.info[_BUMPED] = True
    return revision(session, name)


def mark(session: ShopSession, name: str, reached: int) -> None:
    """Note up to which revision something was done, e.g. the embedding of a kind of documents."""
    changed: CursorResult[Any] = session.connection().execute(
        update(_STATE).where(_STATE.c.name == name).values(revision=reached)
    )
    if changed.rowcount == 0:
        session.execute(insert(_STATE).values(name=name, revision=reached))


def revision(session: ShopSession, name: str) -> int:
    """The counter of this part of the index."""
    return session.scalar(select(SearchState.revision).where(SearchState.name == name)) or 0


def _refresh(session: ShopSession, kind: str, refs: list[str] | None) -> int:
    if refs is not None and not refs:
        return 0
    session.flush()
    changed = 0
    wanted: set[str] = set()
    current = bump(session, kind)
    for documents in _chunks(_documents(session, kind, refs)):
        wanted.update(document["ref"] for document in documents)
        changed += _write(session, kind, documents, current)
    known = select(SearchDocument.ref).where(SearchDocument.kind == kind)
    if refs is not None:
        known = known.where(SearchDocument.ref.in_(refs))
    gone = sorted(set(session.scalars(known)) - wanted)
    for start in range(0, len(gone), _CHUNK):
        for table in (SearchDocument, SearchVector):
            session.execute(delete(table).where(table.kind == kind, table.ref.in_(gone[start : start + _CHUNK])))
    return changed + len(gone)


def _documents(session: ShopSession, kind: str, refs: Sequence[str] | None) -> Iterator[Document]:
    if kind == "article":
        articles = select(Article).order_by(Article.id)
        for article in session.scalars(articles if refs is None else articles.where(Article.id.in_(refs))):
            yield article_document(article)
        return
    categories = {category.id: category for category in session.scalars(select(Category))}
    attributes = {(row.name, row.value): row for row in session.scalars(select(Attribute))}
    products = select(Product).options(selectinload(Product.variants)).order_by(Product.id)
    if refs is not None:
        products = products.where(Product.id.in_(refs))
    for product in session.scalars(products.execution_options(yield_per=_CHUNK)):
        yield product_document(product, categories, attributes)


def _write(session: ShopSession, kind: str, documents: list[Document], current: int) -> int:
    """Insert new documents, update those that differ, as of this revision. Returns how many."""
    refs = [document["ref"] for document in documents]
    statement = select(_TABLE).where(_TABLE.c.kind == kind, _TABLE.c.ref.in_(refs))
    known = {row["ref"]: row for row in session.execute(statement).mappings()}
    new = [document for document in documents if document["ref"] not in known]
    different = [
        document
        for document in documents
        if document["ref"] in known and any(known[document["ref"]][name] != value for name, value in document.items())
    ]
    if new:
        session.execute(insert(_TABLE), [{**document, "revision": current} for document in new])
    if different:
        names = ("title", "body", "passages", "min_price", "max_price")
        change = update(_TABLE).where(_TABLE.c.kind == kind, _TABLE.c.ref == bindparam("r_ref"))
        session.connection().execute(
            change.values({"revision": current, **{name: bindparam(f"n_{name}") for name in names}}),
            [{"r_ref": each["ref"], **{f"n_{name}": each[name] for name in names}} for each in different],
        )
    terms.store(session, kind, new + different)
    return len(new) + len(different)


def _chunks(documents: Iterator[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    for document in documents:
        chunk.append(document)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@event.listens_for(ShopSession, "after_flush")
def _note_changes(session: Session, _: UOWTransaction) -> None:
    """Remember which products and articles the flushed objects belong to. Stock is not in the index."""
    noted: dict[str, set[Any]] = session.info.setdefault(
        _CHANGED, {"product": set(), "article": set(), "category": set(), "option": set()}
    )
    for row in (*session.new, *session.dirty, *session.deleted):
        match row:
            case Product():
                noted["product"].add(row.id)
            case Variant() if row in session.new or row in session.deleted or _differs(row):
                noted["product"].add(row.product_id)
            case Article():
                noted["article"].add(row.id)
            case Category():
                noted["category"].add(row.id)
            case Attribute():
                noted["option"].add((row.name, row.value))


def _differs(variant: Variant) -> bool:
    names = ("options", "price", "available", "product_id")
    return any(inspect(variant).attrs[name].history.has_changes() for name in names)


@event.listens_for(ShopSession, "before_commit")
def _index_changes(session: Session) -> None:
    """Index what the transaction changed, inside it: a committed row is a row that is found."""
    session.flush()
    noted: dict[str, set[Any]] | None = session.info.pop(_CHANGED, None)
    if not noted or not any(noted.values()) or not isinstance(session, ShopSession):
        return
    products = noted["product"] | _showing(session, noted["category"], noted["option"])
    if len(products) > _MANY:
        refresh(session)
    else:
        refresh(session, products=products, articles=noted["article"])
    if noted["option"]:
        bump(session, "words")
    session.flush()


def _showing(session: ShopSession, categories: set[str], options: set[tuple[str, str]]) -> set[str]:
    """The products whose documents have the words of these categories, or of those they lie in, or of these options."""
    found: set[str] = set()
    if categories:
        inside = Product.category_id.in_(shelves_in(session, categories))
        found.update(session.scalars(select(Product.id).where(inside).limit(_MANY + 1)))
    for name, value in options if len(found) <= _MANY else ():
        has_it = Variant.options[name].as_string() == value
        found.update(session.scalars(select(Variant.product_id).where(has_it).distinct().limit(_MANY + 1)))
    return found


def shelves_in(session: ShopSession, categories: Iterable[str]) -> set[str]:
    """These categories and all that lie in them."""
    parents = session.execute(select(Category.id, Category.parent_id)).all()
    found = set(categories)
    while inside := {id_ for id_, parent in parents if parent in found} - found:
        found |= inside
    return found


@event.listens_for(ShopSession, "after_commit")
def _keep_cache(session: Session) -> None:
    session.info.pop(_BUMPED, None)


@event.listens_for(ShopSession, "after_soft_rollback")
def _forget_changes(session: Session, _: SessionTransaction) -> None:
    if session.info.pop(_BUMPED, False):
        forget(session)
    if not session.in_nested_transaction():
        session.info.pop(_CHANGED, None)
