"""What training says about data that cannot be learned as it stands, and that nothing of it is dropped or crashes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.errors import UsageError, Where
from bot.message import Entity, Understanding
from bot.nlu.base import silent
from bot.nlu.bert import BertIntentSlotClassifier, BertIntentSlotClassifierConfig
from bot.training_data import Example, TrainingData
from tests.nlu_models.tiny import make_encoder

PAIR = (("where is my order", "track"), ("the red bag", "buy"))


@pytest.fixture(autouse=True)
def tiny_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: Any, **__: Any) -> Any:
        return make_encoder()

    monkeypatch.setattr("nlu_models.trainer.load_encoder", load)


def trained(examples: Sequence[Example], epochs: int = 2) -> BertIntentSlotClassifier:
    config = BertIntentSlotClassifierConfig(epochs=epochs, device="cpu")
    component = BertIntentSlotClassifier(config, language="zh", root=Path())
    component.train(TrainingData(examples=tuple(examples)), silent)
    return component


def example(line: int, text: str, intent: str, *entities: Entity) -> Example:
    return Example(text, intent, entities, where=Where("data/nlu.yml", line, 7))


def pair() -> list[Example]:
    return [example(line, text, intent) for line, (text, intent) in enumerate(PAIR, start=90)]


def names(component: BertIntentSlotClassifier, text: str) -> set[str | None]:
    (understood,) = component.process([Understanding(text)])
    return {intent.name for intent in understood.ranking}


def test_an_intent_with_one_example_is_learned() -> None:
    lonely = example(5, "换一个", "exchange")
    assert "exchange" in names(trained([*pair(), *pair(), lonely]), "换一个")


def test_two_hundred_intents_are_all_learned() -> None:
    component = trained([example(n, f"order {n} please", f"intent_{n}") for n in range(200)], epochs=1)
    (prediction,) = component._predictor.predict(["order 7 please"])
    assert {ranked.name for ranked in prediction.intents} == {f"intent_{n}" for n in range(200)}


def test_overlapping_entities_are_refused_with_their_place() -> None:
    overlapping = example(12, "red bag", "buy", Entity("colour", "red", 0, 3), Entity("product", "red bag", 0, 7))
    with pytest.raises(UsageError, match=r"^data/nlu\.yml:12:7: .*overlaps"):
        trained([*pair(), overlapping])


def test_an_entity_that_cuts_a_word_piece_is_said_with_its_place() -> None:
    cut = example(8, "order K1048213", "track", Entity("number", "04", 8, 10))
    remarks = trained([*pair(), cut]).remarks
    assert any(said.startswith("data/nlu.yml:8:7: entity number '04'") and "cuts through" in said for said in remarks)


@pytest.mark.parametrize("text", ["สวัสดีครับคุณ", "مرحبا كيف حالك", "🦄🦄🦄"])
def test_a_script_that_the_encoder_cannot_read_is_said_and_answered(text: str) -> None:
    component = trained([*pair(), example(3, text, "greet"), example(4, text * 2, "greet")])
    assert any(said.startswith("data/nlu.yml:3:7: the encoder cannot read") for said in component.remarks)
    assert names(component, text) >= {"greet", "track", "buy"}


@pytest.mark.parametrize("text", ["สวัสดีครับคุณ", "مرحبا كيف حالك"])
def test_a_script_that_nobody_reads_is_a_fallback_and_not_a_guess(text: str, tmp_path: Path) -> None:
    component = trained([*pair(), *pair()])
    component.save(tmp_path)
    loaded = BertIntentSlotClassifier(component.config, language="zh", root=Path())
    loaded.load(tmp_path)
    assert names(component, text) == names(loaded, text) == {"nlu_fallback"}
    assert names(loaded, "where is my order") == {"track", "buy"}


def test_an_example_that_says_nothing_is_named() -> None:
    remarks = trained([*pair(), example(6, "____", "buy")]).remarks
    assert (
        "data/nlu.yml:6:7: '____' has no letter, digit or emoji; messages like it are answered with nlu_fallback"
        in (remarks)
    )


def test_no_example_and_a_single_intent_are_refused_with_advice() -> None:
    with pytest.raises(UsageError, match="no example with an intent or an entity"):
        trained([])
    with pytest.raises(UsageError, match="add examples of another intent"):
        trained([example(1, "你好", "greet"), example(2, "您好", "greet")])
