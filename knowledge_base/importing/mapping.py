"""Mapping files: how records of a foreign format become records of the neutral one.

currency: USD
translations: tau_retail_zh.yml          # name of a table of words → words; optional
records:
  - file: users.jsonl                    # in the imported folder; a pattern is fine
    table: customers
    fields:
      id: user_id                        # a path: name.first, tracking.0, parent.user_id, index
      language: {value: en}              # a constant
      label: {template: "{brand} {last_four}"}      # absent if a part is
      kind: {from: source, map: {cc: credit_card}, default: paypal}
      name_zh: {from: name, translate: names}
      options: {from: options, rename: {color: colour}}
      addresses: {one: address, fields: {…}}         # an object becomes a list of one
      variants: {each: variants, fields: {…}}        # a list, or the values of an object
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any

from knowledge_base.importing.records import RECORDS

_PACKAGED = Path(__file__).parent.parent / "mappings"
_RECORD_KEYS = {"file", "table", "fields"}
_KEYS = {"currency", "translations", "records", "attributes"}
_SPEC_KEYS = {"value", "template", "from", "map", "default", "translate", "rename", "one", "each", "fields"}


class MappingProblem(ValueError):  # noqa: N818  (a problem of the file, with its place)
    """A mapping file that cannot be used: file:line:column, what is wrong, what instead."""


@dataclass(frozen=True)
class RecordMapping:
    """One kind of file and how each of its records is turned into one of the neutral format."""

    file: str
    table: str
    fields: AnyMapping[str, Any]


@dataclass(frozen=True)
class Mapping:
    """A mapping file, read and checked."""

    records: tuple[RecordMapping, ...]
    currency: str | None = None
    #: Table of words → word → translation.
    translations: AnyMapping[str, AnyMapping[str, str]] = field(default_factory=dict)


def load_mapping(name: str | Path) -> Mapping:
    """Read a mapping file: a path, or the name of one that comes with this package ("tau_retail").

    Raises MappingProblem with the place of the first mistake.
    """
    path = Path(name)
    if not path.suffix and not path.exists():
        packaged = sorted(found.stem for found in _PACKAGED.glob("*.yml") if not found.stem.endswith("_zh"))
        if str(name) not in packaged:
            raise MappingProblem(f"no file {name} and no mapping of this name; mappings here: {', '.join(packaged)}")
        path = _PACKAGED / f"{name}.yml"
    content = _read(path)
    _check_keys(path, content, _KEYS, "a mapping")
    records = []
    for entry in content.get("records") or []:
        _check_keys(path, entry, _RECORD_KEYS, "a record")
        if missing := sorted(_RECORD_KEYS - set(entry)):
            raise MappingProblem(f"{_place(path, entry)}: this record lacks {', '.join(missing)}")
        if entry["table"] not in RECORDS:
            raise MappingProblem(
                f"{_place(path, entry, 'table')}: no table {entry['table']!r}{_near(entry['table'], RECORDS)}"
            )
        _check_fields(path, entry["fields"], set(RECORDS[entry["table"]].model_fields))
        records.append(RecordMapping(entry["file"], entry["table"], entry["fields"]))
    translations: Any = content.get("translations") or {}
    if isinstance(translations, str):
        translations = _read(path.parent / translations)
    return Mapping(tuple(records), content.get("currency"), translations)


def convert(mapping: Mapping, fields: AnyMapping[str, Any], record: AnyMapping[str, Any]) -> dict[str, Any]:
    """One foreign record as a neutral one; fields that find nothing are left out."""
    made: dict[str, Any] = {}
    for name, spec in fields.items():
        value = _value(mapping, spec, record)
        if value is not None:
            made[name] = value
    return made


def _value(mapping: Mapping, spec: Any, record: AnyMapping[str, Any]) -> Any:
    if isinstance(spec, str):
        return _look_up(record, spec)
    if "value" in spec:
        return spec["value"]
    if "template" in spec:
        parts = {name: _look_up(record, name) for _, name, _, _ in Formatter().parse(spec["template"]) if name}
        if any(part is None for part in parts.values()):
            return None
        filled: str = spec["template"]
        for name, part in parts.items():
            filled = filled.replace("{" + name + "}", str(part))
        return filled
    if "each" in spec or "one" in spec:
        return _children(mapping, spec, record)
    value = _look_up(record, spec["from"])
    if "map" in spec:
        value = spec["map"].get(value, value)
    if "translate" in spec:
        value = mapping.translations.get(spec["translate"], {}).get(str(value))
    if "rename" in spec and isinstance(value, dict):
        value = {spec["rename"].get(key, key): entry for key, entry in value.items()}
    return spec.get("default") if value is None else value


def _children(mapping: Mapping, spec: Any, record: AnyMapping[str, Any]) -> list[dict[str, Any]] | None:
    found = _look_up(record, spec.get("each") or spec["one"])
    if found is None:
        return None
    entries = [found] if "one" in spec else list(found.values()) if isinstance(found, dict) else list(found)
    return [
        convert(mapping, spec["fields"], {**entry, "parent": record, "index": number})
        for number, entry in enumerate(entries, start=1)
    ]


def _look_up(record: Any, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value = record
    for part in path.split("."):
        if isinstance(value, AnyMapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _read(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    if not path.is_file():
        raise MappingProblem(f"no such file: {path}")
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8")) or {}
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise MappingProblem(f"{place}: {error.problem}") from error


def _check_fields(path: Path, fields: Any, known: set[str]) -> None:
    for name, spec in fields.items():
        if name not in known:
            raise MappingProblem(f"{_place(path, fields, name)}: the table has no field {name!r}{_near(name, known)}")
        if isinstance(spec, AnyMapping):
            _check_keys(path, spec, _SPEC_KEYS, f"the field {name!r}")
            if not {"value", "template", "from", "one", "each"} & set(spec):
                raise MappingProblem(
                    f"{_place(path, fields, name)}: {name!r} needs one of value, template, from, one, each"
                )
        elif not isinstance(spec, str):
            raise MappingProblem(f"{_place(path, fields, name)}: {name!r} is neither a path nor a section: {spec!r}")


def _check_keys(path: Path, section: Any, known: set[str], what: str) -> None:
    for key in section:
        if key not in known:
            raise MappingProblem(f"{_place(path, section, key)}: {what} has no {key!r}{_near(key, known)}")


def _place(path: Path, section: Any, key: str | None = None) -> str:
    line, column = section.lc.key(key) if key else (section.lc.line, section.lc.col)
    return f"{path}:{line + 1}:{column + 1}"


def _near(name: str, known: Any) -> str:
    found = get_close_matches(str(name), list(known), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""
