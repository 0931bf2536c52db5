from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from nlu_models.encoder import PretrainedEncoder
from nlu_models.errors import TrainingDataError
from nlu_models.examples import Example, Span
from nlu_models.metrics import score
from nlu_models.predictor import JointPredictor
from nlu_models.trainer import TrainingConfig, TrainingReport, TrainingStep, train_on
from nlu_models.training import epochs_for
from tests.nlu_models.tiny import CORPUS, TINY_TRAINING

NewEncoder = Callable[[], PretrainedEncoder]


def test_intents_entities_and_roles_are_learned_in_both_languages(
    trained: tuple[JointPredictor, TrainingReport],
) -> None:
    predictor, report = trained
    scores = score(CORPUS, predictor.predict([each.text for each in CORPUS]))
    assert scores.intent_accuracy == 1.0
    assert scores.entity_f1 > 0.9
    assert report.epochs == TINY_TRAINING.epochs
    assert report.held_out == 0 and report.temperature == 1.0 and report.scores is None


def test_the_same_seed_gives_the_same_model_and_another_does_not(new_encoder: NewEncoder) -> None:
    config = replace(TINY_TRAINING, epochs=2, dropout=0.1)
    texts = [each.text for each in CORPUS]
    first, again, other = (
        train_on(new_encoder(), CORPUS, replace(config, seed=seed))[0].predict(texts) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_bfloat16_learns_as_well(new_encoder: NewEncoder) -> None:
    predictor, _ = train_on(new_encoder(), CORPUS * 2, replace(TINY_TRAINING, dtype="bfloat16"))
    scores = score(CORPUS, predictor.predict([each.text for each in CORPUS]))
    assert scores.intent_accuracy >= 0.9 and scores.entity_f1 > 0.8


@pytest.mark.parametrize(("examples", "epochs"), [(1, 30), (770, 16), (2_400, 5), (10_000, 5)])
def test_few_examples_are_seen_more_often(examples: int, epochs: int) -> None:
    assert epochs_for(examples) == epochs
    assert epochs <= epochs_for(examples, tagged=True) <= 2 * epochs


def test_training_leaves_the_callers_random_state_alone(new_encoder: NewEncoder) -> None:
    import torch

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train_on(new_encoder(), CORPUS, replace(TINY_TRAINING, epochs=1))
    assert torch.equal(torch.rand(3), expected)


def test_frozen_layers_keep_their_weights_and_trained_ones_do_not(new_encoder: NewEncoder) -> None:
    import torch

    before = {name: value.clone() for name, value in new_encoder().network.state_dict().items()}
    predictor, _ = train_on(new_encoder(), CORPUS, replace(TINY_TRAINING, epochs=1, trainable_layers=1))
    after = predictor.model.encoder.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and all(name.startswith("layers.1.") for name in changed)


def test_a_large_set_is_held_out_from_stopped_early_and_calibrated(new_encoder: NewEncoder) -> None:
    config = replace(TINY_TRAINING, epochs=20, patience=2, holdout=0.2, holdout_from=20)
    steps: list[TrainingStep] = []
    _, report = train_on(new_encoder(), CORPUS * 10, config, on_step=steps.append)
    assert report.held_out == 24
    assert report.epochs < 20 and len(report.curve) == report.epochs
    assert report.scores is not None and report.scores.intent_accuracy == 1.0
    assert report.scores in report.curve[-3:]
    assert report.temperature != 1.0
    assert [step.step for step in steps] == list(range(1, 24 * report.epochs + 1))
    assert all((step.scores is not None) == (step.step % 24 == 0) for step in steps)
    assert steps[-1].loss < steps[0].loss


def test_intents_alone_and_entities_alone_can_be_trained(new_encoder: NewEncoder) -> None:
    config = replace(TINY_TRAINING, epochs=1)
    intents, _ = train_on(new_encoder(), [replace(each, entities=()) for each in CORPUS], config)
    assert len(intents.predict(["hi"])[0].intents) == 3
    entities, _ = train_on(new_encoder(), [replace(each, intent=None) for each in CORPUS], config)
    assert entities.predict(["hi"])[0].intent is None


def test_texts_without_an_intent_train_the_tagger_only(new_encoder: NewEncoder) -> None:
    extra = Example("蓝色", None, (Span(0, 2, "colour", "old"),))
    predictor, _ = train_on(new_encoder(), [*CORPUS, extra], replace(TINY_TRAINING, epochs=1))
    assert "" not in predictor.labels.intents


def test_what_cannot_be_learned_exactly_is_said(new_encoder: NewEncoder) -> None:
    long = "快" * 100 + "红色"
    odd = [
        Example("the order", "track_order", (Span(0, 6, "product"),)),
        Example(long, "exchange", (Span(100, 102, "colour", "old"),)),
        Example("สวัสดี ครับ", "exchange"),
    ]
    _, report = train_on(new_encoder(), [*CORPUS, *odd], replace(TINY_TRAINING, epochs=1))
    cut, beyond, unread = report.remarks
    assert "'the or'" in cut.text and "cuts through" in cut.text and cut.example == len(CORPUS)
    assert "'红色'" in beyond.text and "beyond" in beyond.text and beyond.example == len(CORPUS) + 1
    assert "cannot read 'สวัสดี ครับ'" in unread.text and unread.example == len(CORPUS) + 2


@pytest.mark.parametrize(
    ("examples", "said"),
    [
        ([], "no training examples"),
        ([Example("hi", "greet"), Example("你好", "greet")], "fewer than two intents"),
        ([Example("hi", "a", (Span(1, 3, "x"),)), Example("yo", "b")], "outside its text"),
        ([Example("red bag", "a", (Span(0, 3, "x"), Span(2, 7, "y"))), Example("yo", "b")], "overlaps"),
    ],
)
def test_hopeless_data_is_refused_before_anything_is_loaded(examples: list[Example], said: str) -> None:
    from nlu_models.trainer import train

    with pytest.raises(TrainingDataError, match=said):
        train(examples, TrainingConfig(encoder="no/such-encoder"))
