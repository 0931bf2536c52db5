"""Confidences that mean something, and where to look first."""

from __future__ import annotations

import pytest

from bot.evaluation.judged import Judged, judge
from bot.evaluation.reliability import answers, calibration_error, reliability_report, summary
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
        {"expected": "refund_status", "predicted": "return_item", "count": 2, "messages": ["退钱", "money back"]}
    ]
    assert [each["text"] for each in report["likely_label_errors"]] == ["退钱"]
    assert "most confused: refund_status taken for return_item (2×)" in summary(report)


def test_languages_are_counted_apart() -> None:
    languages = reliability_report(judged(ROWS[0], *ROWS[2:]))["languages"]
    assert {name: figures["accuracy"] for name, figures in languages.items()} == {"en": 0.5, "zh": 1.0}


def test_an_answer_below_the_threshold_is_still_the_models_answer() -> None:
    doubtful = Understanding(
        "嗯", Intent("nlu_fallback", 0.4), ranking=(Intent("nlu_fallback", 0.4), Intent("affirm", 0.35)), language="zh"
    )
    assert [answer.is_right for answer in answers(judge([Example("嗯", "affirm")], [doubtful]))] == [True]


def test_nothing_judged_is_nothing_said() -> None:
    assert reliability_report([])["risk_coverage"] == []
