"""TrainingData: what NLU components learn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from bot.compat.api.constants import (
    ACTION_NAME,
    ENTITIES,
    ENTITY_ATTRIBUTE_GROUP,
    ENTITY_ATTRIBUTE_ROLE,
    ENTITY_ATTRIBUTE_TYPE,
    INTENT,
    INTENT_RESPONSE_KEY,
    NO_ENTITY_TAG,
    RESPONSE,
    TEXT,
    UTTER_PREFIX,
)
from bot.compat.api.io import deep_container_fingerprint
from bot.compat.api.message import Message


class TrainingData:
    """Examples, synonyms, patterns, lookup tables and responses. The same example counts once."""

    def __init__(
        self,
        training_examples: list[Message] | None = None,
        entity_synonyms: dict[str, str] | None = None,
        regex_features: list[dict[str, str]] | None = None,
        lookup_tables: list[dict[str, Any]] | None = None,
        responses: dict[str, list[dict[str, Any]]] | None = None,
    ) -> None:
        """`regex_features` are `{name, pattern}`, `lookup_tables` `{name, elements}`."""
        self.training_examples = list(dict.fromkeys(training_examples or []))
        self.entity_synonyms = entity_synonyms or {}
        self.regex_features = sorted(regex_features or [], key=lambda e: f"{e['name']}+{e['pattern']}")
        self.lookup_tables = lookup_tables or []
        self.responses = responses or {}
        for example in self.training_examples:
            self._add_response(example)

    def _add_response(self, example: Message) -> None:
        """A retrieval example carries the last text that answers it."""
        key = example.get(INTENT_RESPONSE_KEY)
        variations = self.responses.get(f"{UTTER_PREFIX}{key}", []) if key else []
        if variations:
            texts = [variation[TEXT] for variation in variations if variation.get(TEXT)]
            example.set(RESPONSE, texts[-1] if texts else f"{UTTER_PREFIX}{key}")

    def merge(self, *others: TrainingData | None) -> TrainingData:
        """One that has all of this and of others."""
        parts = [self, *(other for other in others if other)]
        return TrainingData(
            [example for part in parts for example in part.training_examples],
            {text: value for part in parts for text, value in part.entity_synonyms.items()},
            [pattern for part in parts for pattern in part.regex_features],
            [table for part in parts for table in part.lookup_tables],
            {name: variations for part in parts for name, variations in part.responses.items()},
        )

    def filter_training_examples(self, condition: Callable[[Message], bool]) -> TrainingData:
        examples = list(filter(condition, self.training_examples))
        return TrainingData(examples, self.entity_synonyms, self.regex_features, self.lookup_tables, self.responses)

    def fingerprint(self) -> str:
        return deep_container_fingerprint(
            [
                sorted(example.fingerprint() for example in self.training_examples),
                self.entity_synonyms,
                self.regex_features,
                self.lookup_tables,
                self.responses,
            ]
        )

    @property
    def nlu_examples(self) -> list[Message]:
        return [example for example in self.training_examples if not example.is_core_or_domain_message()]

    @property
    def intent_examples(self) -> list[Message]:
        return [example for example in self.nlu_examples if example.get(INTENT)]

    @property
    def response_examples(self) -> list[Message]:
        return [example for example in self.nlu_examples if example.get(INTENT_RESPONSE_KEY)]

    @property
    def entity_examples(self) -> list[Message]:
        return [example for example in self.nlu_examples if example.get(ENTITIES)]

    @property
    def intents(self) -> set[str]:
        return {example.get(INTENT) for example in self.training_examples} - {None}

    @property
    def retrieval_intents(self) -> set[str]:
        return {example.get(INTENT) for example in self.training_examples if example.get(INTENT_RESPONSE_KEY)}

    @property
    def action_names(self) -> set[str]:
        return {example.get(ACTION_NAME) for example in self.training_examples} - {None}

    @property
    def entities(self) -> set[str]:
        return {entity[ENTITY_ATTRIBUTE_TYPE] for entity in self.sorted_entities()}

    @property
    def entity_roles(self) -> set[str]:
        return self._entity_labels(ENTITY_ATTRIBUTE_ROLE)

    @property
    def entity_groups(self) -> set[str]:
        return self._entity_labels(ENTITY_ATTRIBUTE_GROUP)

    def entity_roles_groups_used(self) -> bool:
        return bool(self.entity_roles or self.entity_groups)

    @property
    def number_of_examples_per_intent(self) -> dict[str, int]:
        return dict(Counter(example.get(INTENT) for example in self.nlu_examples))

    @property
    def number_of_examples_per_response(self) -> dict[str, int]:
        return dict(Counter(example.get(INTENT_RESPONSE_KEY) for example in self.response_examples))

    @property
    def number_of_examples_per_entity(self) -> dict[str, int]:
        """Counts by `entity 'city'`, `role 'from'`, `group '1'`."""
        kinds = (ENTITY_ATTRIBUTE_TYPE, ENTITY_ATTRIBUTE_ROLE, ENTITY_ATTRIBUTE_GROUP)
        found = ((kind, entity.get(kind)) for entity in self.sorted_entities() for kind in kinds)
        return dict(Counter(f"{kind} '{value}'" for kind, value in found if value not in (None, NO_ENTITY_TAG)))

    def sorted_entities(self) -> list[dict[str, Any]]:
        found = [entity for example in self.entity_examples for entity in example.get(ENTITIES)]
        return sorted(found, key=lambda entity: str(entity[ENTITY_ATTRIBUTE_TYPE]))

    def is_empty(self) -> bool:
        return not (self.training_examples or self.entity_synonyms or self.regex_features or self.lookup_tables)

    def _entity_labels(self, kind: str) -> set[str]:
        return {entity[kind] for entity in self.sorted_entities() if entity.get(kind)} - {NO_ENTITY_TAG}


__all__ = ["TrainingData"]
