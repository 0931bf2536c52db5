"""endpoints.yml and credentials.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ProjectError
from bot.formats.endpoints import Endpoints, parse_endpoints, read_credentials, read_endpoints
from bot.formats.problem_list import ProblemList


def test_endpoints_have_a_url_a_type_and_options() -> None:
    endpoints = parse_endpoints(
        "action_endpoint:\n  url: http://localhost:5055/webhook\n  enable_selective_domain: true\n"
        "nlg: {type: response}\ntracker_store:\n  type: SQL\n  dialect: sqlite\n  db: events.db\n"
        "knowledge_base: {url: 'sqlite:///商店.db'}\nflows: {a: 1}\n"
    )
    assert endpoints.action_endpoint is not None
    assert endpoints.action_endpoint.url == "http://localhost:5055/webhook"
    assert endpoints.action_endpoint.get("enable_selective_domain") is True
    assert endpoints.nlg is not None
    assert endpoints.nlg.type == "response"
    assert endpoints.tracker_store is not None
    assert endpoints.tracker_store.options == {"dialect": "sqlite", "db": "events.db"}
    assert endpoints.knowledge_base is not None
    assert endpoints.knowledge_base.url == "sqlite:///商店.db"
    assert endpoints.lock_store is None
    assert endpoints.extra == {"flows": {"a": 1}}


def test_a_misspelt_endpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.yml"
    path.write_text("action_endpoin: {url: http://x}\n", encoding="utf-8")
    problems = ProblemList()
    read_endpoints(path, problems)
    assert [problem.hint for problem in problems] == ["Did you mean 'action_endpoint'?"]


def test_an_action_endpoint_needs_a_url() -> None:
    with pytest.raises(ProjectError, match="no `url`"):
        parse_endpoints("action_endpoint: {token: x}\n")


def test_without_files_there_are_none(tmp_path: Path) -> None:
    problems = ProblemList()
    assert read_endpoints(tmp_path / "endpoints.yml", problems) == Endpoints()
    assert read_credentials(tmp_path / "credentials.yml", problems) == {}
    assert not problems


def test_channels_with_and_without_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    path = tmp_path / "credentials.yml"
    path.write_text('rest:\nsocketio:\n  user_message_evt: user_uttered\n  token: "${SHOP_TOKEN}"\n', encoding="utf-8")
    problems = ProblemList()
    assert read_credentials(path, problems) == {
        "rest": {},
        "socketio": {"user_message_evt": "user_uttered", "token": "s3cret"},
    }
    assert not problems
