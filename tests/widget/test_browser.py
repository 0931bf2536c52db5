"""The demo shop that `bot run` serves, in Debian's Chromium."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.running import bot, environment, write_project
from tests.widget.browsing import say

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    project = write_project(tmp_path_factory.mktemp("tiny"))
    assert bot("train", cwd=project).returncode == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bot", "run", "-p", str(port)]
    server = subprocess.Popen(
        command, cwd=project, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


def test_a_customer_chats_on_the_page_with_words_and_buttons(page: Any, url: str) -> None:
    page.goto(url)
    log = page.get_by_role("log")
    say(page, "/greet")
    log.get_by_text("您好!").wait_for(timeout=15_000)
    say(page, "/cancel_order")
    log.get_by_role("button", name="确定").click(timeout=15_000)
    log.locator(".me", has_text="确定").wait_for()
    assert "Sure?" in log.inner_text()


def test_what_was_said_is_there_again_after_a_reload(page: Any, url: str) -> None:
    page.goto(url)
    say(page, "/greet")
    page.get_by_role("log").get_by_text("您好!").wait_for(timeout=15_000)
    page.reload()
    page.get_by_role("log").get_by_text("您好!").wait_for(timeout=15_000)


def test_html_in_a_message_is_text(page: Any, url: str) -> None:
    page.goto(url)
    say(page, "<img src=x onerror=\"document.title='owned'\">")
    page.get_by_role("log").get_by_text("<img src=x").wait_for(timeout=15_000)
    assert page.title() != "owned"
