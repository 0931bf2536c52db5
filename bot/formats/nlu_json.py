"""Rasa's earlier JSON training data: `{"rasa_nlu_data": {"common_examples": […]}}`."""

from __future__ import annotations

from bot.formats import shapes
from bot.formats.nlu import NluReader
from bot.formats.nodes import Mapping, Node, Scalar
from bot.formats.problem_list import ProblemList
from bot.message import Entity
from bot.training_data import Example, Pattern

ROOT_KEY = "rasa_nlu_data"
_EXAMPLE_SECTIONS = ("common_examples", "intent_examples", "entity_examples")


def add_json(root: Mapping, reader: NluReader, problems: ProblemList) -> None:
    """Adds the data of one file, read as YAML (of which JSON is a part), to `reader`."""
    data = shapes.mapping(root.get(ROOT_KEY), f"`{ROOT_KEY}`", problems)
    if data is None:
        return
    for section in _EXAMPLE_SECTIONS:
        for item in shapes.items(data.get(section), f"`{section}`", problems):
            _add_example(item, reader, problems)
    for item in shapes.items(data.get("regex_features"), "`regex_features`", problems):
        _add_pattern(item, reader, problems)
    for item in shapes.items(data.get("lookup_tables"), "`lookup_tables`", problems):
        _add_lookup(item, reader, problems)
    for item in shapes.items(data.get("entity_synonyms"), "`entity_synonyms`", problems):
        _add_synonyms(item, reader, problems)


def _add_example(item: Node, reader: NluReader, problems: ProblemList) -> None:
    body = shapes.mapping(item, "an example", problems)
    if body is None:
        return
    text = shapes.name(body.get("text"), "the text of an example", problems)
    if text is None:
        if body.get("text") is None:
            problems.error("missing-key", "an example has no `text`.", body)
        return
    written = body.get("text")
    text = written.text if isinstance(written, Scalar) else text  # offsets count surrounding spaces too
    intent = shapes.text(body.get("intent"), "the intent of an example", problems) or None
    entities = tuple(
        entity
        for node in shapes.items(body.get("entities"), "`entities`", problems)
        if (entity := _entity(node, text, problems)) is not None
    )
    for entity in entities:
        marked = text[entity.start : entity.end]
        if isinstance(entity.value, str) and entity.value != marked:
            reader.add_synonym(marked, entity.value, body.where)
    metadata = body.get("metadata")
    own = {"example": metadata.plain()} if metadata is not None else {}
    reader.examples.append(Example(text, intent, entities, own, body.where))


def _entity(node: Node, text: str, problems: ProblemList) -> Entity | None:
    body = shapes.mapping(node, "an entity", problems)
    if body is None:
        return None
    start, end = (body.get(key) for key in ("start", "end"))
    name = shapes.name(body.get("entity"), "the entity's name", problems)
    if name is None or not isinstance(start, Scalar) or not isinstance(end, Scalar):
        problems.error("missing-key", "an entity needs `entity`, `start` and `end`.", body)
        return None
    if not (isinstance(start.value, int) and isinstance(end.value, int) and 0 <= start.value < end.value <= len(text)):
        message = f"from {start.text} to {end.text} is not a part of '{text}'."
        problems.error("annotation", message, start, f"Offsets go from 0 to {len(text)}, the end excluded.")
        return None
    value = body.get("value")
    return Entity(
        entity=name,
        value=value.plain() if value is not None else text[start.value : end.value],
        start=start.value,
        end=end.value,
        role=shapes.text(body.get("role"), "`role`", problems),
        group=shapes.text(body.get("group"), "`group`", problems),
    )


def _add_pattern(item: Node, reader: NluReader, problems: ProblemList) -> None:
    body = shapes.mapping(item, "a regex", problems)
    if body is None:
        return
    name, pattern = (shapes.name(body.get(key), f"the regex's {key}", problems) for key in ("name", "pattern"))
    if name and pattern:
        reader.patterns.append(Pattern(name, pattern, body.where))


def _add_lookup(item: Node, reader: NluReader, problems: ProblemList) -> None:
    body = shapes.mapping(item, "a lookup table", problems)
    if body is None:
        return
    name = shapes.name(body.get("name"), "the name of a lookup table", problems)
    elements = body.get("elements")
    if name is None or elements is None:
        return
    if isinstance(elements, Scalar):
        values = reader.file_lines(elements.text, elements.where)
        if values is None:
            problems.error("file", f"there is no file '{elements.text}' for lookup '{name}'.", elements)
            return
    else:
        values = shapes.names(elements, "`elements`", problems)
    reader.add_lookup(name, values, body.where)


def _add_synonyms(item: Node, reader: NluReader, problems: ProblemList) -> None:
    body = shapes.mapping(item, "a synonym", problems)
    if body is None:
        return
    value = shapes.name(body.get("value"), "the value of synonyms", problems)
    for synonym in shapes.names(body.get("synonyms"), "`synonyms`", problems):
        if value is not None:
            reader.add_synonym(synonym, value, body.where)
