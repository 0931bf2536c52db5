from __future__ import annotations

from pathlib import Path

import pytest

from nlu_models.errors import ModelFormatError
from nlu_models.predictor import FORMAT, JointPredictor
from tests.nlu_models.tiny import CORPUS

ODD = ["", " ", "😀😀", "\u202eabc", "\x00\x07", "快" * 10_000, "a b " * 2_500, "\ud800", "привет", "\n\t退\n"]


def test_confidences_are_a_ranked_distribution_over_all_intents(predictor: JointPredictor) -> None:
    (prediction,) = predictor.predict(["我的快递到哪了"])
    confidences = [each.confidence for each in prediction.intents]
    assert {each.name for each in prediction.intents} == {"exchange", "return_item", "track_order"}
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1.0, abs=1e-5)
    assert prediction.intent == prediction.intents[0]


@pytest.mark.parametrize(
    ("text", "entity", "value", "role"),
    [
        ("where is my order K1048213", "order_number", "K1048213", None),
        ("查一下K1048215到哪了", "order_number", "K1048215", None),
        ("两个都要退", "mention", "两个都", None),
        ("把红色换成蓝色", "colour", "蓝色", "new"),
    ],
)
def test_entities_have_exact_characters(
    predictor: JointPredictor, text: str, entity: str, value: str, role: str | None
) -> None:
    (prediction,) = predictor.predict([text])
    found = {(each.entity, each.value, each.role): each for each in prediction.entities}
    assert (entity, value, role) in found
    one = found[entity, value, role]
    assert text[one.start : one.end] == one.value
    assert 0.0 < one.confidence <= 1.0


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_any_string_gets_an_answer(predictor: JointPredictor, text: str) -> None:
    (prediction,) = predictor.predict([text])
    assert len(prediction.intents) == 3
    for entity in prediction.entities:
        assert entity.value == text[entity.start : entity.end]


def test_a_batch_answers_as_one_by_one_and_in_order(predictor: JointPredictor) -> None:
    texts = [each.text for each in CORPUS] * 4 + ODD
    for alone, together in zip((predictor.predict([text])[0] for text in texts), predictor.predict(texts), strict=True):
        assert [each.name for each in alone.intents] == [each.name for each in together.intents]
        assert alone.intents[0].confidence == pytest.approx(together.intents[0].confidence, abs=1e-4)
        assert [(e.start, e.end, e.entity) for e in alone.entities] == [
            (e.start, e.end, e.entity) for e in together.entities
        ]
    assert predictor.predict([]) == []


def test_a_saved_model_answers_the_same_without_any_other_file(predictor: JointPredictor, tmp_path: Path) -> None:
    predictor.save(tmp_path / "model")
    loaded = JointPredictor.load(tmp_path / "model", device="cpu", dtype="float32")
    texts = [each.text for each in CORPUS] + ODD
    assert loaded.predict(texts) == predictor.predict(texts)
    assert loaded.labels == predictor.labels
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "joint.json",
        "model.safetensors",
        "tokenizer.json",
    }


@pytest.mark.parametrize("name", ["joint.json", "model.safetensors", "tokenizer.json"])
def test_an_incomplete_folder_is_named(predictor: JointPredictor, tmp_path: Path, name: str) -> None:
    predictor.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelFormatError, match=str(tmp_path)):
        JointPredictor.load(tmp_path)


def test_damage_and_other_versions_are_told_apart(predictor: JointPredictor, tmp_path: Path) -> None:
    predictor.save(tmp_path)
    description = tmp_path / "joint.json"
    whole = description.read_text(encoding="utf-8")
    description.write_text(whole.replace(f'"format": {FORMAT}', '"format": 99'), encoding="utf-8")
    with pytest.raises(ModelFormatError, match="format 99"):
        JointPredictor.load(tmp_path)
    description.write_text(whole[:50], encoding="utf-8")
    with pytest.raises(ModelFormatError, match="train it again"):
        JointPredictor.load(tmp_path)
