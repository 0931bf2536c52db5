"""Rows of the knowledge base, shown in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, inspect, select

from knowledge_base import UNSCOPED
from knowledge_base.identifiers import order_key
from knowledge_base.models import Base, Order, Product

if TYPE_CHECKING:
    from rich.table import Table
    from rich.tree import Tree
    from sqlalchemy.orm import Session

    from knowledge_base.search import Hit


def counts(session: Session) -> Iterator[tuple[str, int]]:
    """Every table and how many rows it has."""
    for table in Base.metadata.sorted_tables:
        query = select(func.count()).select_from(table).execution_options(**UNSCOPED)
        yield table.name, session.scalar(query) or 0


def find(session: Session, id_: str) -> list[Any]:
    """The rows of any table whose single key is `id_`; orders also without their marks, in any case."""
    found: list[Any] = []
    for mapper in Base.registry.mappers:
        if len(mapper.primary_key) == 1:
            is_it = mapper.primary_key[0] == id_
            found += session.scalars(select(mapper.class_).where(is_it).execution_options(**UNSCOPED))
    if not found:
        by_key = select(Order).where(Order.id_key == order_key(id_)).execution_options(**UNSCOPED)
        found += session.scalars(by_key)
    return found


def tree(row: Any, *, depth: int = 2) -> Tree:
    """A row with its columns, and the rows that belong to it below."""
    from rich.text import Text
    from rich.tree import Tree

    inspected = inspect(row).mapper
    branch = Tree(Text(f"{inspected.class_.__name__} {_key(row)}", style="bold"))
    for column in inspected.column_attrs:
        value = getattr(row, column.key)
        if value not in (None, "", [], {}):
            branch.add(Text.assemble((f"{column.key}: ", "dim"), str(value)))
    for relation in inspected.relationships if depth else ():
        if relation.uselist:
            for child in getattr(row, relation.key):
                branch.add(tree(child, depth=depth - 1))
    return branch


def hits_table(title: str, hits: Iterable[Hit[Any]]) -> Table:
    """What a search found, best first, with its score from 0 to 1."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for column in ("score", "id", "中文", "English", "price"):
        table.add_column(column, overflow="fold", no_wrap=column in ("score", "id"))
    for hit in hits:
        names = (
            (hit.item.name_zh, hit.item.name_en)
            if isinstance(hit.item, Product)
            else (hit.item.title_zh, hit.item.title_en)
        )
        price = f"{hit.variants[0].price} {hit.variants[0].currency}" if hit.variants else ""
        table.add_row(*(Text(cell) for cell in (f"{hit.score:.2f}", _key(hit.item), *names, price)))
    return table


def _key(row: Any) -> str:
    return " ".join(str(part) for part in inspect(row).identity or ())
