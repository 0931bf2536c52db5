from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.cli.running import CONFIG, DOMAIN, RULES, TESTS

YAML = {"content-type": "application/x-yaml"}
EXAMPLES = """
nlu:
- intent: greet
  examples: |
    - /greet
    - /affirm
- intent: affirm
  examples: |
    - /affirm
    - /affirm@0.9
"""
Posted = Queue[tuple[dict[str, str], bytes]]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Posted]]:
    """A server that takes what is POSTed to it."""
    posted: Posted = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posted.put(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/done", posted
    server.shutdown()
    server.server_close()


def test_stories_are_replayed_with_the_model_that_is_served(client: TestClient) -> None:
    broken = TESTS + "- story: wrong\n  steps:\n  - intent: greet\n  - action: utter_done\n"
    answer = client.post("/model/test/stories?e2e=true", content=broken.encode(), headers=YAML)
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert result["is_end_to_end_evaluation"] is True
    assert result["report"]["conversation_accuracy"] == {
        "accuracy": 2 / 3,
        "correct": 2,
        "total": 3,
        "with_warnings": 0,
    }
    first = result["actions"][0]
    assert (first["action"], first["predicted"], first["confidence"]) == ("utter_greet", "utter_greet", 1.0)
    assert first["policy"].endswith("RulePolicy")
    wrong = [each for each in result["actions"] if each["action"] != each["predicted"]]
    assert [(each["action"], each["predicted"]) for each in wrong] == [("utter_done", "utter_greet")]
    assert result["accuracy"] == 7 / 8


@pytest.mark.parametrize("what", ["stories", "intents"])
@pytest.mark.parametrize("body", ["", "stories: 5", "nothing: here"])
def test_what_cannot_be_tested_is_refused(client: TestClient, what: str, body: str) -> None:
    answer = client.post(f"/model/test/{what}", content=body.encode(), headers=YAML)
    assert answer.status_code == 400 and answer.json()["status"] == "failure"


def test_examples_are_judged(client: TestClient) -> None:
    answer = client.post("/model/test/intents", content=EXAMPLES.encode(), headers=YAML)
    assert answer.status_code == 200, answer.text
    found = answer.json()["intent_evaluation"]
    assert found["accuracy"] == 0.75
    assert found["report"]["greet"]["confused_with"] == {"affirm": 1}
    assert found["errors"][0] == {
        "text": "/affirm",
        "intent": "greet",
        "intent_prediction": {"name": "affirm", "confidence": 1.0},
    }
    assert answer.json()["entity_evaluation"] is None


def test_examples_may_be_rasas_earlier_json(client: TestClient) -> None:
    body = {"rasa_nlu_data": {"common_examples": [{"text": "/greet", "intent": "greet", "entities": []}]}}
    assert client.post("/model/test/intents", json=body).json()["intent_evaluation"]["accuracy"] == 1.0
    assert client.post("/model/test/intents?cross_validation_folds=2", json=body).status_code == 400


def test_another_model_may_be_judged(client: TestClient, model: Any) -> None:
    url = "/model/test/intents?model="
    assert client.post(url + model.name, content=EXAMPLES.encode(), headers=YAML).status_code == 200
    missing = client.post(url + "nowhere.tar.gz", content=EXAMPLES.encode(), headers=YAML)
    assert (missing.status_code, missing.json()["message"]) == (400, "There is no model nowhere.tar.gz.")


def test_examples_are_judged_by_what_learnt_from_the_others(client: TestClient) -> None:
    body = "language: zh\npipeline: []\n" + EXAMPLES
    answer = client.post("/model/test/intents?cross_validation_folds=2", content=body.encode(), headers=YAML)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["intent_evaluation"]["predictions"]) == 4
    nothing: dict[str, Any] = {"report": {}, "precision": None, "f1_score": None, "errors": []}
    assert answer.json()["entity_evaluation"] == nothing
    too_many = client.post("/model/test/intents?cross_validation_folds=50", content=body.encode(), headers=YAML)
    assert (too_many.status_code, too_many.json()["reason"]) == (400, "TestingError")


def test_with_a_callback_url_the_result_comes_later(client: TestClient, receiver: tuple[str, Posted]) -> None:
    url, posted = receiver
    answer = client.post("/model/test/intents", params={"callback_url": url}, content=EXAMPLES.encode(), headers=YAML)
    assert (answer.status_code, answer.content) == (204, b"")
    headers, body = posted.get(timeout=20)
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["intent_evaluation"]["accuracy"] == 0.75


def test_with_a_callback_url_an_error_comes_later_too(client: TestClient, receiver: tuple[str, Posted]) -> None:
    url, posted = receiver
    assert client.post("/model/train", params={"callback_url": url}, content=b"").status_code == 204
    _, body = posted.get(timeout=20)
    assert json.loads(body)["code"] == 400


def test_a_trained_model_is_sent_to_the_callback_url(client: TestClient, receiver: tuple[str, Posted]) -> None:
    url, posted = receiver
    project = "\n".join(part.replace('version: "3.1"', "") for part in (CONFIG, DOMAIN, RULES))
    options = {"callback_url": url, "save_to_default_model_directory": "false", "augmentation": "0", "num_threads": "1"}
    assert client.post("/model/train", params=options, content=project.encode()).status_code == 204
    headers, body = posted.get(timeout=20)
    assert headers["filename"].endswith(".tar.gz") and body[:2] == b"\x1f\x8b"
