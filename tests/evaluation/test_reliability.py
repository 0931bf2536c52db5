"""Confidences that mean something, and where to look first."""

from __future__ import annotations

import pytest

from bot.errors import Where
from bot.evaluation.judged import Judged, judge
from bot.evaluation.reliability import (
    LEARNED,
    answers,
    calibration_error,
    label_error_lines,
    likely_label_errors,
    reliability_report,
    summary,
)
from bot.message import Intent, Understanding
from bot.training_data import Example

Row = tuple[str, str, str, float, str]

ROWS: tuple[Row, ...] = (
    ("我的快递呢", "track_order", "track_order", 0.9, "zh"),
    ("退钱", "refund_status", "return_item", 0.9, "zh"),
    ("where is it", "track_order", "track_order", 0.6, "en"),
    ("money back", "refund_status", "return_item", 0.5, "en"),
)


def judged(*rows: Row) -> list[Judged]:
    examples = [Example(text, intent) for text, intent, *_ in rows]
    found = [
        Understanding(text, Intent(name, sure), ranking=(Intent(name, sure),), language=language)
        for text, _, name, sure, language in rows
    ]
    return judge(examples, found)


def test_the_error_of_calibration_is_the_mean_gap_of_confidence_and_accuracy() -> None:
    # 0.9 was right once in two: a gap of 0.4 for half of the messages; 0.6: 0.4 and 0.5: 0.5 for a quarter each.
    assert calibration_error(answers(judged(*ROWS))) == pytest.approx(0.4 / 2 + 0.4 / 4 + 0.5 / 4)
    assert calibration_error([]) == 0


def test_the_curve_says_what_a_threshold_costs() -> None:
    assert reliability_report(judged(*ROWS))["risk_coverage"] == [
        {"threshold": 0.9, "coverage": 0.5, "risk": 0.5},
        {"threshold": 0.6, "coverage": 0.75, "risk": pytest.approx(1 / 3)},
        {"threshold": 0.5, "coverage": 1.0, "risk": 0.5},
    ]


def test_confused_intents_come_with_their_messages_and_sure_mistakes_may_be_wrong_labels() -> None:
    report = reliability_report(judged(*ROWS))
    assert report["confused_pairs"] == [
        {
            "expected": "refund_status",
            "predicted": "return_item",
            "count": 2,
            "messages": [{"text": "退钱"}, {"text": "money back"}],
        }
    ]
    assert [each["text"] for each in report["likely_label_errors"]] == ["退钱"]
    assert "most confused: refund_status taken for return_item (2×)" in summary(report)


def row(confidence: float, *, right: bool = True, language: str = "en") -> Row:
    return ("text", "greet", "greet" if right else "bye", confidence, language)


def test_a_threshold_lies_between_what_may_be_answered_and_what_may_not() -> None:
    rows = [row(0.9)] * 20 + [row(0.6, right=False)] * 20 + [row(0.9, language="zh")] * 40
    report = reliability_report(judged(*rows))
    suggested = {name: figures["suggested_threshold"] for name, figures in report["languages"].items()}
    assert suggested == {"en": 0.75, "zh": 0.3}  # where nothing need be refused, it is Rasa's
    assert summary(report)[-5].endswith("thresholds: {en: 0.75, zh: 0.3}")


def test_a_threshold_is_never_rounded_beyond_what_it_lets_through() -> None:
    rows = [row(0.99996)] * 20 + [row(0.9999, right=False)] * 20
    threshold = reliability_report(judged(*rows))["languages"]["en"]["suggested_threshold"]
    assert 0.9999 < threshold <= 0.99996


def test_few_messages_suggest_no_threshold() -> None:
    report = reliability_report(judged(*ROWS))
    assert {figures["suggested_threshold"] for figures in report["languages"].values()} == {None}


def test_a_training_example_that_is_contradicted_is_named_with_its_place() -> None:
    wrong = Example("退钱", "return_item", where=Where("data/nlu.yml", 7, 7))
    understood = Understanding("退钱", Intent("refund", 0.7), ranking=(Intent("refund", 0.7),), language="zh")
    given = answers(judge([wrong], [understood]))
    assert likely_label_errors(given) == []
    found = likely_label_errors(given, sure=LEARNED)
    assert found[0]["where"] == "data/nlu.yml:7:7"
    assert label_error_lines(found) == [
        "1 training example may have a wrong label:",
        "    data/nlu.yml:7:7: 退钱: labelled return_item, looks like refund (0.70)",
    ]


def test_languages_are_counted_apart() -> None:
    languages = reliability_report(judged(ROWS[0], *ROWS[2:]))["languages"]
    assert {name: figures["accuracy"] for name, figures in languages.items()} == {"en": 0.5, "zh": 1.0}


def test_an_answer_below_the_threshold_is_still_the_models_answer() -> None:
    doubtful = Understanding(
        "嗯", Intent("nlu_fallback", 0.4), ranking=(Intent("nlu_fallback", 0.4), Intent("affirm", 0.35)), language="zh"
    )
    assert [answer.is_right for answer in answers(judge([Example("嗯", "affirm")], [doubtful]))] == [True]


def test_what_no_model_was_asked_is_no_sure_answer() -> None:
    silent = Understanding("__", Intent("nlu_fallback", 1.0), ranking=(Intent("nlu_fallback", 1.0),))
    given = answers(judge([Example("__", "affirm")], [silent]))
    assert [answer.confidence for answer in given] == [0.0]
    assert likely_label_errors(given) == []


def test_nothing_judged_is_nothing_said() -> None:
    assert reliability_report([])["risk_coverage"] == []
