"""The trainable dialogue state tracker: what it learns, carries over, refuses and keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nlu_models.errors import ModelFormatError, TrainingDataError
from nlu_models.state_mentions import Mentions
from nlu_models.state_predictor import DESCRIPTION, StatePredictor
from nlu_models.state_trainer import StateLoss, StateTrainingConfig, StateTrainingStep, build, targets_of, train_on
from nlu_models.state_turns import DONT_CARE, Stated, TrackedSlot, Turn, carried, joint_goal_accuracy, turns_of
from tests.nlu_models.tiny import make_encoder

SLOTS = (
    TrackedSlot("colour", "the colour 红", {"red": ["red", "红色"], "blue": ["blue", "蓝色"]}),
    TrackedSlot("product", "the product", {"shoes": [], "bag": []}),
)
TINY = StateTrainingConfig(epochs=20, batch_size=8, learning_rate=3e-3, dropout=0.0, device="cpu", dtype="float32")


def dialogues() -> list[list[Turn]]:
    made = []
    for colour, said in (("red", "red"), ("red", "红色"), ("blue", "blue"), ("blue", "蓝色")):
        for product in ("shoes", "bag"):
            both = {"colour": colour, "product": product}
            made.append(
                turns_of(
                    [
                        ("", f"i want the {product}", {"product": product}),
                        ("which colour?", f"{said} please", both),
                        ("here is the order", "where is it", both),
                    ]
                )
            )
            made.append(turns_of([("which colour?", "i do not care", {"colour": DONT_CARE})]))
    return made


@pytest.fixture(scope="module")
def tracker() -> StatePredictor:
    return train_on(make_encoder(), dialogues(), SLOTS, TINY)


def test_it_learns_values_in_both_languages_any_value_and_when_to_leave_a_slot_alone(tracker: StatePredictor) -> None:
    said = [
        ("", "the bag please"),
        ("which colour?", "红色 please"),
        ("which colour?", "i do not care"),
        ("", "where is it"),
    ]
    values = [{slot: stated.value for slot, stated in found.items()} for found in tracker.predict(said)]
    assert values == [{"product": "bag"}, {"colour": "red"}, {"colour": DONT_CARE}, {}]


def test_the_last_value_stated_holds(tracker: StatePredictor) -> None:
    talk = turns_of([("", "the bag please", {}), ("which colour?", "red please", {}), ("", "blue please", {})])
    assert tracker.track([talk])[0][-1] == {"product": "bag", "colour": "blue"}
    assert tracker.track([talk[:2], talk[:1]])[1] == [{"product": "bag"}]


def test_a_saved_tracker_answers_the_same(tracker: StatePredictor, tmp_path: Path) -> None:
    tracker.save(tmp_path)
    said = [("which colour?", "blue please"), ("", "i want the shoes")]
    loaded = StatePredictor.load(tmp_path, device="cpu", dtype="float32")
    for after, before in zip(loaded.predict(said), tracker.predict(said), strict=True):
        assert {slot: each.value for slot, each in after.items()} == {slot: each.value for slot, each in before.items()}
        assert [each.confidence for each in after.values()] == pytest.approx([b.confidence for b in before.values()])
    assert loaded.slots[0].names() == SLOTS[0].names()
    (tmp_path / DESCRIPTION).unlink()
    with pytest.raises(ModelFormatError, match="train it again"):
        StatePredictor.load(tmp_path)


def test_layers_that_are_not_trained_stay_as_they_were_and_a_saved_tracker_knows_them(tmp_path: Path) -> None:
    config = StateTrainingConfig(epochs=1, trainable_layers=1, device="cpu", dtype="float32")
    made = train_on(make_encoder(), dialogues(), SLOTS, config)
    before, after = make_encoder().network.state_dict(), made.model.encoder.state_dict()
    same = [
        torch.equal(before[f"layers.{layer}.expand.weight"], after[f"layers.{layer}.expand.weight"]) for layer in (0, 1)
    ]
    assert same == [True, False]
    made.save(tmp_path)
    assert StatePredictor.load(tmp_path, device="cpu", dtype="float32").model.frozen == 1


def test_what_is_unknown_or_too_long_is_read_without_failing(tracker: StatePredictor) -> None:
    assert tracker.predict([]) == []
    assert len(tracker.predict([("", ""), ("x " * 500, "y " * 500), ("\ud800", "🐙")])) == 3


def test_training_tells_each_epoch_and_is_the_same_for_the_same_seed() -> None:
    steps: list[StateTrainingStep] = []
    config = StateTrainingConfig(epochs=2, batch_size=8, device="cpu", dtype="float32")
    made = [train_on(make_encoder(), dialogues(), SLOTS, config, on_step=steps.append) for _ in range(2)]
    assert [step.epoch for step in steps if step.predictor is not None] == [1, 2, 1, 2]
    assert steps[-1].step == steps[-1].steps
    state, again = (predictor.model.state_dict() for predictor in made)
    assert all(torch.equal(state[name], again[name]) for name in state)


def test_a_value_outside_the_ontology_is_named() -> None:
    wrong = [Turn("", "green please", {}, {"colour": "green"})]
    with pytest.raises(TrainingDataError, match=r"'green' is no value of slot 'colour'.*it has red, blue"):
        train_on(make_encoder(), [wrong], SLOTS, TINY)
    with pytest.raises(TrainingDataError, match="nothing to track"):
        train_on(make_encoder(), [[Turn("", "hello")]], SLOTS, TINY)


def test_a_kept_value_may_be_left_alone_or_stated_again_and_a_lost_one_teaches_nothing() -> None:
    model = build(make_encoder(), SLOTS)
    loss = StateLoss(SLOTS, model)

    def of(gate: list[float], before: dict[str, str], after: dict[str, str]) -> float:
        decided = torch.tensor([[gate, [9.0, -9.0, -9.0]]])
        names = torch.tensor([[9.0, 9.0, -9.0, -9.0, 0.0, 0.0]])  # red, by both of its names
        return float(loss(decided, names, targets_of([Turn("", "", before, after)], SLOTS)))

    red, carry, state = {"colour": "red"}, [9.0, -9.0, -9.0], [-9.0, -9.0, 9.0]
    assert of(carry, red, red) < 0.1
    assert of(state, red, red) < 0.1
    assert of(state, {}, red) < 0.1
    assert of(carry, {}, red) > 10
    assert of(state, {}, {"colour": "blue"}) > 10
    assert of(state, {}, {}) > 10
    assert of(state, red, {}) < 0.1


def test_states_are_right_only_as_a_whole() -> None:
    talk = turns_of([("", "a", {"colour": "red"}), ("", "b", {"colour": "red", "product": "bag"})])
    assert talk[1].before == {"colour": "red"}
    assert joint_goal_accuracy([{"colour": "red"}, {"colour": "red"}], talk) == 0.5
    assert carried({"colour": "red"}, {"product": Stated("bag", 0.9)}) == {"colour": "red", "product": "bag"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Modern European, please", {"modern european"}),
        ("european food", {"european"}),
        ("some portugese place", {"portuguese"}),
        ("the west part", {"west"}),
        ("我想吃北京烤鸭", {"烤鸭", "北京"}),
        ("", set()),
    ],
)
def test_names_are_found_whole_with_small_slips_and_the_longest_only(text: str, expected: set[str]) -> None:
    names = ["european", "modern european", "portuguese", "east", "west", "烤鸭", "北京"]
    found = Mentions(names).find(text)
    assert {name for name, fit in zip(names, found, strict=True) if fit > 0.3} == expected
