"""What NLU is trained on: examples, synonyms, patterns, lookup tables and retrieval responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Where
from bot.message import Entity


@dataclass(frozen=True, slots=True)
class Example:
    """One training utterance, without its annotations; entities carry offsets into `text`."""

    text: str
    intent: str | None = None
    entities: tuple[Entity, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None

    @property
    def base_intent(self) -> str | None:
        """`faq` for the retrieval intent `faq/ask_hours`."""
        return self.intent.split("/", 1)[0] if self.intent else None


@dataclass(frozen=True, slots=True)
class Pattern:
    name: str
    regex: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    name: str
    values: tuple[str, ...]
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`notes` are what components leave for later ones while a pipeline is trained."""

    examples: tuple[Example, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    responses: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def intents(self) -> tuple[str, ...]:
        """Names of the intents that have examples, in order of appearance."""
        return tuple(dict.fromkeys(example.base_intent for example in self.examples if example.base_intent))
