"""What the browser tests share: Debian's Chromium, the shop's page in it, and a line that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
# A page that a test makes up has no address, and would be taken for one of the internet that reaches for this machine.
QUIET += ["--disable-features=LocalNetworkAccessChecks"]
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"
SOON_MS = 15_000


def say(page: Any, text: str) -> None:
    """Write a message and press Enter."""
    page.locator("bot-chat textarea").fill(text)
    page.keyboard.press("Enter")


def log(page: Any) -> Any:
    return page.get_by_role("log")


def wait_for(page: Any, text: str) -> None:
    log(page).get_by_text(text).last.wait_for(timeout=SOON_MS)


def messages(page: Any) -> list[str]:
    """The bubbles of the log in order, without what is for screen readers only."""
    bubbles = log(page).locator(".bubble:not(.draft)")
    found: list[str] = bubbles.evaluate_all(
        "bubbles => bubbles.map(b => [...b.childNodes].filter(n => n.className !== 'unseen').map(n => n.textContent).join(''))"
    )
    return found


def picture(page: Any, name: str) -> None:
    """A picture for the documentation, when KEFU_PICTURES asks for them."""
    if os.environ.get("KEFU_PICTURES"):
        page.screenshot(path=PICTURES / f"{name}.png")


class Line:
    """A line to a server that can be cut, as a phone's connection is, and mended."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._carry, "127.0.0.1", 0), self._loop
        ).result(10)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    def cut(self) -> None:
        """Everything that is open breaks off, and nothing new gets through."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self._is_cut = True
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _end(self) -> None:
        self._server.close()
        self._break()
        carrying = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*carrying, return_exceptions=True)

    def _break(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        both = {writer, back}
        self._writers |= both
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
        self._writers -= both


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


@contextlib.contextmanager
def cut(line: Line) -> Iterator[None]:
    """No connection inside."""
    line.cut()
    yield
    line.mend()
