"""Understanding by another server, against one that is scripted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from bot.formats.endpoints import parse_endpoints
from bot.message import Entity, Intent, Understanding
from bot.nlu.remote import RemoteNlu, remote_nlu

PARSED = {
    "text": "去上海",
    "intent": {"name": "book", "confidence": 0.9},
    "entities": [{"entity": "city", "value": "上海", "start": 1, "end": 3, "extractor": "DIETClassifier"}],
    "intent_ranking": [{"name": "book", "confidence": 0.9}, {"name": "greet", "confidence": 0.1}],
    "response_selector": {"all_retrieval_intents": []},
}


def understood(text: str, handler: Callable[[httpx.Request], httpx.Response]) -> Understanding:
    client = httpx.Client(transport=httpx.MockTransport(handler))
    nlu = RemoteNlu(client, "http://nlu:5005/", {"greet"}, token="geheim")
    try:
        return asyncio.run(nlu.parse(text))
    finally:
        nlu.close()


def test_the_request_is_rasas_and_the_answer_is_what_was_understood() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=PARSED)

    found = understood("去上海", handler)
    assert str(seen[0].url) == "http://nlu:5005/model/parse"
    assert json.loads(seen[0].content) == {"text": "去上海", "token": "geheim", "message_id": None}
    assert found.intent == Intent("book", 0.9) and found.ranking[1] == Intent("greet", 0.1)
    assert found.entities == (Entity("city", "上海", 1, 3, extractor="DIETClassifier"),)
    assert found.extra == {"response_selector": {"all_retrieval_intents": []}}


def test_a_payload_of_a_known_intent_is_read_here() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    assert understood('/greet{"name": "Li"}', handler).intent.name == "greet"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(401, json={"reason": "NotAuthenticated"}),
        httpx.Response(200, text="no json"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"error": "no"}),
        httpx.Response(200, json={"intent": "book"}),
        httpx.Response(200, json={"intent": {}, "entities": [{"value": "no entity"}]}),
    ],
)
def test_a_server_that_fails_costs_the_understanding_and_not_the_turn(
    answer: httpx.Response, caplog: pytest.LogCaptureFixture
) -> None:
    found = understood("hello", lambda _: answer)
    assert found == Understanding("hello")
    assert "http://nlu:5005/model/parse" in caplog.text


def test_a_server_that_is_not_there_is_named(caplog: pytest.LogCaptureFixture) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    assert understood("hello", handler).intent == Intent(None, 0.0)
    assert "refused" in caplog.text


def test_options_are_those_of_rasas_endpoints() -> None:
    endpoint = parse_endpoints(
        "nlu: {url: http://nlu, token: t, token_name: key, headers: {X-Shop: a}, params: {p: q},"
        " basic_auth: {username: u, password: w}, timeout: 3}"
    ).nlu
    assert endpoint is not None
    nlu = remote_nlu(endpoint, ())
    client = nlu._client
    assert dict(client.params) == {"p": "q", "key": "t"}
    assert client.headers["X-Shop"] == "a" and client.timeout.read == 3
    nlu.close()
