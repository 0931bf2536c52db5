"""The dialogue network: what it can learn, and what must not change its answers."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu_models.dialogue import (
    DESCRIPTION,
    DialogueConfig,
    DialogueExample,
    DialoguePredictor,
    DialogueReport,
    Part,
    Turn,
)
from nlu_models.dialogue_trainer import batches, train
from nlu_models.errors import ModelFormatError, TrainingDataError

SMALL = DialogueConfig(
    encoding=16, units=32, embedding=8, density=0.5, epochs=120, learning_rate=0.005, batch_sizes=(16, 16)
)
PARTS = (Part("said", 3, 8, "user"), Part("done", 3, 8, "action"), Part("slots", 2, 4))
LABEL_PARTS = (Part("name", 4, 8, "label"),)
LABELS: list[Turn] = [{"name": ((number, 1.0),)} for number in range(4)]


def hot(column: int) -> tuple[tuple[int, float], ...]:
    return ((column, 1.0),)


def said(first: int, second: int) -> tuple[Turn, ...]:
    return {"said": hot(first), "done": hot(0)}, {"done": hot(1)}, {"said": hot(second), "done": hot(0)}


# What is right depends on what was said before the last message as much as on the last message.
EXAMPLES = [DialogueExample(said(a, b), (2 * a + b,)) for a in range(2) for b in range(2)]


def learn(
    examples: list[DialogueExample] = EXAMPLES, config: DialogueConfig = SMALL
) -> tuple[DialoguePredictor, DialogueReport]:
    return train(PARTS, LABEL_PARTS, LABELS, examples, config)


@pytest.fixture(scope="module")
def trained() -> DialoguePredictor:
    return learn()[0]


def best(predictor: DialoguePredictor, examples: list[DialogueExample]) -> list[int]:
    found = predictor.similarities([example.turns for example in examples])
    return [values.index(max(values)) for values in found]


def test_it_learns_what_depends_on_the_past(trained: DialoguePredictor) -> None:
    assert best(trained, EXAMPLES) == [example.labels[0] for example in EXAMPLES]


@pytest.mark.parametrize(
    "change",
    [
        {"constrain": True},
        {"loss": "margin", "similarity": "cosine"},
        {"loss": "margin", "similarity": "cosine", "hardest_only": False},
        {"layers": 2},
        {"scale": False, "balanced": False},
        {"drop_attention": 0.1, "drop_input": 0.05},
    ],
    ids=str,
)
def test_it_learns_with_every_loss_and_shape(change: dict[str, object]) -> None:
    predictor, report = learn(config=replace(SMALL, **change))  # type: ignore[arg-type]
    assert best(predictor, EXAMPLES) == [example.labels[0] for example in EXAMPLES]
    assert report.examples == 4 and report.epochs == 120


def test_several_labels_may_be_right() -> None:
    both = [DialogueExample(said(0, 0), (0, 1)), DialogueExample(said(1, 1), (2,))]
    predictor, _ = learn(both, replace(SMALL, loss="multi_label"))
    first, second = predictor.similarities([example.turns for example in both])
    assert min(first[0], first[1]) > 0 > max(first[2], first[3])
    assert second[2] > 0 > max(second[0], second[1], second[3])


def test_the_same_seed_gives_the_same_network_and_another_seed_another(trained: DialoguePredictor) -> None:
    turns = [example.turns for example in EXAMPLES]
    assert learn()[0].similarities(turns) == trained.similarities(turns)
    assert learn(config=replace(SMALL, seed=1))[0].similarities(turns) != trained.similarities(turns)


def test_training_leaves_the_random_numbers_of_others_alone() -> None:
    import torch

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    learn(config=replace(SMALL, epochs=1))
    assert torch.equal(torch.rand(3), expected)


def test_a_dialogue_means_the_same_beside_longer_ones(trained: DialoguePredictor) -> None:
    short, long = said(0, 1)[-1:], said(0, 1) * 4
    alone = trained.similarities([short])[0]
    assert trained.similarities([long, short])[1] == pytest.approx(alone, abs=1e-5)


def test_what_is_saved_answers_the_same(trained: DialoguePredictor, tmp_path: Path) -> None:
    turns = [example.turns for example in EXAMPLES]
    trained.save(tmp_path)
    assert DialoguePredictor.load(tmp_path).similarities(turns) == trained.similarities(turns)


def test_a_damaged_or_foreign_folder_is_refused(trained: DialoguePredictor, tmp_path: Path) -> None:
    with pytest.raises(ModelFormatError, match="train it again"):
        DialoguePredictor.load(tmp_path)
    trained.save(tmp_path)
    shape = json.loads((tmp_path / DESCRIPTION).read_text(encoding="utf-8"))
    (tmp_path / DESCRIPTION).write_text(json.dumps({**shape, "format": 99}), encoding="utf-8")
    with pytest.raises(ModelFormatError, match="format 99"):
        DialoguePredictor.load(tmp_path)


def test_turns_without_known_features_can_be_asked_about(trained: DialoguePredictor) -> None:
    nothing, unknown = trained.similarities([[{}], [{"said": hot(99), "weather": hot(0)}]])
    assert nothing == unknown and len(nothing) == len(LABELS)


def test_what_cannot_be_learned_is_said(trained: DialoguePredictor) -> None:
    with pytest.raises(TrainingDataError, match="no dialogue"):
        learn([])
    with pytest.raises(TrainingDataError, match="needs a turn"):
        learn([DialogueExample((), (0,))])
    with pytest.raises(TrainingDataError, match="3 heads"):
        learn(config=replace(SMALL, heads=3))
    with pytest.raises(TrainingDataError, match="without turns"):
        trained.similarities([[]])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=80),
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    st.integers(0, 9),
    st.booleans(),
)
def test_every_example_is_seen_in_every_epoch(
    labels: list[int], sizes: tuple[int, int], epoch: int, balanced: bool
) -> None:
    config = DialogueConfig(epochs=10, batch_sizes=sizes, balanced=balanced)
    found = batches([(label,) for label in labels], config, epoch, random.Random(epoch))
    assert {number for batch in found for number in batch} == set(range(len(labels)))
    assert {len(batch) for batch in found[:-1]} <= {len(found[0])} and len(found[-1]) <= len(found[0])
    assert len(found) == 1 or min(sizes) <= len(found[0]) <= max(sizes)
    if not balanced:
        assert sum(map(len, found)) == len(labels)


def test_rare_labels_are_shown_again_and_again() -> None:
    labels = [(0,)] * 60 + [(1,)] * 2
    (*_, last) = [batches(labels, DialogueConfig(batch_sizes=(10, 10)), 0, random.Random(seed)) for seed in range(3)]
    shown = [labels[number][0] for batch in last for number in batch]
    assert shown.count(1) > 2 and set(range(60)) <= {number for batch in last for number in batch}
