"""FallbackClassifier: says `nlu_fallback` when the understanding is in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.message import Intent, Understanding
from bot.nlu.base import Component, ComponentConfig
from bot.nlu.language import detect
from bot.registry import register

FALLBACK_INTENT = "nlu_fallback"


class FallbackClassifierConfig(ComponentConfig):
    """Rasa's options: below `threshold`, or with the two best closer than `ambiguity_threshold`, it is a fallback.

    `thresholds` by language take the place of `threshold`: ``{zh: 0.45, en: 0.4}``. `bot test nlu` suggests them.
    """

    threshold: float = 0.3
    ambiguity_threshold: float = 0.1
    thresholds: Mapping[str, float] = {}


@register("nlu", "FallbackClassifier")
class FallbackClassifier(Component):
    """Puts `nlu_fallback` first in the ranking, with the threshold as its confidence; the model's best is second."""

    Config = FallbackClassifierConfig
    config: FallbackClassifierConfig
    requires = frozenset({"intent"})
    provides = frozenset({"intent"})

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [self._doubt(understanding) for understanding in batch]

    def _doubt(self, understanding: Understanding) -> Understanding:
        ranking = understanding.ranking
        second = ranking[1].confidence if len(ranking) > 1 else None
        best = understanding.intent.confidence
        ambiguous = second is not None and best - second < self.config.ambiguity_threshold
        threshold = self._threshold(understanding)
        if best >= threshold and not ambiguous:
            return understanding
        fallback = Intent(FALLBACK_INTENT, threshold)
        return replace(understanding, intent=fallback, ranking=(fallback, *ranking))

    def _threshold(self, understanding: Understanding) -> float:
        if not self.config.thresholds:
            return self.config.threshold
        language = understanding.language or detect(understanding.text)
        return self.config.thresholds.get(language or "", self.config.threshold)
