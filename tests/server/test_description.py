"""The OpenAPI description says what the API does: each answer is checked against the model that describes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.server.api.description import ANSWERS, METHODS
from tests.cli.running import TESTS

NLU = "nlu:\n- intent: greet\n  examples: |\n    - /greet\n    - /affirm\n"
EVENTS = [
    {"event": "action", "name": "action_listen"},
    {"event": "user", "text": "hi", "parse_data": {"intent": {"name": "greet", "confidence": 1.0}}},
]
SAID = {"text": "/greet", "sender": "user"}
REQUESTS: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/conversations/{conversation_id}/tracker/events"): {"json": EVENTS},
    ("put", "/conversations/{conversation_id}/tracker/events"): {"json": EVENTS},
    ("post", "/conversations/{conversation_id}/messages"): {"json": SAID},
    ("post", "/conversations/{conversation_id}/trigger_intent"): {"json": {"name": "greet"}},
    ("post", "/conversations/{conversation_id}/execute"): {"json": {"name": "utter_greet"}},
    ("post", "/model/predict"): {"json": EVENTS},
    ("post", "/model/parse"): {"json": {"text": '/greet{"name": "王"}'}},
    ("post", "/model/test/stories"): {"content": TESTS},
    ("post", "/model/test/intents"): {"content": NLU},
    ("post", "/nlg"): {"json": {"response": "utter_greet", "tracker": {"slots": {}}, "channel": {"name": "rest"}}},
}


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_an_answer_is_as_described(client: TestClient, method: str, path: str) -> None:
    client.post("/webhooks/rest/webhook", json={"sender": "li", "message": "/greet"})
    url = path.replace("{conversation_id}", "li")
    answer = client.request(method, url, **REQUESTS.get((method, path), {}))
    assert answer.status_code == 200, answer.text
    model = ANSWERS[(method, path)]
    read = model.model_validate(answer.json())
    assert read.model_fields_set, "the model names nothing of the answer"


@pytest.fixture
def description(client: TestClient) -> Any:
    return client.get("/openapi.json").json()


def operations(description: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in description["paths"].items():
        yield from ((path, method, methods[method]) for method in METHODS if method in methods)


def test_every_path_of_rasas_api_is_described(description: Any) -> None:
    conversation = "/conversations/{conversation_id}"
    rasas = {
        *(("get", path) for path in ("/version", "/status", "/domain", f"{conversation}/tracker", f"{conversation}/story")),
        *(("post", f"{conversation}/{last}") for last in ("tracker/events", "execute", "trigger_intent", "predict", "messages")),
        *(("post", f"/model/{last}") for last in ("train", "test/stories", "test/intents", "predict", "parse")),
        *(("put", path) for path in ("/model", f"{conversation}/tracker/events")),
        ("delete", "/model"),
    }  # fmt: skip
    assert rasas <= {(method, path) for path, method, _ in operations(description)}


def test_who_may_ask_and_what_can_go_wrong_is_described(description: Any) -> None:
    assert set(description["components"]["securitySchemes"]) == {"TokenAuth", "JWT"}
    for path, method, operation in operations(description):
        assert "422" not in operation["responses"] and "400" in operation["responses"], (method, path)
        assert ("security" in operation) is (path not in ("/version", "/webhooks/rest/webhook")), path


def test_every_reference_leads_somewhere(description: Any) -> None:
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for item in part:
                yield from references(item)

    found = set(references(description))
    assert found
    for reference in found:
        assert reference.removeprefix("#/components/schemas/") in description["components"]["schemas"]


def test_the_page_shows_every_path_and_asks_nobody_else(client: TestClient, description: Any) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path, *_ in operations(description):
        assert f">{path}</code>" in page.text
    assert not re.search(r"(src|href)=.?https?:", page.text) and "<script" not in page.text
    assert "intent_ranking" in page.text and "您好" in page.text


def test_a_domain_that_is_still_the_same_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/domain")
    again = client.get("/domain", headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = client.get("/domain", headers={"if-none-match": first.headers["etag"], "accept": "application/x-yaml"})
    assert other.status_code == 200 and other.headers["etag"] != first.headers["etag"]
