"""Rows of CSV, JSON and JSON-lines files, each with the line it starts on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.importing.problems import Problem

SUFFIXES = (".jsonl", ".json", ".csv")

Row = tuple[int, dict[str, Any]]


def read_rows(path: Path) -> Iterator[Row | Problem]:
    """Every record of a file with its line; what cannot be read comes as a Problem, and the rest goes on."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        yield Problem(path, line, f"not UTF-8: byte {error.object[error.start]:#04x}; save the file as UTF-8")
        return
    readers = {".jsonl": _json_lines, ".json": _json_document, ".csv": _csv}
    yield from readers[path.suffix](path, text)


def _json_lines(path: Path, text: str) -> Iterator[Row | Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            yield Problem(path, number, f"not JSON: {error.msg} at column {error.colno}")
            continue
        yield _checked(path, number, record)


def _json_document(path: Path, text: str) -> Iterator[Row | Problem]:
    """A list of records, or an object whose values are records."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        yield Problem(path, error.lineno, f"not JSON: {error.msg} at column {error.colno}")
        return
    decoder = json.JSONDecoder()
    start = _skip(text, 0)
    if text[start : start + 1] not in ("[", "{"):
        yield Problem(path, 1, "expected a list of records, or an object whose values are records")
        return
    keyed = text[start] == "{"
    position = _skip(text, start + 1)
    while text[position] not in "]}":
        line = text.count("\n", 0, position) + 1
        if keyed:
            _, position = decoder.raw_decode(text, position)
            position = _skip(text, position)
        record, position = decoder.raw_decode(text, position)
        yield _checked(path, line, record)
        position = _skip(text, position)


def _skip(text: str, position: int) -> int:
    """The next position that is not white space, a comma or a colon."""
    while position < len(text) and text[position] in " \t\r\n,:":
        position += 1
    return position


def _csv(path: Path, text: str) -> Iterator[Row | Problem]:
    """One record a row. Empty cells are absent, cells that look like JSON are read as it, `a.b` headings nest."""
    lines = csv.reader(text.splitlines(keepends=True))
    header = next(lines, None)
    if header is None:
        return
    line = lines.line_num + 1
    for cells in lines:
        if len(cells) > len(header):
            yield Problem(path, line, f"{len(cells)} cells, but the heading names {len(header)}")
        elif any(cells):
            yield line, _nest(header, cells)
        line = lines.line_num + 1


def _nest(header: list[str], cells: list[str]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        if not cell.strip():
            continue
        target = record
        *outer, last = name.strip().split(".")
        for part in outer:
            target = target.setdefault(part, {})
        target[last] = _cell(cell)
    return record


def _cell(cell: str) -> Any:
    if cell.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(cell)
        except json.JSONDecodeError:
            return cell  # an ordinary text that begins with a bracket
    return cell


def _checked(path: Path, line: int, record: Any) -> Row | Problem:
    if isinstance(record, dict):
        return line, record
    return Problem(path, line, f"expected an object with fields, found {type(record).__name__}")
