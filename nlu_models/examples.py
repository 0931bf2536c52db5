"""What a joint model learns from and what it answers with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+?(?=[A-Z][a-z]|[\W_]|$)")


@dataclass(frozen=True)
class Span:
    """An annotated stretch of a text: characters `start` up to `end` (exclusive)."""

    start: int
    end: int
    entity: str
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Example:
    """One training text. `intent` may join several with ``+``; None when only entities are annotated."""

    text: str
    intent: str | None = None
    entities: tuple[Span, ...] = ()


@dataclass(frozen=True)
class RankedIntent:
    """An intent with its calibrated probability."""

    name: str
    confidence: float


@dataclass(frozen=True)
class PredictedEntity:
    """A span the model found; `text[start:end] == value` holds for the message it was found in."""

    start: int
    end: int
    entity: str
    value: str
    confidence: float
    """Probability of the least certain tag of the span under the CRF, 0..1."""
    role: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Prediction:
    """What a joint model makes of one text."""

    intents: tuple[RankedIntent, ...] = ()
    """Every intent, the likeliest first; their confidences sum to 1. Empty for a model trained without intents."""
    entities: tuple[PredictedEntity, ...] = field(default=())
    """In the order of the text, never overlapping."""

    @property
    def intent(self) -> RankedIntent | None:
        """The likeliest intent."""
        return self.intents[0] if self.intents else None


def named(examples: Sequence[Example], below: int) -> list[Example]:
    """The name of each intent with fewer than `below` examples, as one more: ``card_arrival`` says "card arrival"."""
    counts = Counter(example.intent for example in examples if example.intent)
    texts = {
        intent: " ".join(_WORD.findall(intent)).lower() for intent, count in sorted(counts.items()) if count < below
    }
    return [Example(text, intent) for intent, text in texts.items() if text]
