"""What NLU made of a text, in the shapes of other services. Source: `rasa/nlu/emulators/` of Rasa 3.6.21."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from bot.server.problems import ApiError

Shape = dict[str, Any]


def emulated(parsed: Shape, mode: str | None) -> Shape:
    """`parsed` (Rasa's shape) as the service `mode` would answer; as it is when there is none. Raises ApiError."""
    if mode is None:
        return parsed
    if mode.upper() not in _MODES:
        known = ", ".join(f"'{name}'" for name in _MODES)
        raise ApiError(
            400,
            "BadRequest",
            f"Invalid parameter value for 'emulation_mode'. Should be one of {known}.",
            {"parameter": "emulation_mode", "in": "query"},
        )
    return _MODES[mode.upper()](parsed)


def _wit(parsed: Shape) -> Shape:
    """https://wit.ai/docs/http/20200513/#get__message_link"""
    entities: dict[str, list[Shape]] = {}
    for entity in parsed["entities"]:
        name, start, end = entity["entity"], entity.get("start"), entity.get("end")
        role = entity.get("role", name)
        found = {
            "confidence": entity.get("confidence_entity") or 1,
            "name": name,
            "value": entity["value"],
            "body": parsed["text"][start or 0 : end or 0],
            "start": start,
            "end": end,
            "role": role,
            "entities": [],
        }
        entities.setdefault(f"{name}:{role}", []).append(found)
    return {"text": parsed["text"], "intents": [parsed["intent"]], "entities": entities}


def _luis(parsed: Shape) -> Shape:
    """LUIS endpoint API 3.0, /predict: entities by their role where they have one."""
    intents = parsed.get("intent_ranking") or [parsed["intent"]]
    entities: Shape = {"$instance": {}}
    for entity in parsed["entities"]:
        key = entity.get("role", entity["entity"])
        entities[key] = [entity["value"]]
        entities["$instance"][key] = [_luis_instance(entity)]
    return {
        "query": parsed["text"],
        "prediction": {
            "normalizedQuery": parsed["text"],
            "topIntent": parsed["intent"]["name"],
            "intents": {intent["name"]: {"score": intent["confidence"]} for intent in intents if intent["name"]},
            "entities": entities,
        },
    }


def _luis_instance(entity: Mapping[str, Any]) -> Shape:
    start, end = entity.get("start"), entity.get("end")
    return {
        "role": entity.get("role"),
        "type": entity["entity"],
        "text": entity["value"],
        "startIndex": start,
        "length": end - start if start is not None and end is not None else None,
        "score": entity.get("confidence_entity"),
        "modelType": entity.get("extractor"),
    }


def _dialogflow(parsed: Shape) -> Shape:
    """https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/DetectIntentResponse"""
    parameters: dict[str, list[Any]] = {}
    for entity in parsed["entities"]:
        parameters.setdefault(entity["entity"], []).append(entity["value"])
    intent = parsed["intent"]
    return {
        "responseId": str(uuid.uuid4()),
        "queryResult": {
            "queryText": parsed["text"],
            "action": intent["name"],
            "parameters": parameters,
            "fulfillmentText": "",
            "fulfillmentMessages": [],
            "outputContexts": [],
            "intent": {"name": intent["name"], "displayName": intent["name"]},
            "intentDetectionConfidence": intent["confidence"],
        },
    }


_MODES: Mapping[str, Callable[[Shape], Shape]] = {"WIT": _wit, "LUIS": _luis, "DIALOGFLOW": _dialogflow}
