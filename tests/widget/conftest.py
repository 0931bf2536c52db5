from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.server.settings import Settings
from tests.channels.serving import Served, serve
from tests.widget.browsing import CHROMIUM, QUIET, Line
from tests.widget.desk import Desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    """One customer's browser; its tabs share what is kept."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context: Any) -> Any:
    return context.new_page()


@pytest.fixture
def desk() -> Iterator[Served]:
    yield from serve(Desk(), Settings())


@pytest.fixture
def line(desk: Served) -> Iterator[Line]:
    with ExitStack() as stack:
        line = Line(int(desk.url.rsplit(":", 1)[1]))
        stack.callback(line.close)
        yield line
