from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nlu_models import int8
from nlu_models.number_formats import INT8, TOLERANCE, Trial, choose
from nlu_models.predictor import JointPredictor
from nlu_models.training import TrainingReport
from tests.nlu_models.tiny import CORPUS

Trained = tuple[JointPredictor, TrainingReport]
needs_int8 = pytest.mark.skipif(not int8.available(), reason="this CPU or torch has no int8 products")


def test_a_format_that_costs_more_than_the_tolerance_is_not_as_good() -> None:
    plain = Trial("float32", 0.9, 0.8, 100.0)
    assert Trial(INT8, 0.9 - TOLERANCE / 2, 0.8, 200.0).as_good_as(plain)
    assert not Trial(INT8, 0.9 - 2 * TOLERANCE, 0.9, 200.0).as_good_as(plain)
    assert not Trial(INT8, 0.9, 0.7, 200.0).as_good_as(plain)


@needs_int8
def test_products_in_int8_are_close() -> None:
    linear = torch.nn.Linear(64, 32)
    features = torch.randn(5, 64, generator=torch.Generator().manual_seed(0))
    features[3] *= 100  # one piece of large numbers does not make the others coarse
    features[4] = 0
    with torch.inference_mode():
        exact, near = linear(features), int8.Int8Linear(linear)(features)
    assert ((exact - near).abs().mean(1) / exact.abs().mean(1) < 0.03).all()


@needs_int8
def test_a_message_means_the_same_in_every_batch(trained: Trained, tmp_path: Path) -> None:
    predictor = trained[0]
    texts = [each.text for each in CORPUS]
    before, predictor.served_in = predictor.served_in, INT8
    try:
        predictor.save(tmp_path)
    finally:
        predictor.served_in = before
    loaded = JointPredictor.load(tmp_path, device="cpu")
    assert any(isinstance(module, int8.Int8Linear) for module in loaded.model.modules())
    together = loaded.predict([*texts, "a much longer message " * 5])[: len(texts)]
    for text, among_others, plain in zip(texts, together, predictor.predict(texts), strict=True):
        alone = loaded.predict([text])[0]
        assert alone.intents[0].name == among_others.intents[0].name == plain.intents[0].name
        assert alone.intents[0].confidence == pytest.approx(among_others.intents[0].confidence, abs=1e-5)
    exact = JointPredictor.load(tmp_path, device="cpu", dtype="float32")
    assert not any(isinstance(module, int8.Int8Linear) for module in exact.model.modules())


def test_training_says_what_it_chose(trained: Trained) -> None:
    predictor, report = trained
    assert report.number_format == predictor.served_in
    assert report.number_format in {trial.format for trial in report.trials}
    trials, best = choose(predictor, CORPUS)
    assert next(trial for trial in trials if trial.format == best).as_good_as(trials[0])
