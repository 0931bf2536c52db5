"""Entity annotations inside a sentence: `[北京](city)`, `[SF]{"entity": "city", "value": "San Francisco"}`.

The four shapes and how far each reaches are Rasa's:
`[t](entity)`, `[t](entity:value)`, `[t]{"entity": …, "role": …, "group": …, "value": …}`, `[t][{…}, {…}]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import did_you_mean, nearest
from bot.message import Entity

_ANNOTATION = re.compile(
    r"\[(?P<text>[^\]]+?)\]"
    r"(?:\((?P<entity>[^:)]+?)(?::(?P<value>[^)]+))?\)|\{(?P<dict>[^}]+?)\}|\[(?P<list>.*?)\])"
)
_DICT = re.compile(r"\{[^}]+?\}")
_LEFT_OVER = re.compile(r"\[[^\[\]]*\]\s*(?:\([^)]*\)?|\{[^}]*\}?)")
_KEYS = ("entity", "value", "role", "group")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an annotation; `offset` counts characters in the annotated sentence from 0."""

    offset: int
    message: str
    hint: str = ""
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Annotated:
    """A sentence without its annotations, the entities with offsets into it, and what is wrong."""

    text: str
    entities: tuple[Entity, ...] = ()
    faults: tuple[Fault, ...] = ()


def parse_annotations(sentence: str) -> Annotated:
    if "[" not in sentence:
        return Annotated(sentence)
    plain: list[str] = []
    entities: list[Entity] = []
    faults: list[Fault] = []
    read, length = 0, 0
    for match in _ANNOTATION.finditer(sentence):
        before, marked = sentence[read : match.start()], match["text"]
        faults += _left_over(before, read)
        length += len(before)
        for shape in _shapes(match, faults):
            entities.append(_entity(shape, marked, length))
        faults += _doubts(match)
        plain += [before, marked]
        length += len(marked)
        read = match.end()
    faults += _left_over(sentence[read:], read)
    return Annotated("".join([*plain, sentence[read:]]), tuple(entities), tuple(faults))


def annotate(text: str, entities: tuple[Entity, ...]) -> str:
    """The opposite of `parse_annotations`: `text` with its entities written into it.

    Raises ValueError when entities overlap or have no offsets, and when what they mark cannot be annotated.
    """
    by_span: dict[tuple[int, int], list[Entity]] = {}
    for entity in entities:
        if entity.start is None or entity.end is None:
            raise ValueError(f"entity {entity.entity!r} has no place in {text!r}")
        by_span.setdefault((entity.start, entity.end), []).append(entity)
    written, read = "", 0
    for (start, end), marked in sorted(by_span.items()):
        if start < read or end <= start or end > len(text):
            raise ValueError(f"entities overlap or lie outside of {text!r}")
        written += text[read:start] + _written(text[start:end], marked)
        read = end
    annotated = written + text[read:]
    parsed = parse_annotations(annotated)
    if parsed.text != text or [e.as_dict() for e in parsed.entities] != [e.as_dict() for e in _in_order(entities)]:
        raise ValueError(f"{text!r} cannot be written with these entities")
    return annotated


def _in_order(entities: tuple[Entity, ...]) -> list[Entity]:
    return sorted(entities, key=lambda entity: (entity.start or 0, entity.end or 0))


def _written(text: str, entities: list[Entity]) -> str:
    dicts = []
    for entity in entities:
        shape: dict[str, Any] = {"entity": entity.entity}
        shape |= {"role": entity.role} if entity.role else {}
        shape |= {"group": entity.group} if entity.group else {}
        shape |= {"value": entity.value} if entity.value != text else {}
        dicts.append(shape)
    if len(dicts) == 1 and set(dicts[0]) == {"entity"} and not re.search(r"[:)]", entities[0].entity):
        return f"[{text}]({entities[0].entity})"
    inner = ", ".join(json.dumps(shape, ensure_ascii=False) for shape in dicts)
    return f"[{text}]{inner}" if len(dicts) == 1 else f"[{text}][{inner}]"


def _shapes(match: re.Match[str], faults: list[Fault]) -> Iterator[dict[str, Any]]:
    if match["entity"]:
        shape = {"entity": match["entity"]}
        yield shape | ({"value": match["value"]} if match["value"] else {})
    elif match["dict"]:
        yield from _shape(f"{{{match['dict']}}}", match.start("dict") - 1, faults)
    else:
        offset = match.start("list")
        dicts = list(_DICT.finditer(match["list"]))
        if not dicts:
            faults.append(Fault(match.start(), f"'{match[0]}' holds no entity.", _how(match["text"])))
        for inner in dicts:
            yield from _shape(inner[0], offset + inner.start(), faults)


def _shape(written: str, offset: int, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    try:
        shape = json.loads(written)
    except json.JSONDecodeError as error:
        hint = 'Write it as JSON, for example {"entity": "city", "role": "from"}.'
        faults.append(Fault(offset + error.pos, f"'{written}' cannot be read: {error.msg}.", hint, fatal=True))
        return
    if not shape.get("entity"):
        near = nearest("entity", shape)
        hint = f"Did you mean 'entity' instead of '{near[0]}'?" if near else 'Add "entity": "…".'
        faults.append(Fault(offset, f"'{written}' does not name its entity.", hint, fatal=True))
        return
    for key in shape:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or f"Known are: {', '.join(_KEYS)}."
            faults.append(Fault(offset, f"'{key}' is not a key of an entity.", hint, fatal=True))
    yield shape


def _entity(shape: dict[str, Any], marked: str, start: int) -> Entity:
    return Entity(
        entity=str(shape["entity"]),
        value=shape.get("value", marked),
        start=start,
        end=start + len(marked),
        role=shape.get("role"),
        group=shape.get("group"),
    )


def _doubts(match: re.Match[str]) -> Iterator[Fault]:
    text = match["text"]
    if text != text.strip():
        yield Fault(match.start(), f"the annotated text '{text}' begins or ends with a space.", _how(text.strip()))
    if "[" in text:
        yield Fault(match.start(), "annotations cannot stand inside one another.", _how(text.rpartition("[")[2]))
    name = match["entity"] or ""
    if name != name.strip():
        yield Fault(match.start(), f"the entity '{name}' begins or ends with a space.", "Remove the space.")


def _left_over(text: str, offset: int) -> Iterator[Fault]:
    for match in _LEFT_OVER.finditer(text):
        message = f"'{match[0]}' looks like an annotation but cannot be read as one."
        yield Fault(offset + match.start(), message, _how(match[0][1:].partition("]")[0] or "text"))


def _how(text: str) -> str:
    return f"Write [{text}](entity)."
