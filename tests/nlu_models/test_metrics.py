from __future__ import annotations

import pytest

from nlu_models.examples import Example, PredictedEntity, Prediction, RankedIntent, Span
from nlu_models.metrics import score


def said(intent: str, *entities: PredictedEntity) -> Prediction:
    return Prediction((RankedIntent(intent, 0.9),), entities)


def test_scores_count_exact_spans_and_whole_sentences() -> None:
    examples = [
        Example("red bag", "buy", (Span(0, 3, "colour"), Span(4, 7, "product"))),
        Example("红包", "buy", (Span(0, 1, "colour", "old"),)),
        Example("hi", "greet"),
    ]
    predictions = [
        said("buy", PredictedEntity(0, 3, "colour", "red", 0.9), PredictedEntity(4, 7, "product", "bag", 0.9)),
        said("buy", PredictedEntity(0, 1, "colour", "红", 0.9, role="new")),
        said("bye"),
    ]
    scores = score(examples, predictions)
    assert scores.intent_accuracy == pytest.approx(2 / 3)
    assert scores.entity_precision == scores.entity_recall == scores.entity_f1 == pytest.approx(2 / 3)
    assert scores.sentence_accuracy == pytest.approx(1 / 3)


def test_nothing_to_get_wrong_is_all_right() -> None:
    assert score([], []).entity_f1 == 1.0
