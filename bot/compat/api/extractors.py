"""EntityExtractorMixin: what entity extractors share.

Source: `rasa/nlu/extractors/extractor.py` of Rasa 3.6.21.
"""

from __future__ import annotations

from abc import ABC
from typing import Any, NamedTuple

from bot.compat.api.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_GROUP,
    ENTITY_ATTRIBUTE_ROLE,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
    NO_ENTITY_TAG,
    SINGLE_ENTITY_ALLOWED_INTERLEAVING_CHARSET,
    SPLIT_ENTITIES_BY_COMMA,
    TEXT,
    TOKENS_NAMES,
)
from bot.compat.api.io import raise_warning
from bot.compat.api.message import Message
from bot.compat.api.tokenizers import Token
from bot.compat.api.training_data import TrainingData

Entity = dict[str, Any]
_KINDS = (ENTITY_ATTRIBUTE_TYPE, ENTITY_ATTRIBUTE_ROLE, ENTITY_ATTRIBUTE_GROUP)


class EntityTagSpec(NamedTuple):
    """The tags of one kind (`entity`, `role`, `group`), with their numbers."""

    tag_name: str
    ids_to_tags: dict[int, str]
    tags_to_ids: dict[str, int]
    num_tags: int


class EntityExtractorMixin(ABC):  # noqa: B024 - a mixin, as in Rasa
    """Names itself in what it extracts, and turns tags of tokens into entities."""

    @property
    def name(self) -> str:
        return type(self).__name__

    def add_extractor_name(self, entities: list[Entity]) -> list[Entity]:
        for entity in entities:
            entity[EXTRACTOR] = self.name
        return entities

    def add_processor_name(self, entity: Entity) -> Entity:
        entity.setdefault("processors", []).append(self.name)
        return entity

    @staticmethod
    def filter_irrelevant_entities(extracted: list[Entity], requested_dimensions: set[str]) -> list[Entity]:
        """Only entities of the asked kinds; all when none is asked for."""
        return [e for e in extracted if not requested_dimensions or e[ENTITY_ATTRIBUTE_TYPE] in requested_dimensions]

    @staticmethod
    def find_entity(entity: Entity, text: str, tokens: list[Token]) -> tuple[int, int]:
        """The first and the last but one token of an entity; raises ValueError when it does not span whole tokens."""
        starts, ends = [token.start for token in tokens], [token.end for token in tokens]
        for where, places in ((ENTITY_ATTRIBUTE_START, starts), (ENTITY_ATTRIBUTE_END, ends)):
            if entity[where] not in places:
                raise ValueError(
                    f"Invalid entity {entity} in example '{text}': it must span whole tokens; wrong {where}."
                )
        return starts.index(entity[ENTITY_ATTRIBUTE_START]), ends.index(entity[ENTITY_ATTRIBUTE_END]) + 1

    def filter_trainable_entities(self, entity_examples: list[Message]) -> list[Message]:
        """Copies of the examples without entities that another extractor is named for."""
        filtered = []
        for message in entity_examples:
            kept = [e for e in message.get(ENTITIES, []) if e.get(EXTRACTOR) in (None, self.name)]
            data = {**message.data, ENTITIES: kept}
            filtered.append(Message(data, message.output_properties, message.time, message.features))
        return filtered

    @staticmethod
    def check_correct_entity_annotations(training_data: TrainingData) -> None:
        """Warn of annotations that do not begin and end where tokens do."""
        for example in training_data.entity_examples:
            tokens = example.get(TOKENS_NAMES[TEXT])
            starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
            for entity in example.get(ENTITIES):
                if entity[ENTITY_ATTRIBUTE_START] not in starts or entity[ENTITY_ATTRIBUTE_END] not in ends:
                    raise_warning(f"Misaligned entity annotation {entity} in '{example.get(TEXT)}': tokens {tokens}.")
                    break

    @staticmethod
    def get_tag_for(tags: dict[str, list[str]], tag_name: str, idx: int) -> str:
        return tags[tag_name][idx] if tag_name in tags else NO_ENTITY_TAG

    @staticmethod
    def convert_predictions_into_entities(
        text: str,
        tokens: list[Token],
        tags: dict[str, list[str]],
        split_entities_config: dict[str, bool] | None = None,
        confidences: dict[str, list[float]] | None = None,
    ) -> list[Entity]:
        """Entities of tags: `tags["entity"][i]` is that of token i, with or without a BILOU prefix."""
        entities: list[Entity] = []
        before = _Tag()
        for index, token in enumerate(tokens):
            entity, role, group = (EntityExtractorMixin.get_tag_for(tags, kind, index) for kind in _KINDS)
            tag = _Tag(entity, role, group, token.end)
            if tag.entity == NO_ENTITY_TAG:
                before = tag
                continue
            goes_on = tag.continues(before) and _is_one(text, token, before.end, split_entities_config, tag.name)
            if not goes_on:
                entities.append(_new_entity(tag, token, tags))
            if confidences is not None:
                _take_confidences(entities[-1], confidences, index)
            entities[-1][ENTITY_ATTRIBUTE_END] = token.end
            before = tag
        for found in entities:
            found[ENTITY_ATTRIBUTE_VALUE] = text[found[ENTITY_ATTRIBUTE_START] : found[ENTITY_ATTRIBUTE_END]]
        return entities


