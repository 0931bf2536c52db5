from __future__ import annotations

import json
from pathlib import Path

from bot.evaluation.judged import Judged, judge
from bot.evaluation.response_selection import write_selections
from bot.message import Intent, Understanding
from bot.training_data import Example


def judged(*rows: tuple[str, str, str | None]) -> list[Judged]:
    """Texts with the response they ask for and the one that was selected."""
    found = []
    for text, _, selected in rows:
        response = {"response": {"intent_response_key": selected, "confidence": 0.7}}
        extra = {"response_selector": {"default": response}} if selected else {}
        found.append(Understanding(text, Intent("faq", 0.9), extra=extra))
    return judge([Example(text, wanted) for text, wanted, _ in rows], found)


def test_responses_are_reported_under_rasas_names(tmp_path: Path) -> None:
    rows = judged(
        ("opening hours", "faq/hours", "faq/hours"), ("几点开门", "faq/hours", "faq/money"), ("hi", "greet", None)
    )
    assert write_selections(rows, tmp_path, successes=True, errors=True, plot=True) == [
        "responses: 1 of 2 right (50.0%)"
    ]
    prefix = "response_selection_"
    assert {path.name.removeprefix(prefix) for path in tmp_path.iterdir()} == {
        "report.json", "errors.json", "successes.json", "confusion_matrix.png", "histogram.png",
    }  # fmt: skip
    assert json.loads((tmp_path / f"{prefix}errors.json").read_text(encoding="utf-8")) == [
        {
            "text": "几点开门",
            "intent_response_key_target": "faq/hours",
            "intent_response_key_prediction": {"name": "faq/money", "confidence": 0.7},
        }
    ]


def test_without_a_selector_nothing_is_reported(tmp_path: Path) -> None:
    assert write_selections(judged(("q", "faq/a", None)), tmp_path, successes=True, errors=True, plot=True) == []
    assert not list(tmp_path.iterdir())
