"""Side by side with the real Rasa 3.6: it keeps the conversation, our server understands and words.

Needs Rasa 3.6, which needs a Python below 3.11: `KEFU_RASA` names its command, such as /opt/rasa/bin/rasa.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.assistant import Assistant
from bot.project import Project
from bot.server.auth import Auth
from bot.server.settings import Settings
from bot.training import train
from tests.channels.serving import Served, serve
from tests.nlu_models.tiny import CORPUS
from tests.projects.tiny_encoder import save_tiny_encoder

RASA = os.environ.get("KEFU_RASA", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not RASA, reason="KEFU_RASA does not name the command of a Rasa 3.6"),
]
TOKEN = "geheim"
START_SECONDS = 240

CONFIG = """
recipe: default.v1
language: zh
assistant_id: shop
pipeline: PIPELINE
policies:
- name: RulePolicy
"""
PIPELINE = """
- name: BertIntentSlotClassifier
  model: {encoder}
  epochs: 60
  batch_size: 4
  learning_rate: 0.001
  trainable_layers: 1
"""
DOMAIN = """
version: "3.1"
intents: [track_order, return_item, exchange]
entities: [order_number, colour, product, mention]
slots:
  order_number: {type: text, mappings: [{type: from_entity, entity: order_number}]}
responses:
  utter_track:
  - text: RASA
  utter_return:
  - text: RASA
"""
OURS = {
    "utter_track:\n  - text: RASA": "utter_track:\n  - text: 订单 {order_number} 在路上。\n    buttons:\n"
    "    - {title: Return it, payload: /return_item}",
    "utter_return:\n  - text: RASA": 'utter_return:\n  - text: "You can return {order_number} for 30 days."',
}
RULES = """
version: "3.1"
rules:
- rule: track
  steps:
  - intent: track_order
  - action: utter_track
- rule: return
  steps:
  - intent: return_item
  - action: utter_return
"""


def test_rasa_holds_a_conversation_that_our_server_understands_and_words(tmp_path: Path) -> None:
    with _ours(tmp_path / "ours") as server, _rasa(tmp_path / "rasa", server.url) as rasa:
        assert _say(rasa, "where is my order K1048213") == [
            {
                "recipient_id": "li",
                "text": "订单 K1048213 在路上。",
                "buttons": [{"title": "Return it", "payload": "/return_item"}],
            }
        ]
        assert _say(rasa, "/return_item") == [{"recipient_id": "li", "text": "You can return K1048213 for 30 days."}]
        assert _say(rasa, "查一下K1048215到哪了")[0]["text"] == "订单 K1048215 在路上。"
        tracker = httpx.get(f"{rasa}/conversations/li/tracker").json()
    users = [event["parse_data"] for event in tracker["events"] if event["event"] == "user"]
    assert [each["intent"]["name"] for each in users] == ["track_order", "return_item", "track_order"]
    assert users[2]["entities"][0]["extractor"] == "BertIntentSlotClassifier"
    assert (users[2]["entities"][0]["start"], users[2]["entities"][0]["end"]) == (3, 11)
    assert tracker["slots"]["order_number"] == "K1048215"


def _say(rasa: str, text: str) -> Any:
    said = httpx.post(f"{rasa}/webhooks/rest/webhook", json={"sender": "li", "message": text}, timeout=60).json()
    print(f"{text} -> {said}")  # the transcript, for `pytest -s` and for failures
    return said


@contextmanager
def _ours(folder: Path) -> Iterator[Served]:
    """Our server, with a tiny BERT that has learnt the corpus of the model tests."""
    encoder = save_tiny_encoder(folder / "encoder", (example.text for example in CORPUS))
    domain = DOMAIN
    for theirs, ours in OURS.items():
        domain = domain.replace(theirs, ours)
    _write(folder, config=CONFIG.replace("PIPELINE", PIPELINE.format(encoder=encoder)), domain=domain, nlu=_examples())
    project = Project.load(folder)
    train(project)
    settings = Settings(enable_api=True, auth=Auth(token=TOKEN))
    yield from serve(Assistant.load(project), settings)


@contextmanager
def _rasa(folder: Path, ours: str) -> Iterator[str]:
    """Rasa with a dialogue model only."""
    endpoints = f"nlu:\n  url: {ours}\n  token: {TOKEN}\nnlg:\n  url: {ours}/nlg\n  token: {TOKEN}\n"
    config = CONFIG.replace("PIPELINE", "[{name: KeywordIntentClassifier}]")
    _write(folder, config=config, domain=DOMAIN, endpoints=endpoints, credentials="rest:\n")
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    environment.pop("PYTHONPATH", None)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [RASA, "train", "core", "--fixed-model-name", "shop"]
    trained = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert trained.returncode == 0, trained.stdout + trained.stderr
    with (folder / "log").open("w+") as log:
        served = subprocess.Popen(
            [RASA, "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, served, folder / "log")
            yield url
        finally:
            served.terminate()
            served.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the model is loaded."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/status").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    pytest.fail(f"Rasa is not up:\n{log.read_text()[-4000:]}")


def _write(folder: Path, *, nlu: str = "", **files: str) -> None:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data/rules.yml").write_text(RULES, encoding="utf-8")
    if nlu:
        (folder / "data/nlu.yml").write_text(nlu, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def _examples() -> str:
    """The corpus of the model tests, three times over, as nlu.yml."""
    by_intent: dict[str, list[str]] = {}
    for example in CORPUS:
        text = example.text
        for span in sorted(example.entities, key=lambda each: -each.start):
            text = f"{text[: span.start]}[{text[span.start : span.end]}]({span.entity}){text[span.end :]}"
        by_intent.setdefault(example.intent or "", []).append(text)
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in by_intent.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    return "\n".join(lines) + "\n"
