"""The official rasa_sdk server, started by `python -m rasa_sdk`, runs a project's actions as they are."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.actions.base import ActionFailedError, ActionRejected, CustomAnswer
from bot.actions.local import LocalActions
from bot.actions.remote import COMPRESS_VARIABLE, RemoteActions
from bot.assistant import Assistant
from bot.evaluation.replay import replay
from bot.evaluation.shop import fill
from bot.events import ActionExecuted, SlotSet, UserUttered
from bot.formats.domain import parse_domain
from bot.project import Project
from bot.tracker import Tracker
from bot.training import train

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FORMS = ROOT / "tests/projects/validation_actions"
REFUSING = """
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection


class Refuses(Action):
    def name(self):
        return "action_refuses"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection(self.name(), "not now")


class Tells(Action):
    def name(self):
        return "action_tells"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text=",".join(sorted(domain["responses"])))
        return []
"""


@contextmanager
def sdk_server(folder: Path, **environment: str) -> Iterator[str]:
    """The URL of the webhook of a server for the actions in `folder`, once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "action_server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)],
            cwd=folder,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, log)
        yield f"{url}/webhook"
    finally:
        server.terminate()
        server.wait(30)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        try:
            assert httpx.get(f"{url}/health").json() == {"status": "ok"}
            return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"The action server is not up:\n{log.read_text()[-3000:]}")


@pytest.mark.parametrize("selective", ["false", "true"])
@pytest.mark.parametrize("compress", ["false", "true"])
def test_it_drives_a_project_with_forms(
    selective: str, compress: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own test stories, each of which depends on what an action answers."""
    folder = shutil.copytree(FORMS, tmp_path / "project")
    monkeypatch.setenv(COMPRESS_VARIABLE, compress)

    async def outcomes() -> list[Any]:
        assistant = Assistant.load(project, model=model)
        assert isinstance(assistant.custom_actions, RemoteActions)
        try:
            return list(await replay(assistant, project.tests.stories))
        finally:
            await assistant.close()

    with sdk_server(folder) as url:
        endpoint = f"action_endpoint: {{url: '{url}', enable_selective_domain: {selective}}}\n"
        (folder / "endpoints.yml").write_text(endpoint, encoding="utf-8")
        project = Project.load(folder)
        model = train(project).model
        for outcome in (found := asyncio.run(outcomes())):
            assert outcome.passed, (outcome.story.name, outcome.differences, outcome.crash)
    assert len(found) >= 4


def test_what_it_refuses_does_not_know_and_wants_to_know(tmp_path: Path) -> None:
    """Status 400, 404 and 449: a refusal, no such action, and the domain that was left out and is asked for."""
    (tmp_path / "actions.py").write_text(REFUSING, encoding="utf-8")
    domain = parse_domain("responses: {utter_a: [{text: 一}], utter_b: [{text: b}]}\nactions: [action_tells]\n")
    tracker = Tracker.from_events("me", (), domain)

    async def run(url: str) -> None:
        actions = RemoteActions(url, selective_domain=True)
        try:
            with pytest.raises(ActionRejected, match="not now"):
                await actions.run("action_refuses", tracker, domain)
            with pytest.raises(ActionFailedError, match="knows no action 'action_nothing'"):
                await actions.run("action_nothing", tracker, domain)
            for _ in range(2):
                answer = await actions.run("action_tells", tracker, domain)
                assert [said["text"] for said in answer.responses] == ["utter_a,utter_b"]
        finally:
            await actions.close()

    with sdk_server(tmp_path) as url:
        asyncio.run(run(url))


def test_it_serves_the_actions_of_the_starter_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package `actions` of this repository, which otherwise runs in one process with the assistant."""
    shutil.copytree(ROOT / "actions", tmp_path / "actions")
    monkeypatch.setenv("KNOWLEDGE_BASE_URL", f"sqlite:///{tmp_path / 'shop.db'}")
    assert fill(os.environ["KNOWLEDGE_BASE_URL"], ROOT / "data/catalogue")
    project = Project.load(ROOT)
    order = json.loads((ROOT / "data/catalogue/orders.jsonl").read_text(encoding="utf-8").splitlines()[0])
    said = UserUttered.of("/list_orders", {"intent": {"name": "list_orders", "confidence": 1.0}, "entities": []})
    events = [ActionExecuted("action_listen"), said, SlotSet("customer_id", order["customer_id"])]
    tracker = Tracker.from_events("me", events, project.domain)

    async def answers(url: str) -> list[CustomAnswer]:
        local, remote = LocalActions.load(ROOT), RemoteActions(url)
        assert local is not None
        try:
            return [await each.run("action_list_orders", tracker, project.domain) for each in (local, remote)]
        finally:
            await remote.close()

    with sdk_server(tmp_path, PYTHONPATH=str(ROOT)) as url:
        served = httpx.get(url.replace("/webhook", "/actions")).json()
        here, there = asyncio.run(answers(url))
    local = LocalActions.load(ROOT)
    assert local is not None and sorted(each["name"] for each in served) == sorted(local.names)
    assert there.responses == here.responses
    assert order["id"] in json.dumps(there.responses)
    assert [(event["name"], event["value"]) for event in there.events] == [
        (event["name"], event["value"]) for event in here.events
    ]
