"""Importing a shop's data from a folder of CSV, JSON or JSON-lines files.

The files of the neutral format are named after their tables: categories, attributes, products (with variants),
customers (with addresses and payment_methods), coupons, orders (with lines, payments, shipments, returns, invoices),
reviews, articles; the fields are those of importing/records.py. A manifest.json may give `currency` and, for demo
data, `as_of` with `relative_dates`: then every time moves by whole days as if the data had been made today.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge_base.database import KnowledgeBase
from knowledge_base.importing.displays import Displays
from knowledge_base.importing.mapping import Mapping, convert, load_mapping
from knowledge_base.importing.problems import ImportReport, Problem
from knowledge_base.importing.reading import SUFFIXES, read_rows
from knowledge_base.importing.records import RECORDS, AttributeRecord, Record
from knowledge_base.importing.references import References
from knowledge_base.importing.rows import Rows, add_record
from knowledge_base.importing.writing import write
from knowledge_base.sessions import ShopSession

DEFAULT_CURRENCY = "CNY"


def import_folder(knowledge_base: KnowledgeBase, folder: Path | str, mapping: Path | str | None = None) -> ImportReport:
    """Import every file of a folder; known rows are updated, bad rows reported and left out, good rows kept.

    `mapping` is a mapping file, or the name of one of this package, for files in a foreign format. All is written in
    one transaction. Raises MappingProblem for a mapping file with mistakes and FileNotFoundError if there is nothing
    to import.
    """
    root = Path(folder)
    loaded = load_mapping(mapping) if mapping is not None else None
    report = ImportReport()
    with knowledge_base.session() as session:
        Import(session, root, loaded, report).run()
    return report


class Import:
    """One run over a folder."""

    def __init__(self, session: ShopSession, root: Path, mapping: Mapping | None, report: ImportReport) -> None:
        self.session = session
        self.root = root
        self.mapping = mapping
        self.report = report
        manifest = _manifest(root)
        given = mapping.currency if mapping else None
        self.currency: str = given or manifest.get("currency") or DEFAULT_CURRENCY
        self.context = {"shift": _shift(manifest, session.now)}
        self.references = References(session)
        self.rows = Rows()
        self._seen: dict[tuple[str, str], str] = {}
        self._unknown_fields: set[tuple[Path, str]] = set()

    def run(self) -> None:
        """Read everything, then write everything, then bring the search index up to date."""
        from knowledge_base.search.index import refresh

        files = list(_mapped_files(self.root, self.mapping) if self.mapping else _named_files(self.root))
        if not files:
            raise FileNotFoundError(f"nothing to import in {self.root}: no {', '.join(RECORDS)} ({'/'.join(SUFFIXES)})")
        for table, path, fields in files:
            self._read_file(table, path, fields)
        self._drop_orphan_categories()
        self._complete_variants()
        write(self.session, self.rows, self.report)
        refresh(self.session)

    def _read_file(self, table: str, path: Path, fields: Any) -> None:
        for entry in read_rows(path):
            if isinstance(entry, Problem):
                self.report.problems.append(entry)
                continue
            line, raw = entry
            record = convert(self.mapping, fields, raw) if self.mapping else raw
            if self.mapping is None:
                self._note_unknown_fields(table, path, line, raw)
            self._accept(table, path, line, record)

    def _accept(self, table: str, path: Path, line: int, raw: dict[str, Any]) -> None:
        try:
            record = RECORDS[table].model_validate(raw, context=self.context)
        except ValidationError as error:
            self._reject(path, line, "; ".join(_explain(part) for part in error.errors()))
            return
        if missing := self.references.missing(record):
            self._reject(path, line, "; ".join(missing))
            return
        for key in _keys(table, record):
            if key in self._seen:
                self._reject(path, line, f"{key[1]!r} was given before, at {self._seen[key]}")
                return
        self._seen.update(dict.fromkeys(_keys(table, record), f"{path.name}:{line}"))
        self.references.accept(table, record)
        add_record(self.rows, table, record, currency=self.currency)

    def _reject(self, path: Path, line: int, message: str) -> None:
        self.report.problems.append(Problem(path, line, message))

    def _note_unknown_fields(self, table: str, path: Path, line: int, raw: dict[str, Any]) -> None:
        """Say once a file which fields nobody reads: a misspelt heading loses a column silently otherwise."""
        known = RECORDS[table].model_fields
        for name in raw:
            if name not in known and (path, name) not in self._unknown_fields:
                self._unknown_fields.add((path, name))
                near = get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                self.report.problems.append(
                    Problem(path, line, f"{table} have no field {name!r}, it is ignored{hint}", row_kept=True)
                )

    def _drop_orphan_categories(self) -> None:
        """Parents first; a parent that does not exist is left out of its child, with a note."""
        rows = {row["id"]: row for row in self.rows.by_table.get("categories", [])}
        for row in rows.values():
            parent = row["parent_id"]
            if parent is not None and parent not in self.references.known["categories"]:
                file, _, line = self._seen[("categories", row["id"])].partition(":")
                message = f"parent_id: there is no {parent!r} in categories; imported without a parent"
                self.report.problems.append(Problem(self.root / file, int(line), message, row_kept=True))
                row["parent_id"] = None

        def depth(row: dict[str, Any], trail: tuple[str, ...] = ()) -> int:
            parent = rows.get(row["parent_id"])
            if parent is None:
                return 0
            if row["id"] in trail:  # a circle of parents: cut it here
                row["parent_id"] = None
                return 0
            return 1 + depth(parent, (*trail, row["id"]))

        if rows:
            self.rows.by_table["categories"] = sorted(rows.values(), key=depth)

    def _complete_variants(self) -> None:
        """Give every option value an attribute row and every variant its display in both languages."""
        displays = Displays(self.session)
        displays.add(self.rows.by_table.get("attributes", []))
        variants = self.rows.by_table.get("variants", [])
        made = [self._attribute(*pair) for pair in displays.missing(variant["options"] for variant in variants)]
        for record in made:
            add_record(self.rows, "attributes", record, currency=self.currency)
        displays.add(record.model_dump() for record in made)
        for variant in variants:
            variant["display_en"] = displays.show(variant["options"], "en")
            variant["display_zh"] = displays.show(variant["options"], "zh")

    def _attribute(self, name: str, value: str) -> AttributeRecord:
        """An attribute row for an option value that has none, in both languages if the mapping has the words."""
        words = self.mapping.translations if self.mapping else {}
        translated = {
            "name_zh": words.get("attributes", {}).get(name),
            # The same word may need another translation for one attribute: "ventilation.medium".
            "value_zh": words.get("values", {}).get(f"{name}.{value}") or words.get("values", {}).get(value),
            "synonyms_en": words.get("value_synonyms", {}).get(value),
            "synonyms_zh": words.get("value_synonyms_zh", {}).get(value),
        }
        given = {"name": name, "value": value, "name_en": name, "value_en": value}
        return AttributeRecord.model_validate(given | {key: text for key, text in translated.items() if text})


def _keys(table: str, record: Record) -> list[tuple[str, str]]:
    """What makes a record of this table the same as another one."""
    if isinstance(record, AttributeRecord):
        return [(table, f"{record.name}={record.value}")]
    names = {"coupons": ["code"], "articles": ["id", "slug"]}.get(table, ["id"])
    found = [(f"{table} {name}" if name == "slug" else table, getattr(record, name)) for name in names]
    children = [("variants", variant.id) for variant in getattr(record, "variants", None) or []]
    children += [("payment_methods", method.id) for method in getattr(record, "payment_methods", None) or []]
    return [key for key in (*found, *children) if key[1] is not None]


def _explain(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    given = error.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float) else ""
    message = "is missing" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
    return f"{place}: {message}{shown}"


def _named_files(root: Path) -> Iterator[tuple[str, Path, None]]:
    for table in RECORDS:
        for suffix in SUFFIXES:
            path = root / f"{table}{suffix}"
            if path.is_file():
                yield table, path, None


def _mapped_files(root: Path, mapping: Mapping) -> Iterator[tuple[str, Path, Any]]:
    order = list(RECORDS)
    for entry in sorted(mapping.records, key=lambda entry: order.index(entry.table)):
        for path in sorted(root.glob(entry.file)):
            yield entry.table, path, entry.fields


def _manifest(root: Path) -> dict[str, Any]:
    path = root / "manifest.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return content


def _shift(manifest: dict[str, Any], now: datetime) -> timedelta:
    """Whole days between the making of demo data and now, so that times of day stay as they are."""
    if not manifest.get("relative_dates"):
        return timedelta()
    made = datetime.fromisoformat(str(manifest["as_of"]))
    return timedelta(days=(now - made).days)
