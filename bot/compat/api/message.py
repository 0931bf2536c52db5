"""Message: what a component reads and writes."""

from __future__ import annotations

import copy
from typing import Any

from bot.compat.api.constants import (
    ACTION_NAME,
    ACTION_TEXT,
    DIAGNOSTIC_DATA,
    ENTITIES,
    FEATURE_TYPE_SENTENCE,
    FEATURE_TYPE_SEQUENCE,
    INTENT,
    INTENT_RESPONSE_KEY,
    METADATA,
    METADATA_EXAMPLE,
    METADATA_INTENT,
    RESPONSE,
    RESPONSE_IDENTIFIER_DELIMITER,
    TEXT,
    TEXT_TOKENS,
)
from bot.compat.api.exceptions import RasaException
from bot.compat.api.features import Features
from bot.compat.api.io import deep_container_fingerprint

_Pair = tuple[Features | None, Features | None]


class Message:
    """Attributes by name in `data`, features beside them; `output_properties` are those that come out of the parser."""

    def __init__(
        self,
        data: dict[str, Any] | None = None,
        output_properties: set[str] | None = None,
        time: int | None = None,
        features: list[Features] | None = None,
        **kwargs: Any,
    ) -> None:
        self.time = time
        self.data = {**(data or {}), **kwargs}
        self.features = features or []
        self.output_properties = output_properties or set()
        self.output_properties.add(TEXT)

    @classmethod
    def build(
        cls,
        text: str,
        intent: str | None = None,
        entities: list[dict[str, Any]] | None = None,
        intent_metadata: Any = None,
        example_metadata: Any = None,
        **kwargs: Any,
    ) -> Message:
        """A training example; `intent` may be a retrieval intent such as `faq/hours`."""
        data: dict[str, Any] = {TEXT: text}
        if intent:
            data[INTENT], key = cls.separate_intent_response_key(intent)
            if key:
                data[INTENT_RESPONSE_KEY] = intent
        if entities:
            data[ENTITIES] = entities
        metadata = {METADATA_INTENT: intent_metadata, METADATA_EXAMPLE: example_metadata}
        if any(value is not None for value in metadata.values()):
            data[METADATA] = {key: value for key, value in metadata.items() if value is not None}
        return cls(data, **kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and other.fingerprint() == self.fingerprint()

    def __hash__(self) -> int:
        return int(self.fingerprint(), 16)

    def __repr__(self) -> str:
        return f"Message({self.data!r})"

    def fingerprint(self) -> str:
        return deep_container_fingerprint([self.data, self.features])

    # -- attributes ----------------------------------------------------------------------------------------------------

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        self.data[prop] = info
        if add_to_output:
            self.output_properties.add(prop)

    def get(self, prop: str, default: Any = None) -> Any:
        return self.data.get(prop, default)

    def as_dict(self, only_output_properties: bool = False) -> dict[str, Any]:
        """The attributes that are not None; tokens become pairs of offsets where only the output is asked for."""
        data = self.data
        if only_output_properties:
            data = {key: value for key, value in data.items() if key in self.output_properties}
            if data.get(TEXT_TOKENS) is not None:
                data[TEXT_TOKENS] = [(token.start, token.end) for token in data[TEXT_TOKENS]]
        return {key: value for key, value in data.items() if value is not None}

    def as_dict_nlu(self) -> dict[str, Any]:
        """As in training data: with the full intent, without responses."""
        shape = self.as_dict()
        if shape.get(INTENT):
            shape[INTENT] = self.get_full_intent()
        return {key: value for key, value in shape.items() if key not in (RESPONSE, INTENT_RESPONSE_KEY)}

    def get_full_intent(self) -> Any:
        return self.get(INTENT_RESPONSE_KEY) or self.get(INTENT)

    @staticmethod
    def separate_intent_response_key(original_intent: str) -> tuple[str, str | None]:
        """`faq/hours` → ("faq", "hours"); `greet` → ("greet", None)."""
        parts = original_intent.split(RESPONSE_IDENTIFIER_DELIMITER)
        if len(parts) > 2:
            raise RasaException(f"Intent '{original_intent}' has more than one '{RESPONSE_IDENTIFIER_DELIMITER}'.")
        return parts[0], parts[1] if len(parts) == 2 else None

    def add_diagnostic_data(self, origin: str, data: dict[str, Any]) -> None:
        self.data.setdefault(DIAGNOSTIC_DATA, {})[origin] = data

    def is_core_or_domain_message(self) -> bool:
        """Whether it comes from a story or the domain, and not from NLU data."""
        labels = self.data.get(INTENT) or self.data.get(RESPONSE)
        said = self.data.get(TEXT)
        return bool(self.data.get(ACTION_NAME) or self.data.get(ACTION_TEXT) or bool(labels) != bool(said))

    def is_e2e_message(self) -> bool:
        """Whether it comes from an end-to-end story."""
        by_bot = self.get(ACTION_TEXT) and not self.get(ACTION_NAME)
        return bool(by_bot or (self.get(TEXT) and not self.get(INTENT)))

    # -- features ------------------------------------------------------------------------------------------------------

    def add_features(self, features: Features | None) -> None:
        if features is not None:
            self.features.append(features)

    def get_sparse_features(self, attribute: str, featurizers: list[str] | None = None) -> _Pair:
        """Sequence and sentence features of an attribute, side by side; None where there are none."""
        return self._combined(attribute, featurizers, is_sparse=True)

    def get_dense_features(self, attribute: str, featurizers: list[str] | None = None) -> _Pair:
        return self._combined(attribute, featurizers, is_sparse=False)

    def get_all_features(self, attribute: str, featurizers: list[str] | None = None) -> list[Features]:
        found = self.get_sparse_features(attribute, featurizers) + self.get_dense_features(attribute, featurizers)
        return [features for features in found if features is not None]

    def features_present(self, attribute: str, featurizers: list[str] | None = None) -> bool:
        return any(f.attribute == attribute and (not featurizers or f.origin in featurizers) for f in self.features)

    def get_sparse_feature_sizes(self, attribute: str, featurizers: list[str] | None = None) -> dict[str, list[int]]:
        return {
            kind: [f.features.shape[1] for f in self._of(attribute, kind, featurizers, is_sparse=True)]
            for kind in (FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE)
        }

    def _combined(self, attribute: str, featurizers: list[str] | None, *, is_sparse: bool) -> _Pair:
        kinds = (FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE)
        sequence, sentence = (self._of(attribute, kind, featurizers, is_sparse=is_sparse) for kind in kinds)
        return (
            Features.combine(copy.copy(sequence)) if sequence else None,
            Features.combine(copy.copy(sentence)) if sentence else None,
        )

    def _of(self, attribute: str, kind: str, featurizers: list[str] | None, *, is_sparse: bool) -> list[Features]:
        found = Features.filter(self.features, attributes=[attribute], type=kind, is_sparse=is_sparse)
        return [features for features in found if not featurizers or features.origin in featurizers]


__all__ = ["Message"]
