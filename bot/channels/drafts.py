"""Replies in the making, from the thread that words them to a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.speaking import listening


@asynccontextmanager
async def drafts_to(send: Callable[[str], Awaitable[None]]) -> AsyncIterator[None]:
    """Inside, the texts that the turn of this task is wording go to `send` as they grow; after it nothing comes."""
    loop = asyncio.get_running_loop()
    drafts: asyncio.Queue[str | None] = asyncio.Queue()

    async def pass_on() -> None:
        while (text := await drafts.get()) is not None:
            await send(text)

    def hear(text: str) -> None:
        loop.call_soon_threadsafe(drafts.put_nowait, text)

    passing = asyncio.create_task(pass_on())
    token = listening.set(hear)
    try:
        yield
    finally:
        listening.reset(token)
        drafts.put_nowait(None)
        await passing
