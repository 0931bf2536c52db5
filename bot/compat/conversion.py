"""Messages and training data, to what custom components work on and back.

What components leave on a message or in the training data for each other (tokens, features, attributes of their own)
travels in `notes`, past the components of this framework, and is not part of the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from bot.actions.domain_json import domain_json
from bot.compat.api.constants import (
    ENTITIES,
    INTENT,
    INTENT_RANKING_KEY,
    METADATA,
    METADATA_EXAMPLE,
    METADATA_INTENT,
    TEXT,
    TEXT_TOKENS,
)
from bot.compat.api.message import Message
from bot.compat.api.training_data import TrainingData as RasaTrainingData
from bot.domain import Domain
from bot.message import Entity, Intent, Understanding
from bot.training_data import Example, TrainingData

NOTE = "rasa"
_LANGUAGE = "language"
_KNOWN = (TEXT, INTENT, INTENT_RANKING_KEY, ENTITIES, _LANGUAGE)


class _Noted(NamedTuple):
    """A message that custom components have worked on, and what was understood when they were done with it."""

    message: Message
    said: Mapping[str, Any]


def message_of(understanding: Understanding) -> Message:
    """The message that custom components have worked on so far, with what others have understood since."""
    noted: _Noted = understanding.notes.get(NOTE) or _Noted(Message(output_properties={TEXT_TOKENS}), {})
    message, now = noted.message, _attributes(understanding)
    for key in noted.said.keys() - now.keys():
        del message.data[key]
    for key, value in now.items():
        if noted.said.get(key) != value:
            message.set(key, value, add_to_output=True)
    return message


def understanding_of(message: Message, before: Understanding) -> Understanding:
    """What a message says now. Attributes that were set with `add_to_output` come out in `extra`."""
    output = message.as_dict(only_output_properties=True)
    understanding = replace(
        before,
        text=output.get(TEXT) or "",
        intent=_intent(output.get(INTENT)),
        ranking=tuple(_intent(intent) for intent in output.get(INTENT_RANKING_KEY) or ()),
        entities=tuple(Entity.from_dict(entity) for entity in output.get(ENTITIES) or ()),
        language=output.get(_LANGUAGE, before.language),
        extra={**before.extra, **{key: value for key, value in output.items() if key not in _KNOWN}},
    )
    return replace(understanding, notes={**before.notes, NOTE: _Noted(message, _attributes(understanding))})


def _attributes(understanding: Understanding) -> dict[str, Any]:
    """What has been understood, as attributes of a message; what has not is left out."""
    attributes: dict[str, Any] = {TEXT: understanding.text, **understanding.extra}
    if understanding.intent.name is not None or understanding.ranking:
        attributes[INTENT] = understanding.intent.as_dict()
    if understanding.ranking:
        attributes[INTENT_RANKING_KEY] = [intent.as_dict() for intent in understanding.ranking]
    if understanding.entities:
        attributes[ENTITIES] = [entity.as_dict() for entity in understanding.entities]
    if understanding.language is not None:
        attributes[_LANGUAGE] = understanding.language
    return attributes


def _intent(shape: Mapping[str, Any] | None) -> Intent:
    shape = shape or {}
    return Intent(shape.get("name"), float(shape.get("confidence") or 0.0))


# -- training data -------------------------------------------------------------------------------------------------------


def rasa_training_data(data: TrainingData) -> RasaTrainingData:
    """The training data as custom components have left it so far."""
    left: RasaTrainingData | None = data.notes.get(NOTE)
    if left is not None:
        return left
    return RasaTrainingData(
        [_example_message(example) for example in data.examples],
        dict(data.synonyms),
        [{"name": pattern.name, "pattern": pattern.regex} for pattern in data.patterns],
        [{"name": lookup.name, "elements": list(lookup.values)} for lookup in data.lookups],
        domain_json(Domain(responses=data.responses))["responses"],
    )


def own_training_data(changed: RasaTrainingData, before: TrainingData) -> TrainingData:
    """The training data after a custom component: its examples may say something else than they did."""
    if [_label(m) for m in changed.nlu_examples] == [_label(m) for m in rasa_training_data(before).nlu_examples]:
        return replace(before, notes={NOTE: changed})
    places = {(example.text, example.intent): example.where for example in before.examples}
    examples = tuple(
        Example(
            text=message.get(TEXT) or "",
            intent=message.get_full_intent(),
            entities=tuple(Entity.from_dict(entity) for entity in message.get(ENTITIES) or ()),
            metadata=message.get(METADATA) or {},
            where=places.get((message.get(TEXT), message.get_full_intent())),
        )
        for message in changed.nlu_examples
    )
    return replace(before, examples=examples, synonyms=dict(changed.entity_synonyms), notes={NOTE: changed})


def _label(message: Message) -> tuple[Any, ...]:
    """What an example teaches."""
    return message.get(TEXT), message.get_full_intent(), message.get(ENTITIES)


def _example_message(example: Example) -> Message:
    return Message.build(
        example.text,
        example.intent,
        [_annotation(entity) for entity in example.entities],
        example.metadata.get(METADATA_INTENT),
        example.metadata.get(METADATA_EXAMPLE),
    )


def _annotation(entity: Entity) -> dict[str, Any]:
    return {"start": entity.start, "end": entity.end, **entity.as_dict()}
