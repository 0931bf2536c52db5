"""How options are shown: "red, M" and 红色，M, from the attribute rows; and attribute rows for values without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from knowledge_base.models import Attribute
from knowledge_base.sessions import ShopSession

#: Options whose value says by itself what it is about: "red", "cotton", "128GB".
_SELF_EXPLAINING = frozenset(
    {"colour", "color", "size", "material", "style", "storage", "capacity", "type", "design", "length", "scent"}
)
_BARE = frozenset({"yes", "no", "none", "high", "medium", "low"})


class Displays:
    """Names of attribute values in both languages: those of the database, and those that are added."""

    def __init__(self, session: ShopSession) -> None:
        self._known: dict[tuple[str, str], Attribute] = {
            (attribute.name, attribute.value): attribute for attribute in session.scalars(select(Attribute))
        }

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Know these attribute rows too; they replace those of the same name and value."""
        self._known.update({(row["name"], row["value"]): Attribute(**row) for row in rows})

    def missing(self, options: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
        """(name, value) pairs that have no attribute row."""
        pairs = {pair for entry in options for pair in entry.items()}
        return sorted(pairs - set(self._known))

    def show(self, options: Mapping[str, str], language: str) -> str:
        """The options as a customer reads them."""
        chinese = language == "zh"
        return ("，" if chinese else ", ").join(self._one(name, value, chinese) for name, value in options.items())

    def _one(self, name: str, value: str, chinese: bool) -> str:
        attribute = self._known.get((name, value))
        shown_name = attribute.text("name", "zh" if chinese else "en") if attribute else name
        shown = attribute.text("value", "zh" if chinese else "en") if attribute else value
        clear = name in _SELF_EXPLAINING and value.casefold() not in _BARE and not _is_number(value)
        if clear:
            return shown
        return f"{shown_name}：{shown}" if chinese else f"{shown_name}: {shown}"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
