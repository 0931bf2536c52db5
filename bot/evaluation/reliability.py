"""How far confidences can be trusted, and where to look first: what Rasa's reports leave to the reader.

Expected calibration error as in Guo et al. 2017, https://arxiv.org/abs/1706.04599; the risk-coverage curve as in
Geifman and El-Yaniv 2017, https://arxiv.org/abs/1705.08500.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from bot.evaluation.judged import Judged
from bot.nlu.fallback import FALLBACK_INTENT

BINS = 15
UNKNOWN = "unknown"
"""Language of what shows none, such as a number."""
UTTERANCES = 10
"""At most so many messages are shown of each confused pair."""
SURE = 0.8
"""A wrong answer that is this sure points at a wrong label as often as at a wrong model."""
LEARNED = 0.5
"""The same of an example that the model was trained on: it says so in spite of having learned the label."""
RISK = 0.05
"""So many of the answers given may be wrong at a suggested threshold."""
ENOUGH = 20
"""Of fewer messages no threshold is suggested: one mistake more or less would move it anywhere."""
LOWEST = 0.3
"""FallbackClassifier's own threshold, which is enough where no confidence needs to be refused."""
COVERAGES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's best intent for a message, whether or not it was sure enough to be acted on."""

    judged: Judged
    intent: str
    confidence: float

    @property
    def is_right(self) -> bool:
        return self.intent == self.judged.expected_intent

    @property
    def language(self) -> str:
        return self.judged.understood.language or UNKNOWN


def answers(judged: Iterable[Judged]) -> list[Answer]:
    """What the model itself answered, below the fallback that a threshold may have put on top."""
    found = []
    for each in judged:
        own = [intent for intent in each.understood.ranking if intent.name != FALLBACK_INTENT]
        if own or each.understood.intent.name != FALLBACK_INTENT:
            best = own[0] if own else each.understood.intent
            found.append(Answer(each, best.name or "", best.confidence))
        else:  # nothing was answered, however sure that is
            found.append(Answer(each, FALLBACK_INTENT, 0.0))
    return found


def calibration_error(given: Sequence[Answer], bins: int = BINS) -> float:
    """Expected calibration error in [0, 1]: how far confidence and accuracy lie apart, on average over messages."""
    groups: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in given:
        groups[min(bins - 1, int(answer.confidence * bins))].append(answer)
    gaps = (abs(sum(a.confidence for a in group) - sum(a.is_right for a in group)) for group in groups.values())
    return sum(gaps) / len(given) if given else 0.0


def risk_coverage(given: Sequence[Answer]) -> list[dict[str, float]]:
    """For each threshold that changes anything: the share of messages answered, and the share of those that is wrong."""
    curve: list[dict[str, float]] = []
    wrong = 0
    ordered = sorted(given, key=lambda answer: -answer.confidence)
    for count, answer in enumerate(ordered, start=1):
        wrong += not answer.is_right
        following = ordered[count].confidence if count < len(ordered) else -1.0
        if following < answer.confidence:
            curve.append({"threshold": answer.confidence, "coverage": count / len(ordered), "risk": wrong / count})
    return curve


def confused_pairs(given: Iterable[Answer]) -> list[dict[str, Any]]:
    """Which intent was taken for which, the most frequent first, with the messages that new examples should resemble."""
    pairs: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in given:
        if not answer.is_right:
            pairs[answer.judged.expected_intent, answer.intent].append(answer)
    ordered = sorted(pairs.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        {
            "expected": expected,
            "predicted": predicted,
            "count": len(members),
            "messages": [_message(member) for member in members[:UTTERANCES]],
        }
        for (expected, predicted), members in ordered
    ]


def likely_label_errors(given: Iterable[Answer], *, sure: float = SURE) -> list[dict[str, Any]]:
    """Examples that the model is sure belong elsewhere, the surest first."""
    mistaken = [answer for answer in given if not answer.is_right and answer.confidence >= sure]
    return [
        {
            **_message(answer),
            "label": answer.judged.expected_intent,
            "predicted": answer.intent,
            "confidence": answer.confidence,
        }
        for answer in sorted(mistaken, key=lambda answer: -answer.confidence)
    ]


