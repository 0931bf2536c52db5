"""Training data to YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from bot.errors import UsageError
from bot.formats.annotations import annotate
from bot.formats.write_domain import responses_as_data
from bot.formats.write_yaml import VERSION, Quoted, dump, is_plain_line
from bot.training_data import Example, TrainingData

_STRIPPED = "\n\r "


def write_nlu(data: TrainingData) -> str:
    """An nlu.yml that reads back as the same data, its examples grouped by intent.

    Raises UsageError when an example has no intent or entities that cannot be annotated, as only JSON allows.
    """
    items = [*_intents(data.examples), *_synonyms(data), *_patterns(data)]
    items += [{"lookup": lookup.name, "examples": _rows(lookup.values)} for lookup in data.lookups]
    sections: dict[str, Any] = {"nlu": items, "responses": responses_as_data(data.responses)}
    return dump({"version": Quoted(VERSION), **{name: section for name, section in sections.items() if section}})


def annotated(example: Example) -> str:
    """The example as it stands in a file; raises UsageError when it cannot."""
    text = example.text.strip(_STRIPPED)
    cut = len(example.text) - len(example.text.lstrip(_STRIPPED))
    try:
        return annotate(
            text,
            tuple(
                replace(entity, start=(entity.start or 0) - cut, end=(entity.end or 0) - cut)
                for entity in example.entities
            ),
        )
    except ValueError as error:
        raise UsageError(f"{example.where or 'an example'}: {error}.") from error


def _intents(examples: Iterable[Example]) -> Iterator[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Example]] = {}
    for example in examples:
        if not example.intent:
            raise UsageError(f"{example.where or repr(example.text)}: an example without intent cannot be written.")
        groups.setdefault((example.intent, repr(example.metadata.get("intent"))), []).append(example)
    for (intent, _), group in groups.items():
        shared = group[0].metadata.get("intent")
        item: dict[str, Any] = {"intent": intent}
        if shared is not None:
            item["metadata"] = shared
        texts = [annotated(example) for example in group]
        own = [example.metadata.get("example") for example in group]
        item["examples"] = _rows(texts) if not any(own) else _objects(texts, own)
        yield item


def _synonyms(data: TrainingData) -> Iterator[dict[str, Any]]:
    """Those that the annotations do not teach by themselves."""
    taught: dict[str, Any] = {}
    for example in data.examples:
        for entity in example.entities:
            marked = example.text[entity.start : entity.end]
            if isinstance(entity.value, str) and entity.value != marked:
                taught[marked] = entity.value
    groups: dict[str, list[str]] = {}
    for text, value in data.synonyms.items():
        if taught.get(text) != value:
            groups.setdefault(value, []).append(text)
    for value, texts in groups.items():
        yield {"synonym": value, "examples": _rows(texts)}


def _patterns(data: TrainingData) -> Iterator[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for pattern in data.patterns:
        groups.setdefault(pattern.name, []).append(pattern.regex)
    for name, regexes in groups.items():
        yield {"regex": name, "examples": _rows(regexes)}


def _rows(texts: Iterable[str]) -> str | list[Any]:
    """`examples: |` with a line for each text; a list where some text does not fit on a line."""
    lines = list(texts)
    if all(is_plain_line(line) and "\n" not in line and line == line.rstrip() for line in lines):
        return "".join(f"- {line}\n" for line in lines)
    return lines


def _objects(texts: list[str], own: list[Any]) -> list[dict[str, Any]]:
    return [
        {"text": text} if metadata is None else {"text": text, "metadata": metadata}
        for text, metadata in zip(texts, own, strict=True)
    ]
