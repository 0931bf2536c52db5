"""What YAML is read into: scalars, sequences and mappings that know their place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.errors import Where


class Source:
    """A file that has been read: its name as shown to the user, and its lines."""

    __slots__ = ("_lines", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines


class Node:
    """A value and where it stands; `line` and `column` count from 1."""

    __slots__ = ("column", "line", "source")
    kind = "value"

    def __init__(self, source: Source, line: int, column: int) -> None:
        self.source = source
        self.line = line
        self.column = column

    @property
    def where(self) -> Where:
        return Where(self.source.file, self.line, self.column)

    def plain(self) -> Any:
        """The value as ordinary Python data."""
        raise NotImplementedError


class Scalar(Node):
    """`value` is resolved by YAML 1.2's core schema; `text` is what was written, without quotes."""

    __slots__ = ("style", "text", "value")

    def __init__(self, source: Source, line: int, column: int, value: Any, text: str, style: str) -> None:
        super().__init__(source, line, column)
        self.value = value
        self.text = text
        self.style = style

    @property
    def kind(self) -> str:  # type: ignore[override]  # a scalar's kind depends on its value
        names = {bool: "true or false", type(None): "nothing", int: "a number", float: "a number"}
        return names.get(type(self.value), "text")

    def plain(self) -> Any:
        return self.value

    def rows(self) -> Iterator[tuple[str, Where]]:
        """The lines of the text with the place of their first character.

        Places are exact in a literal block (`|`); elsewhere every line has the place of the whole scalar.
        """
        rows = self.text.split("\n")
        if self.style != "|":
            yield from ((row, self.where) for row in rows)
            return
        written = self.source.lines[self.line : self.line + len(rows)]
        for offset, row in enumerate(rows):
            line = written[offset] if offset < len(written) else ""
            indent = max(len(line.rstrip("\r")) - len(row), 0) if row else 0
            yield row, Where(self.source.file, self.line + 1 + offset, indent + 1)


class Sequence(Node):
    __slots__ = ("items",)
    kind = "a list"

    def __init__(self, source: Source, line: int, column: int, items: list[Node]) -> None:
        super().__init__(source, line, column)
        self.items = items

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def plain(self) -> list[Any]:
        return [item.plain() for item in self.items]


class Mapping(Node):
    """A mapping by the text of its keys, in the order written."""

    __slots__ = ("entries",)
    kind = "a mapping"

    def __init__(self, source: Source, line: int, column: int, entries: dict[str, tuple[Scalar, Node]]) -> None:
        super().__init__(source, line, column)
        self.entries = entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Scalar:
        """The key itself, for its place; raises KeyError."""
        return self.entries[key][0]

    def items(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries.values())

    def plain(self) -> dict[Any, Any]:
        return {key.value: value.plain() for key, value in self.entries.values()}
