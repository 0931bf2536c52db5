"""What came of simulated customers: figures, and every conversation that did not end as it should."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bot.evaluation.customers.talk import Outcome
from bot.evaluation.customers.tasks import Wanted


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Per cent exactly right in each language, wrong writes, and the median of the customers' messages."""
    languages = sorted({outcome.language for outcome in outcomes})
    return {
        **{language: _share(outcomes, language) for language in languages},
        "wrong_writes": sum(len(outcome.wrong) for outcome in outcomes),
        "median_turns": median(outcome.turns for outcome in outcomes),
        "crashes": sum(outcome.crash is not None for outcome in outcomes),
        "customers": len(outcomes),
        "refused_by_the_rules": sum(len(outcome.expected) < len(outcome.task.wanted) for outcome in outcomes),
    }


def by_operation(outcomes: Sequence[Outcome]) -> list[tuple[str, str, int, int]]:
    """(language, operations of the task, right, all)."""
    right: Counter[tuple[str, str]] = Counter()
    whole: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        key = (outcome.language, " + ".join(wanted.name for wanted in outcome.task.wanted))
        whole[key] += 1
        right[key] += outcome.is_right
    return [(*key, right[key], whole[key]) for key in sorted(whole)]


def write_report(outcomes: Sequence[Outcome], folder: Path) -> Path:
    """customers_report.json with the figures, failed_customers.txt with the conversations; the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    report = {
        "figures": figures(outcomes),
        "by_operation": [
            {"language": language, "operation": name, "right": right, "all": whole}
            for language, name, right, whole in by_operation(outcomes)
        ],
        "failed": [outcome.task.id + " " + outcome.language for outcome in outcomes if not outcome.is_right],
    }
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    (folder / "customers_report.json").write_text(text, encoding="utf-8")
    path = folder / "failed_customers.txt"
    path.write_text("\n".join(_told(outcome) for outcome in outcomes if not outcome.is_right), encoding="utf-8")
    return path


def _share(outcomes: Sequence[Outcome], language: str) -> float:
    of_language = [outcome for outcome in outcomes if outcome.language == language]
    return round(100 * sum(outcome.is_right for outcome in of_language) / len(of_language), 1)


def _told(outcome: Outcome) -> str:
    lines = [f"=== {outcome.task.id} ({outcome.language}), {outcome.turns} messages"]
    lines += [f"should: {_shown(wanted)}" for wanted in outcome.expected]
    lines += [f"was done: {_shown(done)}" for done in outcome.done]
    lines += [f"crash: {outcome.crash}"] if outcome.crash else []
    lines += [f"  {speaker}: {text}" for speaker, text in outcome.transcript]
    return "\n".join(lines) + "\n"


def _shown(wanted: Wanted) -> str:
    return f"{wanted.name} {json.dumps(dict(wanted.arguments), ensure_ascii=False)}"
