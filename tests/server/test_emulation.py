from typing import Any

import pytest

from bot.server.api.emulation import emulated
from bot.server.problems import ApiError

PARSED: dict[str, Any] = {
    "text": "从北京到上海",
    "intent": {"name": "book", "confidence": 0.9},
    "entities": [
        {"entity": "city", "value": "Beijing", "start": 1, "end": 3, "role": "from", "extractor": "E", "confidence_entity": 0.8},
        {"entity": "city", "value": "上海", "start": 4, "end": 6, "extractor": "E"},
    ],
    "intent_ranking": [{"name": "book", "confidence": 0.9}, {"name": "greet", "confidence": 0.1}],
}  # fmt: skip


def test_without_a_mode_nothing_is_changed() -> None:
    assert emulated(PARSED, None) is PARSED


def test_wit() -> None:
    answer = emulated(PARSED, "wit")
    assert (answer["text"], answer["intents"]) == ("从北京到上海", [{"name": "book", "confidence": 0.9}])
    assert list(answer["entities"]) == ["city:from", "city:city"]
    assert answer["entities"]["city:from"] == [
        {
            "confidence": 0.8,
            "name": "city",
            "value": "Beijing",
            "body": "北京",
            "start": 1,
            "end": 3,
            "role": "from",
            "entities": [],
        }
    ]


def test_luis() -> None:
    prediction = emulated(PARSED, "LUIS")["prediction"]
    assert prediction["topIntent"] == "book"
    assert prediction["intents"] == {"book": {"score": 0.9}, "greet": {"score": 0.1}}
    assert prediction["entities"]["from"] == ["Beijing"] and prediction["entities"]["city"] == ["上海"]
    instance = prediction["entities"]["$instance"]["from"][0]
    assert (instance["startIndex"], instance["length"], instance["type"], instance["modelType"]) == (1, 2, "city", "E")


def test_dialogflow() -> None:
    result = emulated(PARSED, "DIALOGFLOW")["queryResult"]
    assert result["parameters"] == {"city": ["Beijing", "上海"]}
    assert result["intent"] == {"name": "book", "displayName": "book"}
    assert (result["queryText"], result["intentDetectionConfidence"]) == ("从北京到上海", 0.9)


@pytest.mark.parametrize("mode", ["wit", "luis", "dialogflow"])
def test_a_text_that_means_nothing_has_a_shape_too(mode: str) -> None:
    nothing = {"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": [], "intent_ranking": []}
    assert emulated(nothing, mode)


def test_another_service_is_refused() -> None:
    with pytest.raises(ApiError, match="'WIT', 'LUIS', 'DIALOGFLOW'"):
        emulated(PARSED, "siri")
