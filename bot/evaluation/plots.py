"""Pictures for the reports; without matplotlib there are none."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

MOST_LABELS = 80


def confusion_matrix(expected: Sequence[str], predicted: Sequence[str], path: Path, *, title: str) -> None:
    """What was taken for what, as a picture; nothing when there is nothing to compare."""
    pyplot = _pyplot()
    if pyplot is None or not expected:
        return
    from sklearn.metrics import confusion_matrix as matrix_of

    labels = sorted({*expected, *predicted})[:MOST_LABELS]
    matrix = matrix_of(expected, predicted, labels=labels)
    size = max(6.0, 0.3 * len(labels) + 3)
    figure, axes = pyplot.subplots(figsize=(size, size))
    axes.imshow(matrix, cmap="Blues")
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("expected")
    axes.set_title(title)
    for row, column in zip(*matrix.nonzero(), strict=True):
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", fontsize=7)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def confidence_histogram(right: Sequence[float], wrong: Sequence[float], path: Path) -> None:
    """How sure the right and the wrong answers were."""
    pyplot = _pyplot()
    if pyplot is None or not (right or wrong):
        return
    figure, axes = pyplot.subplots()
    axes.hist([list(right), list(wrong)], bins=20, range=(0, 1), label=["right", "wrong"], color=["#1f7a4d", "#b3261e"])
    axes.set_xlabel("confidence")
    axes.set_ylabel("messages")
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def risk_coverage_curve(curve: Sequence[Mapping[str, float]], path: Path) -> None:
    """How many answers would be wrong if only the surest share of messages were answered."""
    pyplot = _pyplot()
    if pyplot is None or not curve:
        return
    figure, axes = pyplot.subplots()
    axes.plot([point["coverage"] for point in curve], [point["risk"] for point in curve], color="#1f7a4d")
    axes.set_xlabel("share of messages answered")
    axes.set_ylabel("share of answers that is wrong")
    axes.set_ylim(bottom=0)
    figure.savefig(path)
    pyplot.close(figure)


def _pyplot() -> Any | None:
    try:
        import matplotlib
    except ImportError:
        log.info("matplotlib is not installed: no pictures were drawn.")
        return None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot
