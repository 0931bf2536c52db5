"""The API's OpenAPI description: what FastAPI finds, with answers, errors, who may ask, and the paths beside the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.server.api import answers

Shape = dict[str, Any]
METHODS = ("get", "put", "post", "delete")
OPEN = ("/version", "/webhooks/rest/webhook")
_CONVERSATION = "/conversations/{conversation_id}"
ANSWERS: Mapping[tuple[str, str], type[BaseModel]] = {
    ("get", "/version"): answers.Version,
    ("get", "/status"): answers.Status,
    ("get", f"{_CONVERSATION}/tracker"): answers.TrackerState,
    ("post", f"{_CONVERSATION}/tracker/events"): answers.TrackerState,
    ("put", f"{_CONVERSATION}/tracker/events"): answers.TrackerState,
    ("post", f"{_CONVERSATION}/messages"): answers.TrackerState,
    ("post", f"{_CONVERSATION}/trigger_intent"): answers.Said,
    ("post", f"{_CONVERSATION}/execute"): answers.Said,
    ("post", f"{_CONVERSATION}/predict"): answers.Prediction,
    ("post", "/model/predict"): answers.Prediction,
    ("post", "/model/parse"): answers.ParseResult,
    ("post", "/model/test/stories"): answers.StoriesResult,
    ("post", "/model/test/intents"): answers.IntentsResult,
    ("post", "/nlg"): answers.Wording,
}
_ERRORS = {"400": "The request cannot be read or done.", "409": "No model is loaded.", "500": "An unexpected error."}
_REFUSALS = {"401": "No token, or a wrong one.", "403": "The token does not allow this."}
_BESIDE: Shape = {
    "/version": {"get": {"tags": ["Server Information"], "summary": "Version", "responses": {"200": {}}}},
    "/webhooks/rest/webhook": {
        "post": {
            "tags": ["Channels"],
            "summary": "Rest Webhook",
            "description": "A message of a customer, answered by the replies of its turn.",
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "required": ["message"],
                            "properties": {
                                "sender": {"type": "string", "default": "default"},
                                "message": {"type": "string"},
                                "message_id": {"type": "string", "description": "The same in a resend."},
                                "input_channel": {"type": "string"},
                                "metadata": {"type": "object"},
                            },
                        },
                        "example": {"sender": "li", "message": "您好"},
                    }
                },
            },
            "responses": {"200": {}},
        }
    },
}


def describe(api: FastAPI) -> None:
    """Have `api.openapi()` give the complete description; it is computed once."""
    found_by_fastapi = api.openapi

    def openapi() -> Shape:
        if api.openapi_schema is None:
            api.openapi_schema = _complete(found_by_fastapi())
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend its description


def _complete(description: Shape) -> Shape:
    description["paths"] = {**description["paths"], **_BESIDE}
    components = description.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **_schemas()}
    components["securitySchemes"] = {
        "TokenAuth": {"type": "apiKey", "in": "query", "name": "token"},
        "JWT": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    }
    for path, operations in description["paths"].items():
        for method in METHODS:
            if method in operations:
                _complete_operation(path, method, operations[method])
    for schema in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(schema, None)
    return description


def _complete_operation(path: str, method: str, operation: Shape) -> None:
    responses = operation["responses"]
    responses.pop("422", None)  # what cannot be read is answered 400 here
    model = ANSWERS.get((method, path))
    if model is not None:
        content = {"application/json": {"schema": _reference(model)}}
        responses["200"] = {"description": (model.__doc__ or "Success.").strip(), "content": content}
    if path == "/webhooks/rest/webhook":
        messages = {"type": "array", "items": _reference(answers.BotMessage)}
        responses["200"] = {"description": "What is said.", "content": {"application/json": {"schema": messages}}}
    errors = _ERRORS if path in OPEN else _ERRORS | _REFUSALS
    problem = {"application/json": {"schema": _reference(answers.Problem)}}
    for status in sorted(errors):
        responses.setdefault(status, {"description": errors[status], "content": problem})
    if path not in OPEN:
        operation["security"] = [{"TokenAuth": []}, {"JWT": []}]


def _reference(model: type[BaseModel]) -> Shape:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schemas() -> Shape:
    models: set[type[BaseModel]] = {*ANSWERS.values(), answers.Problem, answers.BotMessage}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, found = models_json_schema(
        [(model, "serialization") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    schemas: Shape = found["$defs"]
    return schemas
