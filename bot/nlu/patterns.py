"""RegexEntityExtractor: entities by the training data's regular expressions and lookup tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import UsageError
from bot.message import Entity, Intent, Understanding
from bot.nlu.base import Component, ComponentConfig, Progress
from bot.nlu.lookup_tables import LookupTables
from bot.registry import register
from bot.training_data import TrainingData

if TYPE_CHECKING:
    from bot.nlu.fuzzy_lookup import FuzzyTable

_FILE = "patterns.json"


class RegexEntityExtractorConfig(ComponentConfig):
    """Rasa's options. `use_word_boundaries` must be false for languages without spaces, such as Chinese.

    `replace_overlapping` is ours: a pattern's match replaces overlapping entities of the same name that a model
    found, so that an order number is read whole; the digits in a tracking number are no phone number.
    `fuzzy` is ours, too: values of lookup tables are also found mistyped (English, from five letters) or written with
    other characters of the same sound (Chinese); the entity's value is then the table's.
    """

    case_sensitive: bool = False
    use_lookup_tables: bool = True
    use_regexes: bool = True
    use_word_boundaries: bool = True
    replace_overlapping: bool = False
    bare_intent: str | None = None
    fuzzy: bool = False


@register("nlu", "RegexEntityExtractor")
class RegexEntityExtractor(Component):
    """Finds the patterns that are named like an entity annotated in the training data."""

    Config = RegexEntityExtractorConfig
    config: RegexEntityExtractorConfig
    provides = frozenset({"entities"})
    trainable = True
    _patterns: list[tuple[str, str]]
    _lookups: list[tuple[str, list[str]]]
    _compiled: list[tuple[str, re.Pattern[str]]]
    _tables: LookupTables
    _fuzzy: list[FuzzyTable]

    def relevant(self, data: TrainingData) -> Any:
        return self._wanted(data)

    def train(self, data: TrainingData, progress: Progress) -> None:
        self._patterns, self._lookups = self._wanted(data)
        self._compile()

    def _wanted(self, data: TrainingData) -> tuple[list[tuple[str, str]], list[tuple[str, list[str]]]]:
        """The patterns and the lookup tables that are named like an entity annotated in the training data."""
        annotated = {entity.entity for example in data.examples for entity in example.entities}
        patterns = [(p.name, p.regex) for p in data.patterns if p.name in annotated]
        lookups = [(table.name, list(map(str, table.values))) for table in data.lookups if table.name in annotated]
        return patterns if self.config.use_regexes else [], lookups if self.config.use_lookup_tables else []

    def _compile(self) -> None:
        flags = 0 if self.config.case_sensitive else re.IGNORECASE
        self._compiled = []
        for name, regex in self._patterns:
            try:
                self._compiled.append((name, re.compile(regex, flags)))
            except re.error as error:
                raise UsageError(f"The regular expression of '{name}' is not valid: {error} in {regex!r}.") from error
        tables = [values for _, values in self._lookups]
        self._tables = LookupTables(
            tables, case_sensitive=self.config.case_sensitive, word_boundaries=self.config.use_word_boundaries
        )
        self._fuzzy = []
        if self.config.fuzzy and tables:
            from bot.nlu.fuzzy_lookup import FuzzyTable

            self._fuzzy = [FuzzyTable(values) for values in tables]

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [self._read(understanding, self._find(understanding.text)) for understanding in batch]

    def _read(self, understanding: Understanding, found: Sequence[Entity]) -> Understanding:
        read = replace(understanding, entities=self._merge(understanding.entities, found))
        if self.config.bare_intent is None or not found or not _is_all(understanding.text, found):
            return read
        intent = Intent(self.config.bare_intent, 1.0)
        others = tuple(ranked for ranked in read.ranking if ranked.name != intent.name)
        return replace(read, intent=intent, ranking=(intent, *(replace(other, confidence=0.0) for other in others)))

    def _find(self, text: str) -> list[Entity]:
        extractor = type(self).__name__
        found: list[Entity] = []
        for name, pattern in self._compiled:
            for match in pattern.finditer(text):
                start, end = match.span()
                if end > start:
                    found.append(Entity(name, text[start:end], start, end, extractor=extractor))
        for hit in self._tables.find(text):
            name, _ = self._lookups[hit.table]
            found.append(Entity(name, text[hit.start : hit.end], hit.start, hit.end, extractor=extractor))
        return [*found, *self._near_misses(text, found)] if self._fuzzy else found

    def _near_misses(self, text: str, found: Sequence[Entity]) -> Iterator[Entity]:
        """What is nearly a value of a table, where nothing of that name was found."""
        for (name, _), table in zip(self._lookups, self._fuzzy, strict=True):
            for hit in table.find(text):
                near = Entity(name, hit.value, hit.start, hit.end, extractor=type(self).__name__)
                if not any(entity.entity == name and _overlap(entity, near) for entity in found):
                    yield replace(near, confidence=round(hit.similarity, 3))

    def _merge(self, present: Sequence[Entity], found: Sequence[Entity]) -> tuple[Entity, ...]:
        if not self.config.replace_overlapping:
            return (*present, *found)
        found = [f for f in found if not any(f is not other and _within(f, other) for other in found)]
        kept = [e for e in present if not any(_overlap(e, f) and not _says_more(e, f) for f in found)]
        taken = [f for f in found if not any(_overlap(f, e) for e in kept)]
        return tuple(sorted((*kept, *taken), key=lambda entity: entity.start or 0))

    def save(self, folder: Path) -> None:
        learned = {"patterns": self._patterns, "lookups": self._lookups}
        (folder / _FILE).write_text(json.dumps(learned, ensure_ascii=False), encoding="utf-8")

    def load(self, folder: Path) -> None:
        learned = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        if isinstance(learned, list):  # models made when lookup tables were patterns, too
            learned = {"patterns": learned, "lookups": []}
        self._patterns = [(name, regex) for name, regex in learned["patterns"]]
        self._lookups = [(name, values) for name, values in learned["lookups"]]
        self._compile()


def _is_all(text: str, found: Sequence[Entity]) -> bool:
    """Whether nothing but punctuation stands outside of what was found."""
    covered = {place for entity in found for place in range(entity.start or 0, entity.end or 0)}
    return not any(character.isalnum() for place, character in enumerate(text) if place not in covered)


def _overlap(a: Entity, b: Entity) -> bool:
    if a.start is None or a.end is None or b.start is None or b.end is None:
        return False
    return a.start < b.end and b.start < a.end


def _says_more(model: Entity, pattern: Entity) -> bool:
    """Whether the model found the same kind of thing and a role, which no pattern knows."""
    return model.role is not None and model.entity == pattern.entity


def _within(a: Entity, b: Entity) -> bool:
    """Whether `a` is a part of the longer `b`."""
    return _overlap(a, b) and (b.end or 0) - (b.start or 0) > (a.end or 0) - (a.start or 0)
