"""`bot run`: what Rasa's scripts say, read before anything is served."""

from __future__ import annotations

import json
import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.cli.options import log_as_json
from bot.errors import UsageError
from bot.server import serve as serving
from bot.server.settings import Settings
from tests.cli.running import write_project


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What would be served, instead of serving it."""
    seen: dict[str, Any] = {}

    def serve(running: Any, settings: Settings, **options: Any) -> None:
        seen.update(options, settings=settings, running=running)

    monkeypatch.setattr(serving, "serve", serve)
    return seen


@pytest.fixture
def log_handlers() -> Iterator[None]:
    before, level = list(logging.getLogger().handlers), logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)
    for handler in set(logging.getLogger().handlers) - set(before):
        logging.getLogger().removeHandler(handler)
        handler.close()


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["run", *map(str, arguments)])


def test_the_options_of_rasas_scripts_reach_the_server(tmp_path: Path, served: dict[str, Any]) -> None:
    project = write_project(
        tmp_path, credentials="socketio:\n  session_persistence: true\ncallback: {url: http://a/}\n"
    )
    done = run(
        *("--project", project, "--enable-api", "-i", "127.0.0.1", "-p", "5999", "-t", "geheim", "--cors", "https://a, https://b"),
        *("--cors", "https://c", "--jwt-secret", "s", "--jwt-method", "HS512", "--response-timeout", "30"),
        *("--request-timeout", "60", "--connector", "socketio", "--ssl-certificate", "a.pem", "--ssl-keyfile", "k.pem"),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    settings: Settings = served["settings"]
    assert (served["host"], served["port"], settings.enable_api, settings.response_seconds) == (
        "127.0.0.1",
        5999,
        True,
        30,
    )
    assert settings.cors == ("https://a", "https://b", "https://c")
    assert (settings.auth.token, settings.auth.jwt_secret, settings.auth.jwt_method) == ("geheim", "s", "HS512")
    assert settings.credentials == {"socketio": {"session_persistence": True}}
    assert served["tls"].certificate == Path("a.pem")


def test_what_is_not_supported_says_what_is(tmp_path: Path, served: dict[str, Any]) -> None:
    done = run("--project", write_project(tmp_path), "--remote-storage", "aws")
    assert isinstance(done.exception, UsageError) or done.exit_code != 0
    assert "--model" in str(done.exception) + done.output and not served
    unknown = run("--enable-apy")
    assert unknown.exit_code == 2 and "--enable-api" in unknown.output


def test_the_log_goes_to_a_syslog_server_too(tmp_path: Path, served: dict[str, Any], log_handlers: None) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        port = str(server.getsockname()[1])
        options = ("--use-syslog", "--syslog-address", "127.0.0.1", "--syslog-port", port, "--syslog-protocol", "udp")
        done = run("--project", write_project(tmp_path), *options)
        assert done.exit_code == 0, done.output
        logging.getLogger("bot").error("订单丢失")
        assert "订单丢失" in server.recv(4096).decode()


def test_the_log_is_as_the_options_and_the_configuration_say(
    tmp_path: Path, served: dict[str, Any], log_handlers: None
) -> None:
    project = write_project(tmp_path)
    log = tmp_path / "kefu.log"
    handler = f"{{class: logging.FileHandler, filename: {log}, encoding: utf-8}}"
    config = tmp_path / "logging.yml"
    config.write_text(f"version: 1\nhandlers: {{file: {handler}}}\nroot: {{handlers: [file], level: INFO}}\n")
    assert run("--project", project, "-vv").exit_code == 0
    assert logging.getLogger().level == logging.DEBUG
    done = run("--project", project, "--quiet", "--logging-config-file", config)
    assert done.exit_code == 0, done.output
    logging.getLogger("bot").info("订单")
    assert "订单" in log.read_text(encoding="utf-8")
    config.write_text("version: 99\n")
    assert "cannot be used" in str(run("--project", project, "--logging-config-file", config).exception)


def test_logs_as_json_are_one_object_a_line_and_tell_nothing_personal(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(sys.stderr)
    root = logging.getLogger()
    others, root.handlers = root.handlers, [handler]
    try:
        log_as_json()
        try:
            raise ValueError("li.wei@example.cn")
        except ValueError:
            logging.getLogger("bot.test").exception("客户 %s failed", "emma.clarke@example.com")
    finally:
        root.handlers = others
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["logger"]) == ("ERROR", "bot.test")
    assert "客户" in line["message"] and "ValueError" in line["error"]
    assert "example" not in json.dumps(line)