class _Tag(NamedTuple):
    """What a token was tagged as; `end` is where it ends."""

    entity: str = NO_ENTITY_TAG
    role: str = NO_ENTITY_TAG
    group: str = NO_ENTITY_TAG
    end: int = -1

    @property
    def prefix(self) -> str | None:
        return self.entity[0] if self.entity[:2] in ("B-", "I-", "L-", "U-") else None

    @property
    def name(self) -> str:
        return _without_prefix(self.entity)

    def continues(self, before: _Tag) -> bool:
        labels = [(_without_prefix(tag.role), _without_prefix(tag.group)) for tag in (self, before)]
        if before.entity == NO_ENTITY_TAG or labels[0] != labels[1]:
            return False
        if self.prefix is None:
            return self.entity == before.entity
        return self.prefix != "U" and (self.entity == before.entity or self.prefix in "IL")


def _without_prefix(tag: str) -> str:
    return tag[2:] if tag[:2] in ("B-", "I-", "L-", "U-") else tag


def _new_entity(tag: _Tag, token: Token, tags: dict[str, list[str]]) -> Entity:
    entity: Entity = {ENTITY_ATTRIBUTE_TYPE: tag.name, ENTITY_ATTRIBUTE_START: token.start}
    for kind, label in ((ENTITY_ATTRIBUTE_ROLE, tag.role), (ENTITY_ATTRIBUTE_GROUP, tag.group)):
        if kind in tags and label != NO_ENTITY_TAG:
            entity[kind] = _without_prefix(label)
    return entity


def _take_confidences(entity: Entity, confidences: dict[str, list[float]], index: int) -> None:
    """An entity of several tokens is as sure as its least sure token."""
    for kind in _KINDS:
        if kind in entity:
            key = f"confidence_{kind}"
            entity[key] = min(entity.get(key, 1.0), confidences[kind][index])


def _is_one(text: str, token: Token, end: int, split: dict[str, bool] | None, name: str) -> bool:
    """Whether a token belongs to the entity before it: only a sign apart, or a comma and a space where that is asked."""
    gap = text[end : token.start]
    if len(gap) <= 1:
        return True
    splits = (split or {}).get(name, (split or {}).get(SPLIT_ENTITIES_BY_COMMA, True))
    return len(gap) <= 3 and set(gap) <= SINGLE_ENTITY_ALLOWED_INTERLEAVING_CHARSET and not splits


__all__ = ["EntityExtractorMixin", "EntityTagSpec"]
