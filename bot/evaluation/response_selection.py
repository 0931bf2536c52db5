"""Judging which response of a retrieval intent was selected, under the names of Rasa's reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.judged import Judged
from bot.evaluation.plots import confidence_histogram, confusion_matrix
from bot.evaluation.reports import classification, write_json

SELECTOR, DEFAULT = "response_selector", "default"


@dataclass(frozen=True, slots=True)
class Selection:
    """The response that an example asks for, such as `faq/ask_hours`, beside the one that was selected."""

    text: str
    expected: str
    predicted: str
    confidence: float

    @property
    def is_right(self) -> bool:
        return self.expected == self.predicted

    def as_dict(self) -> dict[str, Any]:
        """Rasa's entry of response_selection_errors.json."""
        return {
            "text": self.text,
            "intent_response_key_target": self.expected,
            "intent_response_key_prediction": {"name": self.predicted, "confidence": self.confidence},
        }


def selections(judged: Iterable[Judged]) -> list[Selection]:
    """Of the examples of retrieval intents, where a selector answered any message at all."""
    asked = [each for each in judged if "/" in (each.example.intent or "")]
    found = [_selection(each) for each in asked]
    return found if any(each.predicted for each in found) else []


def write_selections(judged: Sequence[Judged], folder: Path, *, successes: bool, errors: bool, plot: bool) -> list[str]:
    """Write Rasa's reports of response selection; the line that sums them up, nothing without retrieval intents."""
    found = selections(judged)
    if not found:
        return []
    right = [each for each in found if each.is_right]
    wrong = [each for each in found if not each.is_right]
    expected, predicted = [each.expected for each in found], [each.predicted for each in found]
    write_json(folder / "response_selection_report.json", classification(expected, predicted))
    if errors:
        write_json(folder / "response_selection_errors.json", [each.as_dict() for each in wrong])
    if successes:
        write_json(folder / "response_selection_successes.json", [each.as_dict() for each in right])
    if plot:
        title = "Responses"
        confusion_matrix(expected, predicted, folder / "response_selection_confusion_matrix.png", title=title)
        confident = [each.confidence for each in right], [each.confidence for each in wrong]
        confidence_histogram(*confident, folder / "response_selection_histogram.png")
    return [f"responses: {len(right)} of {len(found)} right ({len(right) / len(found):.1%})"]


def _selection(judged: Judged) -> Selection:
    """The selector of the intent answers for it, or the one for all intents."""
    selectors = judged.understood.extra.get(SELECTOR) or {}
    chosen = selectors.get(judged.expected_intent) or selectors.get(DEFAULT) or {}
    response = chosen.get("response") or {}
    return Selection(
        judged.example.text,
        judged.example.intent or "",
        response.get("intent_response_key") or "",
        float(response.get("confidence") or 0.0),
    )
