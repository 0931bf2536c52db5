"""Rasa's trained classifiers and extractors beside DIET: their names stay valid, and our joint model learns their part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.message import Understanding
from bot.nlu.base import Progress
from bot.nlu.bert import DIETClassifier
from bot.registry import register
from bot.training_data import TrainingData

INTENT_CLASSIFIERS = ("LogisticRegressionClassifier", "SklearnIntentClassifier", "MitieIntentClassifier")
ENTITY_EXTRACTORS = ("CRFEntityExtractor", "MitieEntityExtractor")


@register("nlu", *INTENT_CLASSIFIERS)
class IntentClassifier(DIETClassifier):
    """What a Rasa project calls LogisticRegressionClassifier, SklearnIntentClassifier or MitieIntentClassifier."""

    provides = frozenset({"intent"})

    def relevant(self, data: TrainingData) -> Any:
        return super().relevant(_without_entities(data))

    def train(self, data: TrainingData, progress: Progress) -> None:
        super().train(_without_entities(data), progress)

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [replace(new, entities=old.entities) for old, new in zip(batch, super().process(batch), strict=True)]


@register("nlu", *ENTITY_EXTRACTORS)
class EntityExtractor(DIETClassifier):
    """What a Rasa project calls CRFEntityExtractor or MitieEntityExtractor."""

    provides = frozenset({"entities"})

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        found = super().process(batch)
        return [replace(new, intent=old.intent, ranking=old.ranking) for old, new in zip(batch, found, strict=True)]


def _without_entities(data: TrainingData) -> TrainingData:
    return replace(data, examples=tuple(replace(e, entities=()) for e in data.examples if e.intent))
