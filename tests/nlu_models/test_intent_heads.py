from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from nlu_models.encoder import PretrainedEncoder
from nlu_models.examples import Example, named
from nlu_models.intent_heads import IntentHead, PartwiseHead, intent_head
from nlu_models.labels import Labels
from nlu_models.predictor import JointPredictor
from nlu_models.trainer import train_on
from tests.nlu_models.tiny import TINY_TRAINING

NewEncoder = Callable[[], PretrainedEncoder]
MANY = tuple(f"{a}+{b}" for a in "abcde" for b in "uvwxy")
"""More combinations than COMBINATIONS, each rare."""


def test_a_head_knows_its_examples_before_the_first_step() -> None:
    labels = Labels.of([Example("", name) for name in ("cancel", "refund", "track")])
    head = intent_head(8, labels)
    features = torch.eye(8)[[0, 0, 1, 1, 2, 2]] + torch.full((8,), 3.0)  # all in one narrow cone
    head.begin_at(features, torch.tensor([0, 0, 1, 1, 2, 2]))
    assert head(features).argmax(1).tolist() == [0, 0, 1, 1, 2, 2]
    assert torch.allclose(head.log_probabilities(head(features)).exp().sum(1), torch.ones(6))


def test_a_remembered_example_votes_for_its_intent() -> None:
    head = intent_head(8, Labels.of([Example("", name) for name in ("cancel", "refund")]))
    cancel, refund = 0, 1
    examples = torch.eye(8)[:7]
    intents = torch.tensor([cancel] * 3 + [refund] * 4)
    head.begin_at(examples, intents)
    rare = examples[[6]] + 0.75 * examples[[0]]  # nearest to a refund, but between both means
    before = head.log_probabilities(head(rare)).exp()[0, refund]
    head.remember(examples, intents)
    after = head.log_probabilities(head(torch.cat([rare, examples]))).exp()
    assert before < 0.5 < after[0, refund]
    assert torch.allclose(after.sum(1), torch.ones(8))
    assert after.argmax(1).tolist() == [refund, *intents.tolist()]


def test_few_examples_are_remembered_by_a_saved_model_and_many_are_not(new_encoder: NewEncoder, tmp_path: Path) -> None:
    examples = [Example(f"{verb} the bag {number}", verb) for verb in ("return", "cancel") for number in range(4)]
    few = replace(TINY_TRAINING, epochs=1)
    predictor, _ = train_on(new_encoder(), examples, few)
    assert predictor.model.intents is not None and len(predictor.model.intents.memory) == 8 + 2  # and their names
    predictor.save(tmp_path)
    texts = ["return it", "cancel the bag"]
    assert JointPredictor.load(tmp_path, device="cpu", dtype="float32").predict(texts) == predictor.predict(texts)
    predictor, _ = train_on(new_encoder(), examples, replace(few, remember_below=4))
    assert predictor.model.intents is not None and not len(predictor.model.intents.memory)


def test_few_or_common_combinations_are_intents_like_others() -> None:
    assert not Labels.of([Example("", name) for name in ("affirm", "thanks", "affirm+thanks")]).partwise
    assert not Labels.of([Example("", name) for name in MANY * 3]).partwise
    assert type(intent_head(4, Labels.of([Example("", name) for name in MANY * 3]))) is IntentHead


def test_rare_combinations_are_decided_part_by_part() -> None:
    labels = Labels.of([Example("", name) for name in MANY])
    assert labels.partwise and labels.part_names == tuple("abcdeuvwxy")
    head = intent_head(10, labels)
    assert isinstance(head, PartwiseHead)
    logits = torch.full((3, 10), -5.0)
    logits[0, [0, 5]] = 5.0  # a and u: an intent of the examples
    logits[1, [0, 1]] = 5.0  # a and b: none has both
    logits[2, 3] = -1.0  # no part is likely: the likeliest intent of the examples is answered
    probabilities = head.log_probabilities(logits).exp()
    assert labels.intents[int(probabilities[0].argmax())] == "a+u"
    unseen = head.unseen(logits)
    assert unseen[0] is None
    assert unseen[1] is not None and unseen[1][0] == "a+b" and unseen[1][1] > 0.9
    assert unseen[2] is None


def test_a_combination_that_no_example_has_is_answered(new_encoder: NewEncoder) -> None:
    examples = [Example(f"return the bag {name}", name) for name in MANY]
    predictor, _ = train_on(new_encoder(), examples, replace(TINY_TRAINING, epochs=1))
    logits = torch.full((1, 10), -5.0)
    logits[0, [0, 1]] = 5.0
    [ranking] = predictor.rank(logits)
    assert ranking[0].name == "a+b" and ranking[0].confidence > ranking[1].confidence
    assert {each.name for each in ranking} == {"a+b", *MANY}


def test_a_name_says_what_an_intent_means() -> None:
    examples = [Example("x", name) for name in ("card_arrival", "AddToPlaylist", "问候", "Refund_not_shown?")]
    assert [each.text for each in named([*examples, *examples[:1] * 3], below=3)] == [
        "add to playlist",
        "refund not shown",
        "问候",
    ]
