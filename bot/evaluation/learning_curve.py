"""How understanding grew: epoch by epoch while it was trained, and with the amount of training data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.cross_validation import trained
from bot.evaluation.judged import judge
from bot.evaluation.plots import lines
from bot.evaluation.reports import write_json
from bot.evaluation.split import split_examples
from bot.nlu.base import Progress, silent
from bot.project import Project
from bot.stores.model_archive import Model

TRAINING = "training.json"
TEST_SHARE = 0.2
"""Of the examples, when no test data is given; as Rasa's."""


@dataclass(frozen=True)
class Amount:
    """What was understood after training on a part of the data."""

    run: int
    left_out: int
    """Per cent of the training examples."""
    examples: int
    accuracy: float


def write_epochs(model: Model, folder: Path, *, plot: bool) -> list[str]:
    """Write learning_curve.json and its picture from what training recorded; the files that were written."""
    written = []
    for part in model.metadata.nlu:
        record = model.part_folder(part) / TRAINING
        curve = json.loads(record.read_text(encoding="utf-8")).get("curve") if record.is_file() else None
        if not curve:
            continue
        points = [_epoch(number, scores) for number, scores in enumerate(curve, start=1)]
        path = folder / f"{part.name}_learning_curve.json"
        write_json(path, points)
        written.append(path.name)
        if plot:
            series = {
                "intents right": [(point["epoch"], point["intent_accuracy"]) for point in points],
                "entity F1": [(point["epoch"], point["entity_f1"]) for point in points],
            }
            lines(series, path.with_suffix(".png"), across="epoch", up="on the held-out part")
    return written


def by_amount(project: Project, left_out: Sequence[int], runs: int, progress: Progress = silent) -> Iterator[Amount]:
    """Train on less and less of the data and test on a fifth of it that is the same within a run.

    `left_out` are per cents of the training examples, each intent keeping at least one.
    """
    for run in range(runs):
        training, test = split_examples(project.training_data, fraction=1 - TEST_SHARE, seed=run)
        texts = [example.text for example in test.examples]
        for percent in left_out:
            part = split_examples(training, fraction=1 - percent / 100, seed=run)[0] if percent else training
            judged = judge(test.examples, trained(project, part, progress).parse_batch(texts))
            right = sum(each.intent_is_right for each in judged)
            yield Amount(run, percent, len(part.examples), right / max(1, len(judged)))


def write_amounts(amounts: Sequence[Amount], folder: Path, *, plot: bool) -> list[str]:
    """Write data_learning_curve.json and its picture; one line for each amount, its runs averaged."""
    folder.mkdir(parents=True, exist_ok=True)
    said, points = [], []
    for percent in sorted({each.left_out for each in amounts}, reverse=True):
        those = [each for each in amounts if each.left_out == percent]
        examples = sum(each.examples for each in those) / len(those)
        accuracy = sum(each.accuracy for each in those) / len(those)
        points.append((examples, accuracy))
        said.append(f"{examples:.0f} examples ({percent}% left out): {accuracy:.1%} of the intents right")
    write_json(folder / "data_learning_curve.json", [asdict(each) for each in amounts])
    if plot:
        lines({"intents right": points}, folder / "data_learning_curve.png", across="training examples", up="share")
    return said


def _epoch(number: int, scores: dict[str, Any]) -> dict[str, Any]:
    both = scores["entity_precision"] + scores["entity_recall"]
    f1 = 2 * scores["entity_precision"] * scores["entity_recall"] / both if both else 0.0
    return {"epoch": number, "intent_accuracy": scores["intent_accuracy"], "entity_f1": f1}
