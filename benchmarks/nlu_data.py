"""The public data sets of `nlu.py`, as training data: JSON lines with `text`, `intent` and `slots` (character offsets)."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.formats.write_nlu import write_nlu
from bot.message import Entity
from bot.training_data import Example, TrainingData

OUT_OF_SCOPE = "out_of_scope"
INFORM = "Inform"
Act = tuple[str, str, str, str]
"""What, about which domain, which slot, which value."""


@dataclass(frozen=True)
class Row:
    """A message with its annotation."""

    text: str
    intent: str
    entities: tuple[Entity, ...] = ()

    @property
    def spans(self) -> set[tuple[Any, ...]]:
        return {(each.start, each.end, each.entity, each.role) for each in self.entities}

    def named(self, intent: str) -> Row:
        """The same message with another intent."""
        return replace(self, intent=intent)


@dataclass(frozen=True)
class Turn:
    """What a customer says, and the acts that this is."""

    row: Row
    acts: frozenset[Act]


def read_rows(path: Path) -> list[Row]:
    """The messages of a file, white space evened out as a training file would."""
    return [_row(each) for each in _json_lines(path)]


def crosswoz(path: Path) -> tuple[list[Turn], list[Turn]]:
    """The customers' turns of two halves of the dialogues."""
    dialogues = _json_lines(path)
    random.Random(0).shuffle(dialogues)
    half = len(dialogues) // 2
    first, second = (
        [_turn(turn) for dialogue in part for turn in dialogue["turns"] if turn["speaker"] == "user"]
        for part in (dialogues[:half], dialogues[half:])
    )
    return first, second


def acts_of(text: str, intent: str, entities: Iterable[tuple[Any, ...]]) -> set[Act]:
    """The acts that an intent and its entities stand for; the inverse of `crosswoz`."""
    found: set[Act] = {(INFORM, role, entity, text[start:end]) for start, end, entity, role in entities}
    for part in intent.split("+"):
        what = part.split(".", 3)
        if len(what) == 4:
            found.add((what[0], what[1], what[2], what[3]))
    return found


def write_rows(rows: Iterable[Row], path: Path, domain: Path | None = None) -> None:
    """Write training data, and the domain that it needs."""
    examples = tuple(Example(text=row.text, intent=row.intent, entities=row.entities) for row in rows)
    path.write_text(write_nlu(TrainingData(examples=examples)), encoding="utf-8")
    if domain is not None:
        roles: dict[str, set[str]] = {}
        for example in examples:
            for entity in example.entities:
                roles.setdefault(entity.entity, set()).update([entity.role] if entity.role else [])
        entities = [{name: {"roles": sorted(own)}} if own else name for name, own in sorted(roles.items())]
        content = {"version": "3.1", "intents": sorted({each.intent for each in examples if each.intent})}
        domain.write_text(yaml.safe_dump(content | {"entities": entities}, allow_unicode=True), encoding="utf-8")


def _row(data: dict[str, Any]) -> Row:
    text = data["text"].replace("\n", " ")
    slots = [slot for slot in data.get("slots") or [] if slot.get("start") is not None]
    entities = [_entity(text, slot["start"], slot["end"], slot["slot"]) for slot in slots]
    return Row(text, data.get("intent") or OUT_OF_SCOPE, tuple(entities))


def _turn(data: dict[str, Any]) -> Turn:
    """Values that stand in the message are entities with the domain as role; what else is meant is part of the intent."""
    text, parts, entities = data["text"], set(), []
    acts = frozenset((what, domain, slot, value.replace("+", "＋")) for what, domain, slot, value in data["acts"])
    for what, domain, slot, value in sorted(acts):
        start = _free(text, value, entities) if what == INFORM and value else -1
        if start < 0:
            parts.add(f"{what}.{domain}.{slot}.{value}")
        else:
            parts.add(INFORM)
            entities.append(_entity(text, start, start + len(value), slot, domain))
    entities.sort(key=lambda each: each.start or 0)
    return Turn(Row(text, "+".join(sorted(parts)) or OUT_OF_SCOPE, tuple(entities)), acts)


def _free(text: str, value: str, taken: Iterable[Entity]) -> int:
    """Where `value` first stands outside of what is `taken`; -1 for nowhere."""
    start = text.find(value)
    while start >= 0 and any(start < (each.end or 0) and (each.start or 0) < start + len(value) for each in taken):
        start = text.find(value, start + 1)
    return start


def _entity(text: str, start: int, end: int, name: str, role: str | None = None) -> Entity:
    return Entity(entity=name, value=text[start:end], start=start, end=end, role=role)


def _json_lines(path: Path) -> list[dict[str, Any]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.decode("utf-8").split("\n") if line]
