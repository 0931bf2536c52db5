"""Rasa's other trained components do their part of the joint model's work, and leave the rest alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.formats.config import ComponentSpec
from bot.message import Entity, Intent, Understanding
from bot.nlu import pipeline
from bot.nlu.base import Component
from bot.nlu.bert import BertIntentSlotClassifier
from bot.training_data import Example, TrainingData
from bot.validation.rasa_names import RASA_NAMES

KNOWN = Understanding("去上海", Intent("greet", 0.4), (Entity("date", "去", 0, 1),), (Intent("greet", 0.4),))
DATA = TrainingData((Example("去上海", "inform", (Entity("city", "上海", 1, 3),)), Example("[x", None)))


def made(name: str) -> Component:
    (component,) = pipeline.build([ComponentSpec(name)], language="zh", root=Path())
    return component


@pytest.fixture(autouse=True)
def joint_model(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """In the place of the model: what it was trained on, and one answer to everything."""
    seen: dict[str, Any] = {}

    def train(self: BertIntentSlotClassifier, data: TrainingData, progress: object) -> None:
        seen["data"] = data

    def process(self: BertIntentSlotClassifier, batch: Sequence[Understanding]) -> list[Understanding]:
        from dataclasses import replace

        new = Intent("inform", 0.9)
        city = Entity("city", "上海", 1, 3)
        return [replace(u, intent=new, ranking=(new,), entities=(*u.entities, city)) for u in batch]

    monkeypatch.setattr(BertIntentSlotClassifier, "train", train)
    monkeypatch.setattr(BertIntentSlotClassifier, "process", process)
    return seen


@pytest.mark.parametrize("name", ["LogisticRegressionClassifier", "SklearnIntentClassifier", "MitieIntentClassifier"])
def test_an_intent_classifier_says_intents_only(name: str, joint_model: dict[str, Any]) -> None:
    component = made(name)
    component.train(DATA, lambda *_: None)
    assert joint_model["data"].examples == (Example("去上海", "inform"),)
    (understood,) = component.process([KNOWN])
    assert understood.intent.name == "inform"
    assert understood.entities == KNOWN.entities


@pytest.mark.parametrize("name", ["CRFEntityExtractor", "MitieEntityExtractor"])
def test_an_entity_extractor_adds_entities_only(name: str) -> None:
    (understood,) = made(name).process([KNOWN])
    assert (understood.intent, understood.ranking) == (KNOWN.intent, KNOWN.ranking)
    assert [entity.entity for entity in understood.entities] == ["date", "city"]


def test_every_component_of_rasa_can_be_named() -> None:
    specs = [ComponentSpec(name) for name in RASA_NAMES["nlu"] if name != "FallbackClassifier"]
    assert len(pipeline.build(specs, language="en", root=Path())) == len(specs)
