"""Keywords, in scripts with and without spaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.message import Intent, Understanding
from bot.nlu.base import silent
from bot.nlu.keyword import KeywordIntentClassifier, KeywordIntentClassifierConfig
from bot.training_data import Example, TrainingData


def classifier(*examples: tuple[str, str], **options: Any) -> KeywordIntentClassifier:
    made = KeywordIntentClassifier(KeywordIntentClassifierConfig(**options), language="zh", root=Path())
    made.train(TrainingData(tuple(Example(text, intent) for text, intent in examples)), silent)
    return made


def intent(component: KeywordIntentClassifier, text: str) -> str | None:
    return component.process([Understanding(text)])[0].intent.name


WORDS = (("hi", "greet"), ("bye", "bye"), ("物流", "track"), ("退货", "return"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hi there", "greet"),
        ("this", None),
        ("查一下物流吧", "track"),
        ("HI", None),
        ("", None),
        ("我要退货", "return"),
    ],
)
def test_words_stand_alone_where_a_script_has_spaces(text: str, name: str | None) -> None:
    assert intent(classifier(*WORDS), text) == name


def test_case_may_be_ignored() -> None:
    assert intent(classifier(*WORDS, case_sensitive=False), "HI") == "greet"


def test_a_keyword_of_two_intents_and_a_part_of_anothers_say_nothing() -> None:
    component = classifier(("ok", "yes"), ("ok", "no"), ("good", "praise"), ("good morning", "greet"))
    assert intent(component, "ok") is None
    assert intent(component, "good") is None
    assert intent(component, "good morning") == "greet"


def test_a_keyword_may_be_a_regular_expression_or_look_like_a_broken_one() -> None:
    component = classifier((r"cancel(led)?", "cancel"), ("(:", "smile"))
    assert intent(component, "it was cancelled") == "cancel"
    assert intent(component, "hello (:") == "smile"


def test_an_intent_that_is_known_stays_without_a_keyword() -> None:
    known = Understanding("嗯", Intent("affirm", 0.8))
    assert classifier(*WORDS).process([known]) == [known]


def test_what_is_saved_classifies_the_same(tmp_path: Path) -> None:
    classifier(*WORDS).save(tmp_path)
    loaded = KeywordIntentClassifier(KeywordIntentClassifierConfig(), language="zh", root=Path())
    loaded.load(tmp_path)
    assert intent(loaded, "我的物流") == "track"
