"""The files in `results/` that replayed stories leave, with Rasa's names and shapes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.evaluation.failures import annotated_stories
from bot.evaluation.outcome import StoryOutcome
from bot.evaluation.plots import confusion_matrix

NO_ACTION = "None"


def write_reports(
    outcomes: Sequence[StoryOutcome],
    folder: Path,
    *,
    successes: bool = False,
    errors: bool = True,
    warnings: bool = True,
    plot: bool = True,
) -> None:
    """Write story_report.json, the stories that failed or passed, and the matrix of actions."""
    folder.mkdir(parents=True, exist_ok=True)
    passed = [outcome for outcome in outcomes if outcome.passed]
    files = (
        (errors, "failed_test_stories.yml", "failed", [outcome for outcome in outcomes if not outcome.passed]),
        (successes, "successful_test_stories.yml", "passed", passed),
        (warnings, "stories_with_warnings.yml", "has warnings", [outcome for outcome in passed if outcome.warnings]),
    )
    for wanted, name, what, chosen in files:
        if wanted:
            text = annotated_stories(chosen) or f"# No test story {what}.\n"
            (folder / name).write_text(text, encoding="utf-8")
    write_json(folder / "story_report.json", story_report(outcomes))
    if plot:
        expected, predicted = actions(outcomes)
        confusion_matrix(expected, predicted, folder / "story_confusion_matrix.png", title="Actions")


def story_report(outcomes: Sequence[StoryOutcome]) -> dict[str, Any]:
    """Precision, recall and F1 of every action, and how many whole conversations were right."""
    expected, predicted = actions(outcomes)
    correct = sum(outcome.passed for outcome in outcomes)
    report = classification(expected, predicted)
    report["conversation_accuracy"] = {
        "accuracy": correct / len(outcomes) if outcomes else 0.0,
        "correct": correct,
        "with_warnings": sum(bool(outcome.warnings) for outcome in outcomes),
        "total": len(outcomes),
    }
    wordings = [wording for outcome in outcomes for wording in outcome.wordings]
    if wordings:
        report["wording"] = {
            "marked": len(wordings),
            "own": sum(wording.own for wording in wordings),
            "replies": [asdict(wording) for wording in wordings],
        }
    return report


def actions(outcomes: Sequence[StoryOutcome]) -> tuple[list[str], list[str]]:
    """Expected and predicted actions, pair by pair."""
    pairs = [pair for outcome in outcomes for turn in outcome.turns for pair in turn.actions]
    return [pair[0] or NO_ACTION for pair in pairs], [pair[1] or NO_ACTION for pair in pairs]


def classification(expected: Sequence[str], predicted: Sequence[str]) -> dict[str, Any]:
    """scikit-learn's report by label, with its averages; empty when there is nothing to compare."""
    if not expected:
        return {}
    from sklearn.metrics import classification_report

    report: dict[str, Any] = classification_report(expected, predicted, output_dict=True, zero_division=0)
    return report


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=_plain) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    """numpy's numbers are not JSON's."""
    return value.item() if hasattr(value, "item") else str(value)
