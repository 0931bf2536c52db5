"""KeywordIntentClassifier: an intent by words that a message holds, as in Rasa.

The examples of an intent are its keywords, and may be regular expressions. Source: `rasa/nlu/classifiers/keyword_intent_classifier.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.message import Intent, Understanding
from bot.nlu.base import Component, ComponentConfig, Progress
from bot.registry import register
from bot.training_data import TrainingData

_FILE = "keywords.json"


class KeywordIntentClassifierConfig(ComponentConfig):
    """`use_word_boundaries` is ours: Rasa only finds keywords between spaces or signs, which Chinese does not have.
    None looks at the keyword: boundaries count where it begins and ends with a letter of a spaced script.
    """

    case_sensitive: bool = True
    use_word_boundaries: bool | None = None


@register("nlu", "KeywordIntentClassifier")
class KeywordIntentClassifier(Component):
    """The first keyword of the training data that a message holds says its intent, with certainty."""

    Config = KeywordIntentClassifierConfig
    config: KeywordIntentClassifierConfig
    provides = frozenset({"intent"})
    trainable = True
    _keywords: dict[str, str]
    _patterns: list[tuple[re.Pattern[str], str]]

    def relevant(self, data: TrainingData) -> Any:
        return [[example.text, example.base_intent] for example in data.examples]

    def train(self, data: TrainingData, progress: Progress) -> None:
        """Words that are examples of two intents, or part of another intent's, say nothing, as in Rasa."""
        found: dict[str, set[str]] = {}
        for example in data.examples:
            if example.base_intent and example.text.strip():
                found.setdefault(example.text.strip(), set()).add(example.base_intent)
        self._keywords = {text: intents.pop() for text, intents in found.items() if len(intents) == 1}
        self._compile()
        kept = [(pattern, name) for pattern, name in self._patterns if not self._is_part_of_another(pattern, name)]
        words = {pattern: word for (pattern, _), word in zip(self._patterns, self._keywords, strict=True)}
        self._keywords = {words[pattern]: name for pattern, name in kept}
        self._patterns = kept

    def _is_part_of_another(self, pattern: re.Pattern[str], name: str) -> bool:
        return any(other != name and pattern.search(word) for word, other in self._keywords.items())

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [self._classify(understanding) for understanding in batch]

    def _classify(self, understanding: Understanding) -> Understanding:
        name = next((intent for pattern, intent in self._patterns if pattern.search(understanding.text)), None)
        if name is None:
            return understanding
        intent = Intent(name, 1.0)
        return replace(understanding, intent=intent, ranking=(intent,))

    def save(self, folder: Path) -> None:
        (folder / _FILE).write_text(json.dumps(self._keywords, ensure_ascii=False), encoding="utf-8")

    def load(self, folder: Path) -> None:
        self._keywords = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        self._compile()

    def _compile(self) -> None:
        flags = 0 if self.config.case_sensitive else re.IGNORECASE
        self._patterns = [(re.compile(self._bounded(word), flags), name) for word, name in self._keywords.items()]

    def _bounded(self, word: str) -> str:
        given = self.config.use_word_boundaries
        begins, ends = (given, given) if given is not None else (_is_spaced(word[0]), _is_spaced(word[-1]))
        return (r"\b" if begins else "") + (word if _is_regex(word) else re.escape(word)) + (r"\b" if ends else "")


_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


def _is_spaced(character: str) -> bool:
    """Whether words of this character's script stand between spaces."""
    return (character.isalnum() or character == "_") and not _UNSPACED.match(character)


def _is_regex(word: str) -> bool:
    try:
        re.compile(word)
    except re.error:
        return False
    return True
