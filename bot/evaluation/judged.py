"""An annotated message beside what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.message import Understanding
from bot.training_data import Example


@dataclass(frozen=True, slots=True)
class Judged:
    """One example and what was made of it."""

    example: Example
    understood: Understanding

    @property
    def intent_is_right(self) -> bool:
        return self.expected_intent == self.predicted_intent

    @property
    def expected_intent(self) -> str:
        return self.example.base_intent or ""

    @property
    def predicted_intent(self) -> str:
        return self.understood.intent.name or ""

    def as_dict(self) -> dict[str, Any]:
        """Rasa's entry of intent_errors.json."""
        return {
            "text": self.example.text,
            "intent": self.expected_intent,
            "intent_prediction": {"name": self.predicted_intent, "confidence": self.understood.intent.confidence},
        }


def judge(examples: Sequence[Example], understood: Sequence[Understanding]) -> list[Judged]:
    """The examples that have an intent beside what was made of them."""
    return [Judged(e, u) for e, u in zip(examples, understood, strict=True) if e.intent]
