from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain import Domain, IntentProperties
from bot.errors import UsageError
from bot.evaluation.cross_validation import cross_validate, split_folds
from bot.formats.config import parse_config
from bot.message import Intent, Understanding
from bot.nlu.base import Component, Progress
from bot.project import Project
from bot.registry import register
from bot.stories import StoryData
from bot.training_data import Example, TrainingData

EXAMPLES = tuple(
    Example(text, intent)
    for intent, texts in {
        "greet": ("hello", "hi", "您好", "你好"),
        "faq/hours": ("when", "几点"),
        "faq/price": ("price", "多少钱"),
        None: ("a text without an intent",),
    }.items()
    for text in texts
)
DATA = TrainingData(examples=EXAMPLES, synonyms={"你好": "您好"})


@register("nlu", "Memorizer")
class Memorizer(Component):
    """Knows the texts that it was trained on, and no others."""

    provides = frozenset({"intent"})
    trainable = True
    known: dict[str, str | None]

    def train(self, data: TrainingData, progress: Progress) -> None:
        self.known = {example.text: example.base_intent for example in data.examples}

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [replace(u, intent=Intent(self.known.get(u.text, "unknown"), 1.0)) for u in batch]

    def save(self, folder: Path) -> None:
        (folder / "known.json").write_text(json.dumps(self.known), encoding="utf-8")

    def load(self, folder: Path) -> None:
        self.known = json.loads((folder / "known.json").read_text(encoding="utf-8"))


def project(pipeline: str, data: TrainingData = DATA) -> Project:
    domain = Domain(intents={"greet": IntentProperties(), "faq": IntentProperties()})
    return Project(Path(), parse_config(f"language: zh\npipeline: {pipeline}"), domain, data, StoryData())


def test_every_example_is_judged_once_by_a_pipeline_that_has_not_seen_it() -> None:
    judged = cross_validate(project("[{name: Memorizer}]"), 2)
    assert Counter(each.example.text for each in judged) == Counter(e.text for e in EXAMPLES if e.intent)
    assert {each.predicted_intent for each in judged} == {"unknown"}


def test_folds_are_even_and_hold_something_of_each_intent() -> None:
    for training, held_out in split_folds(DATA, 2):
        assert Counter(example.intent for example in held_out) == {"greet": 2, "faq/hours": 1, "faq/price": 1}
        assert len(training.examples) == len(EXAMPLES) - 4
        assert training.synonyms == DATA.synonyms
        assert not {example.text for example in held_out} & {example.text for example in training.examples}
    sizes = [len(held_out) for _, held_out in split_folds(DATA, 3)]
    assert sum(sizes) == 8 and max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("folds", [0, 1, 9])
def test_folds_that_cannot_be_are_refused(folds: int) -> None:
    with pytest.raises(UsageError, match=f"{folds} folds"):
        list(split_folds(DATA, folds))
