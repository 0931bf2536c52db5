from __future__ import annotations

import json
from pathlib import Path

from bot.evaluation.learning_curve import by_amount, write_amounts, write_epochs
from bot.stores.model_archive import Metadata, Model, Part
from tests.evaluation.test_cross_validation import project


def test_more_data_is_judged_on_the_same_test_part(tmp_path: Path) -> None:
    amounts = list(by_amount(project("[{name: Memorizer}]"), [0, 50], runs=2))
    assert [(each.run, each.left_out) for each in amounts] == [(0, 0), (0, 50), (1, 0), (1, 50)]
    assert amounts[0].examples > amounts[1].examples
    assert all(each.accuracy == 0.0 for each in amounts)  # it knows its training texts only, and none is in the test
    said = write_amounts(amounts, tmp_path, plot=True)
    assert [line.split(":")[1] for line in said] == [" 0.0% of the intents right"] * 2
    assert (tmp_path / "data_learning_curve.png").stat().st_size > 1000
    assert len(json.loads((tmp_path / "data_learning_curve.json").read_text(encoding="utf-8"))) == 4


def test_epochs_are_read_from_what_training_recorded(tmp_path: Path) -> None:
    scores = {"intent_accuracy": 0.5, "entity_precision": 1.0, "entity_recall": 0.5, "sentence_accuracy": 0.5}
    part = tmp_path / "nlu/0_Bert"
    part.mkdir(parents=True)
    (part / "training.json").write_text(json.dumps({"curve": [scores, scores]}), encoding="utf-8")
    metadata = Metadata(
        model_id="m", assistant_id="a", trained_at="", language="en", fingerprint="", kefu_version="",
        nlu=(Part("Bert", {}, "nlu/0_Bert", ""), Part("Other", {}, "nlu/1_Other", "")), policies=(),
    )  # fmt: skip
    assert write_epochs(Model(tmp_path / "m.tar.gz", tmp_path, metadata), tmp_path, plot=True) == [
        "Bert_learning_curve.json"
    ]
    points = json.loads((tmp_path / "Bert_learning_curve.json").read_text(encoding="utf-8"))
    assert [point["epoch"] for point in points] == [1, 2]
    assert abs(points[0]["entity_f1"] - 2 / 3) < 1e-9
    assert (tmp_path / "Bert_learning_curve.png").is_file()
