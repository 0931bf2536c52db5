"""A real server on a free port, with an assistant that echoes, for tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import uvicorn

from bot.message import Message, Reply
from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings
from bot.speaking import listening


@dataclass
class Echo:
    """Says back what it hears; `slow` takes a moment, `fail` raises, `drafts` words in two steps."""

    heard: list[Message] = field(default_factory=list)

    async def handle(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
        self.heard.append(message)
        if message.text.startswith("slow"):
            await asyncio.sleep(0.2)
        if message.text == "fail":
            raise RuntimeError("no luck")
        if message.text == "drafts":
            await asyncio.to_thread(_draft, "One.", "One. Two.")
        if message.text == "buttons":
            return [Reply("选一个", buttons=({"title": "好", "payload": "/affirm"},))]
        return [Reply(f"{message.text}!\n\n再见")]

    async def close(self) -> None:
        pass


def _draft(*texts: str) -> None:
    """As the thread of a model does."""
    tell = listening.get()
    assert tell is not None
    for text in texts:
        tell(text)


@dataclass
class Served:
    url: str
    assistant: Any
    server: uvicorn.Server

    @property
    def ws(self) -> str:
        return self.url.replace("http", "ws") + "/ws"


def serve(assistant: Any, settings: Settings) -> Iterator[Served]:
    app = create_app(Running(cast(Any, assistant)), settings)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", assistant, server)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()