def reliability_report(judged: Sequence[Judged]) -> dict[str, Any]:
    """Everything of this file, over all messages and by language."""
    given = answers(judged)
    by_language: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in given:
        by_language[answer.language].append(answer)
    return {
        **_figures(given),
        "languages": {language: _figures(members) for language, members in sorted(by_language.items())},
        "risk_coverage": risk_coverage(given),
        "confused_pairs": confused_pairs(given),
        "likely_label_errors": likely_label_errors(given),
    }


def summary(report: dict[str, Any]) -> list[str]:
    """The lines that a person reads first."""
    lines = [f"calibration: confidence and accuracy lie {report['calibration_error']:.3f} apart (ECE)"]
    for language, figures in report["languages"].items():
        at = figures["thresholds"].get("0.9")
        beyond = (
            f"; at threshold {_rounded(at['threshold'])} {at['coverage']:.0%} are answered, "
            f"{1 - at['risk']:.1%} of them right"
            if at
            else ""
        )
        lines.append(f"{language}: {figures['accuracy']:.1%} of {figures['messages']} intents right{beyond}")
    suggested = {
        language: figures["suggested_threshold"]
        for language, figures in report["languages"].items()
        if figures["suggested_threshold"] is not None and language != UNKNOWN
    }
    if suggested:
        written = ", ".join(f"{language}: {threshold}" for language, threshold in suggested.items())
        lines.append(f"at most {RISK:.0%} of the answers are wrong with FallbackClassifier's thresholds: {{{written}}}")
    if report["confused_pairs"]:
        top = report["confused_pairs"][0]
        lines.append(f"most confused: {top['expected']} taken for {top['predicted']} ({top['count']}×)")
        lines += [f"    {_told(message)}" for message in top["messages"][:3]]
    return lines


def label_error_lines(errors: Sequence[dict[str, Any]], most: int = 3) -> list[str]:
    """The surest of `likely_label_errors` in words."""
    examples = "1 training example" if len(errors) == 1 else f"{len(errors)} training examples"
    lines = [f"{examples} may have a wrong label:"] if errors else []
    return lines + [
        f"    {_told(each)}: labelled {each['label']}, looks like {each['predicted']} ({each['confidence']:.2f})"
        for each in errors[:most]
    ]


def _figures(given: Sequence[Answer]) -> dict[str, Any]:
    curve = risk_coverage(given)
    return {
        "messages": len(given),
        "accuracy": sum(answer.is_right for answer in given) / len(given) if given else 0.0,
        "calibration_error": calibration_error(given),
        "suggested_threshold": _suggested(curve, len(given)),
        "thresholds": {
            f"{coverage:g}": min((point for point in curve if point["coverage"] >= coverage), key=_coverage)
            for coverage in COVERAGES
            if curve
        },
    }


def _suggested(curve: Sequence[dict[str, float]], messages: int) -> float | None:
    """The threshold that answers most with no more than `RISK` of the answers wrong; None where there is none.

    It lies half-way between the least sure of these answers and the surest of the others.
    """
    safe = [index for index, point in enumerate(curve) if point["risk"] <= RISK]
    if not safe or messages < ENOUGH:
        return None
    last = safe[-1]
    accepted = curve[last]["threshold"]
    if last + 1 == len(curve):
        return min(LOWEST, _rounded(accepted))
    refused = curve[last + 1]["threshold"]
    return _rounded((accepted + refused) / 2, above=refused)


def _rounded(value: float, above: float = -1.0) -> float:
    """`value` to so few decimals that it does not grow and stays `above`; two at least."""
    for digits in (2, 3, 4, 5):
        short = floor(value * 10**digits) / 10**digits
        if above < short:
            return short
    return value


def _message(answer: Answer) -> dict[str, str]:
    example = answer.judged.example
    return {"text": example.text} | ({"where": str(example.where)} if example.where else {})


def _told(message: dict[str, Any]) -> str:
    return f"{message['where']}: {message['text']}" if "where" in message else str(message["text"])


def _coverage(point: dict[str, float]) -> float:
    return point["coverage"]
