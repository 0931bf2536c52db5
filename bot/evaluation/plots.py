"""Pictures for the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_LABELS = 80


def confusion_matrix(expected: Sequence[str], predicted: Sequence[str], path: Path, *, title: str) -> None:
    """What was taken for what, as a picture; nothing when there is nothing to compare."""
    if not expected:
        return
    import numpy as np

    pyplot = _pyplot()

    labels = most_confused(expected, predicted)
    left_out = len({*expected, *predicted}) - len(labels)
    pairs = Counter(zip(expected, predicted, strict=True))
    matrix = np.array([[pairs[wanted, found] for found in labels] for wanted in labels])
    size = max(6.0, 0.3 * len(labels) + 3)
    figure, axes = pyplot.subplots(figsize=(size, size))
    axes.imshow(matrix, cmap="Blues")
    axes.set_xticks(range(len(labels)), labels, rotation=90)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("expected")
    axes.set_title(f"{title}: the most confused; {left_out} more are not drawn" if left_out else title)
    for row, column in zip(*matrix.nonzero(), strict=True):
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", fontsize=7)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def confidence_histogram(right: Sequence[float], wrong: Sequence[float], path: Path) -> None:
    """How sure the right and the wrong answers were."""
    if not (right or wrong):
        return
    pyplot = _pyplot()
    figure, axes = pyplot.subplots()
    axes.hist([list(right), list(wrong)], bins=20, range=(0, 1), label=["right", "wrong"], color=["#1f7a4d", "#b3261e"])
    axes.set_xlabel("confidence")
    axes.set_ylabel("messages")
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def risk_coverage_curve(curve: Sequence[Mapping[str, float]], path: Path) -> None:
    """How many answers would be wrong if only the surest share of messages were answered."""
    if not curve:
        return
    pyplot = _pyplot()
    figure, axes = pyplot.subplots()
    axes.plot([point["coverage"] for point in curve], [point["risk"] for point in curve], color="#1f7a4d")
    axes.set_xlabel("share of messages answered")
    axes.set_ylabel("share of answers that is wrong")
    axes.set_ylim(bottom=0)
    figure.savefig(path)
    pyplot.close(figure)


def lines(series: Mapping[str, Sequence[tuple[float, float]]], path: Path, *, across: str, up: str) -> None:
    """Named lines through points."""
    pyplot = _pyplot()
    figure, axes = pyplot.subplots()
    for name, points in series.items():
        axes.plot([x for x, _ in points], [y for _, y in points], marker="o", label=name)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def most_confused(expected: Sequence[str], predicted: Sequence[str]) -> list[str]:
    """All labels in order; of more than a picture can hold, those with the most mistakes."""
    mistakes = Counter(dict.fromkeys(sorted({*expected, *predicted}), 0))
    for wanted, found in zip(expected, predicted, strict=True):
        if wanted != found:
            mistakes.update((wanted, found))
    return sorted(label for label, _ in mistakes.most_common(MOST_LABELS))


def _pyplot() -> Any:
    """matplotlib, which takes a second to import, set to draw into files."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot
