"""Training, talking, testing and serving a project of rules, each in a process of its own."""

import contextlib
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.running import RULES, TESTS, bot, environment, write_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("tiny"))
    assert bot("train", cwd=folder).returncode == 0
    return folder


def test_training_again_without_a_change_does_nothing_and_says_so(project: Path) -> None:
    before = list((project / "models").iterdir())
    done = bot("train", cwd=project)
    assert done.returncode == 0
    assert "Nothing changed" in done.stderr
    assert list((project / "models").iterdir()) == before


def test_a_dry_run_says_what_would_be_trained(tmp_path: Path) -> None:
    done = bot("train", "--dry-run", cwd=write_project(tmp_path))
    assert done.returncode == 1 and "RulePolicy" in done.stderr
    assert not (tmp_path / "models").exists()


def test_a_mistake_is_reported_before_anything_is_trained(tmp_path: Path) -> None:
    rules = RULES.replace("utter_done", "utter_dun")
    done = bot("train", cwd=write_project(tmp_path, **{"data/rules": rules}))
    assert done.returncode == 1
    assert "Did you mean 'utter_done'?" in done.stderr
    assert not (tmp_path / "models").exists()


def test_the_model_can_have_a_name(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert bot("train", "--fixed-model-name", "shop", "--out", "elsewhere", cwd=tmp_path).returncode == 0
    assert (tmp_path / "elsewhere" / "shop.tar.gz").is_file()


def test_train_nlg_says_what_it_needs(project: Path) -> None:
    before = list((project / "models").iterdir())
    done = bot("train", "nlg", cwd=project)
    assert done.returncode == 1
    assert "endpoints.yml" in done.stderr and "adapter" in done.stderr
    assert list((project / "models").iterdir()) == before


def test_the_shell_reads_a_pipe_and_ends_with_it(project: Path) -> None:
    done = bot("shell", cwd=project, stdin="/greet\n/cancel_order\n1\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "customer: /greet",
        "bot: 您好!",
        "customer: /cancel_order",
        "bot: Sure?",
        "     [1] 确定",
        "     [2] No",
        "customer: 确定",
        "bot: Done.",
        "     ",
        "     已取消。",
    ]


def test_the_shell_trains_first_when_the_project_changed(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert "您好!" in bot("shell", cwd=tmp_path, stdin="/greet\n").stdout
    domain = (tmp_path / "domain.yml").read_text(encoding="utf-8").replace("您好!", "欢迎光临!")
    (tmp_path / "domain.yml").write_text(domain, encoding="utf-8")
    assert "欢迎光临!" in bot("shell", cwd=tmp_path, stdin="/greet\n").stdout


def test_odd_messages_get_an_answer_and_the_conversation_goes_on(project: Path) -> None:
    odd = ["", "   ", "😀🎉", "x" * 10_000, "\x07\x1b[31m\x00", "مرحبا", "\u202eabc", "/", "/nothing{"]
    done = bot("shell", cwd=project, stdin="\n".join([*odd, "/greet", ""]))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("bot: 抱歉,我没有听懂。") == len(odd)
    assert done.stdout.endswith("bot: 您好!\n")


def test_debug_shows_who_decided_and_by_which_rule(project: Path) -> None:
    shown = bot("shell", "--debug", cwd=project, stdin="/greet\n").stdout
    assert "greet 1.00" in shown
    assert re.search(r"utter_greet ← RulePolicy 1\.00: rule 'greet back' \(data/rules\.yml:4:\d+\)", shown)
    assert "utter_greet by template" in shown


def test_shell_nlu_shows_what_is_understood(project: Path) -> None:
    done = bot("shell", "nlu", cwd=project, stdin='/greet{"name": "李"}\n')
    parsed = json.loads(done.stdout)
    assert parsed["intent"] == {"name": "greet", "confidence": 1.0}
    assert parsed["entities"][0]["value"] == "李"


def test_the_terminal_has_a_prompt_and_buttons_that_are_picked_by_number(project: Path, tmp_path: Path) -> None:
    keyboard, terminal = pty.openpty()
    shell = subprocess.Popen(
        [sys.executable, "-m", "bot", "shell"],
        cwd=project,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment(XDG_STATE_HOME=str(tmp_path), TERM="xterm"),
        start_new_session=True,
    )
    os.close(terminal)
    try:
        seen = _read_until(keyboard, "/stop ends.")
        os.write(keyboard, b"/cancel_order\r")
        seen += _read_until(keyboard, "确定")
        os.write(keyboard, b"1\r")
        seen += _read_until(keyboard, "已取消。")
        os.write(keyboard, b"/stop\r")
        assert shell.wait(20) == 0, seen
    finally:
        shell.kill()
        os.close(keyboard)
    assert "/cancel_order" in (tmp_path / "kefu" / "shell_history").read_text(encoding="utf-8")


def test_test_stories_that_pass(project: Path) -> None:
    done = bot("test", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 conversations passed" in done.stdout
    report = json.loads((project / "results" / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["accuracy"] == 1.0


def test_a_failing_test_story_fails_the_command_and_is_written(tmp_path: Path) -> None:
    write_project(
        tmp_path, **{"tests/test_all": TESTS.replace("[已取消]", "[已退款]").replace("utter_sure", "utter_done")}
    )
    done = bot("test", cwd=tmp_path)
    assert done.returncode == 1
    assert "1 of 2 conversations passed" in done.stdout
    failed = (tmp_path / "results" / "failed_test_stories.yml").read_text(encoding="utf-8")
    assert "- action: utter_done  # predicted: utter_sure" in failed
    assert "greeting" not in failed


@contextlib.contextmanager
def serving(project: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bot", "run", "-i", "127.0.0.1", "-p", str(port), *arguments]
    server = subprocess.Popen(command, cwd=project, env=environment(), stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"{url}/version")
                break
            assert server.poll() is None, server.stderr and server.stderr.read()
            time.sleep(0.1)
        yield url, server
    finally:
        server.kill()
        server.wait(10)


def test_the_server_talks_and_stops_when_told(project: Path) -> None:
    with serving(project, "--enable-api") as (url, server):
        answer = httpx.post(f"{url}/webhooks/rest/webhook", json={"sender": "li", "message": "/greet"})
        assert answer.json() == [{"recipient_id": "li", "text": "您好!"}]
        assert httpx.get(f"{url}/status").json()["model_file"].endswith(".tar.gz")
        assert httpx.get(f"{url}/conversations/li/tracker").json()["latest_action_name"] == "action_listen"
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) in (0, -signal.SIGTERM)


def test_without_the_api_only_the_channels_are_served_and_a_token_guards_it(project: Path) -> None:
    with serving(project) as (url, _):
        assert httpx.get(f"{url}/status").status_code == 404
        assert httpx.get(url, headers={"accept": "text/html"}).status_code == 200
    with serving(project, "--enable-api", "-t", "geheim") as (url, _):
        assert httpx.get(f"{url}/status").status_code == 401
        assert httpx.get(f"{url}/status?token=geheim").status_code == 200


def _read_until(keyboard: int, wanted: str, *, seconds: float = 30) -> str:
    seen = b""
    until = time.monotonic() + seconds
    while wanted.encode() not in seen:
        ready, _, _ = select.select([keyboard], [], [], max(until - time.monotonic(), 0))
        assert ready, f"{wanted!r} did not come: {seen.decode(errors='replace')}"
        seen += os.read(keyboard, 65536)
    return seen.decode(errors="replace")
