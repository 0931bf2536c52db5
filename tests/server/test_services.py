"""One of our servers as the NLU and the NLG server of another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.message import Message
from bot.project import Project
from bot.server.app import create_app
from bot.server.auth import Auth
from bot.server.running import Running
from bot.server.settings import Settings
from bot.training import train
from tests.channels.serving import Served, serve
from tests.cli.running import DOMAIN, write_project

KEYWORDS = """
language: zh
pipeline:
- name: KeywordIntentClassifier
policies:
- name: RulePolicy
"""
NLU = """
nlu:
- intent: greet
  examples: |
    - 你好
    - hello
- intent: affirm
  examples: |
    - 好的
"""
TOKEN = "geheim"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Served]:
    """A server that knows keywords, and words responses in its own way."""
    domain = DOMAIN.replace("您好!", "您好,我是服务器。")
    folder = write_project(tmp_path / "services", config=KEYWORDS, domain=domain, **{"data/nlu": NLU})
    project = Project.load(folder)
    train(project)
    yield from serve(Assistant.load(project), Settings(enable_api=True, auth=Auth(token=TOKEN)))


def talk(folder: Path, *texts: str) -> list[str | None]:
    async def run() -> list[str | None]:
        assistant = Assistant.load(project)
        try:
            return [reply.text for text in texts for reply in await assistant.handle(Message(text, "li"))]
        finally:
            await assistant.close()

    project = Project.load(folder)
    train(project)
    return asyncio.run(run())


def test_it_understands_and_words_for_another(services: Served, tmp_path: Path) -> None:
    endpoints = f"nlu: {{url: '{services.url}', token: {TOKEN}}}\nnlg: {{url: '{services.url}/nlg', token: {TOKEN}}}\n"
    folder = write_project(tmp_path / "other", endpoints=endpoints)
    assert talk(folder, "你好", "好的", "/greet") == ["您好,我是服务器。", "Done.\n\n已取消。", "您好,我是服务器。"]


def test_a_wrong_token_costs_understanding_and_wording_but_no_turn(
    services: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    endpoints = f"nlu: {{url: '{services.url}', token: x}}\nnlg: {{url: '{services.url}/nlg', token: x}}\n"
    folder = write_project(tmp_path / "other", endpoints=endpoints)
    assert talk(folder, "/greet") == ["您好!"]
    assert "401" in caplog.text


def test_a_project_that_only_understands_needs_no_domain(tmp_path: Path) -> None:
    """What a team that keeps its Rasa may train here: nothing but NLU."""
    for name, text in {"config.yml": KEYWORDS.split("policies")[0], "data/nlu.yml": NLU}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    project = Project.load(tmp_path)
    train(project, core=False)
    with TestClient(create_app(Running(Assistant.load(project)), Settings(enable_api=True))) as client:
        for text in ("你好", "/greet", "hello there"):
            parsed = client.post("/model/parse", json={"text": text, "token": None, "message_id": "li"}).json()
            assert parsed["intent"]["name"] == "greet", text
