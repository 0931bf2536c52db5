"""IntentClassifier, and Rasa's FallbackClassifier for projects that refine it."""

from __future__ import annotations

import copy
from typing import Any

from bot.compat.api.constants import (
    DEFAULT_NLU_FALLBACK_AMBIGUITY_THRESHOLD,
    DEFAULT_NLU_FALLBACK_INTENT_NAME,
    DEFAULT_NLU_FALLBACK_THRESHOLD,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from bot.compat.api.graph import ExecutionContext, GraphComponent
from bot.compat.api.message import Message
from bot.compat.api.recipe import ComponentType, DefaultV1Recipe
from bot.compat.api.storage import ModelStorage, Resource

LABEL_RANKING_LENGTH = 10
THRESHOLD_KEY = "threshold"
AMBIGUITY_THRESHOLD_KEY = "ambiguity_threshold"


class IntentClassifier:
    """Marks a component that predicts intents."""


@DefaultV1Recipe.register(ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FallbackClassifier(GraphComponent, IntentClassifier):
    """Says `nlu_fallback` where the intent is in doubt; `_should_fallback` may be overridden."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.component_config = config

    @classmethod
    def required_components(cls) -> list[type[Any]]:
        return [IntentClassifier]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            THRESHOLD_KEY: DEFAULT_NLU_FALLBACK_THRESHOLD,
            AMBIGUITY_THRESHOLD_KEY: DEFAULT_NLU_FALLBACK_AMBIGUITY_THRESHOLD,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Any:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if self._should_fallback(message):
                fallback = {
                    INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
                    PREDICTED_CONFIDENCE_KEY: self._fallback_confidence(message),
                }
                message.data[INTENT] = fallback
                message.data.setdefault(INTENT_RANKING_KEY, []).insert(0, copy.copy(fallback))
        return messages

    def _fallback_confidence(self, message: Message) -> float:
        return float(self.component_config[THRESHOLD_KEY])

    def _should_fallback(self, message: Message) -> bool:
        is_sure, _ = self._nlu_confidence_below_threshold(message)
        return is_sure or self._nlu_prediction_ambiguous(message)[0]

    def _nlu_confidence_below_threshold(self, message: Message) -> tuple[bool, float]:
        confidence = float(message.data[INTENT].get(PREDICTED_CONFIDENCE_KEY))
        return confidence < self.component_config[THRESHOLD_KEY], confidence

    def _nlu_prediction_ambiguous(self, message: Message) -> tuple[bool, float | None]:
        ranking = message.data.get(INTENT_RANKING_KEY) or []
        if len(ranking) < 2:
            return False, None
        first, second = (float(intent.get(PREDICTED_CONFIDENCE_KEY, 1.0)) for intent in ranking[:2])
        return first - second < self.component_config[AMBIGUITY_THRESHOLD_KEY], first - second


__all__ = [
    "AMBIGUITY_THRESHOLD_KEY",
    "LABEL_RANKING_LENGTH",
    "THRESHOLD_KEY",
    "FallbackClassifier",
    "IntentClassifier",
]
