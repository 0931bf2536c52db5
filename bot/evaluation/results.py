"""What a test run found, as the HTTP API of Rasa returns it. Source: `rasa/core/test.py`, `rasa/nlu/test.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.domain import ACTION_LISTEN
from bot.evaluation.judged import Judged
from bot.evaluation.outcome import StoryOutcome, TurnOutcome
from bot.evaluation.understanding import NO_ENTITY, entity_pairs

MEMORIZING = ("MemoizationPolicy", "RulePolicy")
"""Ends of the names of policies that only say what the training data says."""
_CONFUSED_SHOWN = 3


def stories_result(outcomes: Sequence[StoryOutcome], *, end_to_end: bool) -> dict[str, Any]:
    """Rasa's `EvaluationStoriesResult`: every action beside what was predicted, by whom, and the figures."""
    actions = [action for outcome in outcomes for turn in outcome.turns for action in _actions(turn)]
    found = figures([each["action"] for each in actions], [each["predicted"] for each in actions])
    memorized = sum(str(each["policy"]).endswith(MEMORIZING) for each in actions)
    correct = sum(outcome.passed for outcome in outcomes)
    report = found["report"] | {
        "conversation_accuracy": {
            "accuracy": correct / len(outcomes) if outcomes else 0.0,
            "correct": correct,
            "with_warnings": sum(bool(outcome.warnings) for outcome in outcomes),
            "total": len(outcomes),
        }
    }
    return {
        "report": report,
        "precision": found["precision"],
        "f1": found["f1_score"],
        "accuracy": found["accuracy"],
        "actions": actions,
        "in_training_data_fraction": memorized / len(actions) if actions else 0.0,
        "is_end_to_end_evaluation": end_to_end,
    }


def _actions(turn: TurnOutcome) -> Iterator[dict[str, Any]]:
    """The actions of a turn, which ends by listening: an action too many came in place of that, and one too few was
    taken for it."""
    for (expected, predicted), (policy, confidence) in zip(turn.actions, turn.deciders(), strict=True):
        names = {"action": expected or ACTION_LISTEN, "predicted": predicted or ACTION_LISTEN}
        yield {**names, "policy": policy, "confidence": confidence}
    listened = turn.executed[-1] if turn.executed else None
    is_aligned = all(expected and predicted for expected, predicted in turn.actions)
    if is_aligned and listened is not None and listened.name == ACTION_LISTEN:
        names = {"action": ACTION_LISTEN, "predicted": ACTION_LISTEN}
        yield {**names, "policy": listened.policy, "confidence": listened.confidence}


def understanding_result(judged: Sequence[Judged]) -> dict[str, Any]:
    """Rasa's `EvaluationIntentsResult`; None for what there was nothing of to judge."""
    extractors = sorted({e.extractor for each in judged for e in each.understood.entities if e.extractor})
    return {
        "intent_evaluation": _intents(judged) if judged else None,
        "entity_evaluation": {name: _entities(judged, name) for name in extractors} if extractors else None,
        "response_selection_evaluation": _selections(judged),
    }


def figures(expected: Sequence[str], predicted: Sequence[str], *, without: str | None = None) -> dict[str, Any]:
    """scikit-learn's report with its weighted averages; `without` is a label that does not count.

    `confused_with` says of each label what it was taken for most often, as label → count.
    """
    labels = sorted({*expected} - {without})
    if not labels:
        return {"report": {}, "precision": 0.0, "f1_score": 0.0, "accuracy": 0.0}
    from sklearn.metrics import classification_report

    report: dict[str, Any] = classification_report(
        expected, predicted, labels=labels, output_dict=True, zero_division=0
    )
    accuracy = sum(a == b for a, b in zip(expected, predicted, strict=True)) / len(expected)
    report.setdefault("accuracy", accuracy)
    macro = report["macro avg"]["support"]
    report.setdefault("micro avg", {"precision": accuracy, "recall": accuracy, "f1-score": accuracy, "support": macro})
    confused = Counter((a, b) for a, b in zip(expected, predicted, strict=True) if a != b and b != without)
    for label in labels:
        taken_for = Counter({b: count for (a, b), count in confused.items() if a == label})
        report[label]["confused_with"] = dict(taken_for.most_common(_CONFUSED_SHOWN))
    average = report["weighted avg"]
    return {
        "report": report,
        "precision": average["precision"],
        "f1_score": average["f1-score"],
        "accuracy": accuracy,
    }


def _intents(judged: Sequence[Judged]) -> dict[str, Any]:
    predictions = [
        {
            "text": each.example.text,
            "intent": each.expected_intent,
            "predicted": each.predicted_intent,
            "confidence": each.understood.intent.confidence,
        }
        for each in judged
    ]
    found = figures([each.expected_intent for each in judged], [each.predicted_intent for each in judged])
    errors = [each.as_dict() for each in judged if not each.intent_is_right]
    return {"predictions": predictions, **found, "errors": errors}


def _entities(judged: Sequence[Judged], extractor: str) -> dict[str, Any]:
    expected, predicted = entity_pairs(judged, extractor)
    errors = [
        {
            "text": each.example.text,
            "entities": [entity.as_dict() for entity in each.example.entities],
            "predicted_entities": [entity.as_dict() for entity in each.understood.entities],
        }
        for each in judged
        if _differs(each, extractor)
    ]
    return {**figures(expected, predicted, without=NO_ENTITY), "errors": errors}


def _differs(each: Judged, extractor: str) -> bool:
    expected, predicted = entity_pairs([each], extractor)
    return expected != predicted


def _selections(judged: Iterable[Judged]) -> dict[str, Any] | None:
    """Which answer of a retrieval intent was picked, where the pipeline picks one."""
    picked = [
        {
            "text": each.example.text,
            "intent_response_key_target": each.example.intent,
            "intent_response_key_prediction": key,
            "confidence": confidence,
        }
        for each in judged
        if each.example.intent and "/" in each.example.intent
        for key, confidence in _picked(each)
    ]
    if not picked:
        return None
    targets = [str(each["intent_response_key_target"]) for each in picked]
    found = figures(targets, [str(each["intent_response_key_prediction"] or "") for each in picked])
    errors = [
        {
            "text": each["text"],
            "intent_response_key_target": each["intent_response_key_target"],
            "intent_response_key_prediction": {
                "name": each["intent_response_key_prediction"],
                "confidence": each["confidence"],
            },
        }
        for each in picked
        if each["intent_response_key_target"] != each["intent_response_key_prediction"]
    ]
    return {"predictions": picked, **found, "errors": errors}


def _picked(each: Judged) -> Iterable[tuple[str | None, float]]:
    """Key and confidence by the selector of the example's own retrieval intent, else by the one for all."""
    selectors = each.understood.extra.get("response_selector") or {}
    selector = selectors.get(each.expected_intent) or selectors.get("default")
    if isinstance(selector, dict):
        response = selector.get("response") or {}
        yield response.get("intent_response_key"), float(response.get("confidence") or 0.0)
