"""Judging the understanding on annotated examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.judged import Judged
from bot.evaluation.plots import confidence_histogram, confusion_matrix, risk_coverage_curve
from bot.evaluation.reliability import answers, label_error_lines, likely_label_errors, reliability_report, summary
from bot.evaluation.reports import classification, write_json
from bot.evaluation.response_selection import write_selections
from bot.message import Entity

NO_ENTITY = "no_entity"


def intent_report(judged: Sequence[Judged]) -> dict[str, Any]:
    """scikit-learn's report, and for each intent what it was mostly confused with."""
    report = classification([each.expected_intent for each in judged], [each.predicted_intent for each in judged])
    confused: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in judged:
        if not each.intent_is_right:
            confused[each.expected_intent][each.predicted_intent] += 1
    for name, entry in report.items():
        if isinstance(entry, dict) and name not in ("macro avg", "weighted avg", "micro avg"):
            entry["confused_with"] = dict(confused[name].most_common(3))
    return report


def entity_pairs(judged: Iterable[Judged], extractor: str) -> tuple[list[str], list[str]]:
    """Expected and predicted labels of every span that is annotated or was found; exact offsets count."""
    expected: list[str] = []
    predicted: list[str] = []
    for each in judged:
        wanted = {(entity.start, entity.end): _label(entity) for entity in each.example.entities}
        found = {
            (entity.start, entity.end): _label(entity)
            for entity in each.understood.entities
            if (entity.extractor or "") == extractor
        }
        for span in wanted | found:
            expected.append(wanted.get(span, NO_ENTITY))
            predicted.append(found.get(span, NO_ENTITY))
    return expected, predicted


def write_understanding(
    judged: Sequence[Judged],
    folder: Path,
    *,
    successes: bool,
    errors: bool,
    plot: bool,
    extractors: Iterable[str] = (),
) -> list[str]:
    """Write Rasa's reports and reliability_report.json; say the figures that matter.

    `extractors` learn the entities from examples: they have a report even when they found none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report = intent_report(judged)
    write_json(folder / "intent_report.json", report)
    reliability = reliability_report(judged)
    write_json(folder / "reliability_report.json", reliability)
    right = [each for each in judged if each.intent_is_right]
    wrong = [each for each in judged if not each.intent_is_right]
    if errors:
        write_json(folder / "intent_errors.json", [each.as_dict() for each in wrong])
    if successes:
        write_json(folder / "intent_successes.json", [each.as_dict() for each in right])
    if plot:
        expected = [each.expected_intent for each in judged]
        predicted = [each.predicted_intent for each in judged]
        confusion_matrix(expected, predicted, folder / "intent_confusion_matrix.png", title="Intents")
        confidence_histogram(_sure(right), _sure(wrong), folder / "intent_histogram.png")
        risk_coverage_curve(reliability["risk_coverage"], folder / "risk_coverage.png")
    share = len(right) / len(judged) if judged else 0.0
    macro = report.get("macro avg", {}).get("f1-score", 0.0)
    lines = [f"intents: {len(right)} of {len(judged)} right ({share:.1%}), macro F1 {macro:.3f}"]
    lines += summary(reliability)
    lines += write_selections(judged, folder, successes=successes, errors=errors, plot=plot)
    annotated = any(each.example.entities for each in judged)
    for extractor in sorted({*_extractors(judged), *(extractors if annotated else ())}):
        lines.append(_write_entities(judged, extractor, folder, successes=successes, errors=errors, plot=plot))
    return lines


def write_label_errors(judged: Sequence[Judged], folder: Path, *, sure: float) -> list[str]:
    """Write likely_label_errors.json of judged training examples; name the surest."""
    found = likely_label_errors(answers(judged), sure=sure)
    write_json(folder / "likely_label_errors.json", found)
    return label_error_lines(found)


def _write_entities(
    judged: Sequence[Judged], extractor: str, folder: Path, *, successes: bool, errors: bool, plot: bool
) -> str:
    expected, predicted = entity_pairs(judged, extractor)
    labels = [label for label in sorted({*expected, *predicted}) if label != NO_ENTITY]
    report = classification(expected, predicted)
    for name in (NO_ENTITY, "accuracy", "macro avg", "weighted avg"):
        report.pop(name, None)
    hits = sum(a == b for a, b in zip(expected, predicted, strict=True))
    wanted, found = (sum(label != NO_ENTITY for label in side) for side in (expected, predicted))
    precision, recall = hits / found if found else 0.0, hits / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    report["micro avg"] = {"precision": precision, "recall": recall, "f1-score": f1, "support": wanted}
    write_json(folder / f"{extractor}_report.json", report)
    groups = (("errors", errors, False), ("successes", successes, True))
    for name, asked, kind in groups:
        if asked:
            chosen = [each for each in judged if _spans_right(each, extractor) is kind]
            write_json(folder / f"{extractor}_{name}.json", [_entities_dict(each, extractor) for each in chosen])
    if plot and labels:
        confusion_matrix(expected, predicted, folder / f"{extractor}_confusion_matrix.png", title=extractor)
    return f"{extractor}: entity F1 {f1:.3f} (precision {precision:.3f}, recall {recall:.3f}, {wanted} annotated)"


def _spans_right(each: Judged, extractor: str) -> bool:
    expected, predicted = entity_pairs([each], extractor)
    return expected == predicted


def _entities_dict(each: Judged, extractor: str) -> dict[str, Any]:
    found = [entity.as_dict() for entity in each.understood.entities if (entity.extractor or "") == extractor]
    expected = [entity.as_dict() for entity in each.example.entities]
    return {"text": each.example.text, "entities": expected, "predicted_entities": found}


def _extractors(judged: Iterable[Judged]) -> set[str]:
    return {entity.extractor for each in judged for entity in each.understood.entities if entity.extractor}


def _label(entity: Entity) -> str:
    return entity.entity + (f".{entity.role}" if entity.role else "") + (f".{entity.group}" if entity.group else "")


def _sure(judged: Iterable[Judged]) -> list[float]:
    return [each.understood.intent.confidence for each in judged]
