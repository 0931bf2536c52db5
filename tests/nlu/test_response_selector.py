"""Which response answers: ranked, kept apart by retrieval intent, and in Rasa's shape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.domain import ResponseVariation
from bot.message import Intent, Understanding
from bot.nlu.base import silent
from bot.nlu.response_selector import ResponseSelector, ResponseSelectorConfig
from bot.training_data import Example, TrainingData

HOURS, RETURNS, NAME = "faq/ask_hours", "faq/ask_returns", "chitchat/name"
EXAMPLES = (
    Example("when are you open", HOURS),
    Example("at what time do you open", HOURS),
    Example("你们几点开门", HOURS),
    Example("how do i return it", RETURNS),
    Example("怎么退货", RETURNS),
    Example("who are you", NAME),
    Example("你叫什么名字", NAME),
    Example("i want to order", "order"),
)
DATA = TrainingData(EXAMPLES, responses={f"utter_{HOURS}": (ResponseVariation(text="九点"),)})


class Characters:
    """A sentence encoder that counts characters."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 512), np.float32)
        for row, text in enumerate(texts):
            for character in text:
                vectors[row, ord(character) % 512] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def selector(data: TrainingData = DATA, **options: Any) -> ResponseSelector:
    made = ResponseSelector(ResponseSelectorConfig(**options), language="zh", root=Path())
    made._encoder = Characters()  # type: ignore[assignment]
    made.train(data, silent)
    return made


def selected(component: ResponseSelector, text: str) -> dict[str, Any]:
    shape = component.process([Understanding(text, Intent("faq", 0.9))])[0].as_dict()
    found: dict[str, Any] = shape["response_selector"]
    return found


@pytest.mark.parametrize(("text", "key"), [("when do you open", HOURS), ("可以退货吗", RETURNS)])
def test_the_nearest_example_decides_in_rasas_shape(text: str, key: str) -> None:
    found = selected(selector(), text)
    assert found["all_retrieval_intents"] == ["faq", "chitchat"]
    response = found["default"]["response"]
    assert (response["intent_response_key"], response["utter_action"]) == (key, f"utter_{key}")
    assert found["default"]["ranking"][0]["intent_response_key"] == key
    assert sum(entry["confidence"] for entry in found["default"]["ranking"]) == pytest.approx(1.0)


def test_what_the_response_says_is_there_too() -> None:
    assert selected(selector(), "几点开门")["default"]["response"]["responses"] == [{"text": "九点"}]


def test_what_the_response_says_is_near_to_it_too() -> None:
    said = {f"utter_{RETURNS}": (ResponseVariation(text="7 working days"), ResponseVariation(custom={"a": 1}))}
    component = selector(TrainingData(EXAMPLES, responses=said))
    assert selected(component, "7 days")["default"]["response"]["intent_response_key"] == RETURNS


def test_a_selector_may_be_for_one_intent_and_stands_beside_others() -> None:
    first, second = selector(retrieval_intent="faq"), selector(retrieval_intent="chitchat")
    understood = second.process(first.process([Understanding("who are you")]))[0].extra["response_selector"]
    assert set(understood) == {"all_retrieval_intents", "faq", "chitchat"}
    assert understood["chitchat"]["response"]["intent_response_key"] == NAME
    assert {entry["intent_response_key"] for entry in understood["faq"]["ranking"]} == {HOURS, RETURNS}


def test_the_ranking_has_a_length() -> None:
    assert len(selected(selector(ranking_length=1), "hello")["default"]["ranking"]) == 1
    assert len(selected(selector(ranking_length=0), "hello")["default"]["ranking"]) == 3


def test_without_retrieval_intents_nothing_is_said() -> None:
    component = selector(TrainingData((Example("hello", "greet"),)))
    understanding = Understanding("hello")
    assert component.process([understanding]) == [understanding]


def test_what_is_saved_selects_the_same(tmp_path: Path) -> None:
    component = selector()
    component.save(tmp_path)
    loaded = ResponseSelector(ResponseSelectorConfig(), language="zh", root=Path())
    loaded._encoder = Characters()  # type: ignore[assignment]
    loaded.load(tmp_path)
    assert selected(loaded, "怎么退") == selected(component, "怎么退")
