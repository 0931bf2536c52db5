"""The assistant that is being served, and its exchange for another while messages come in."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.message import Message, Reply
from bot.stores.counted_locks import CountedLocks
from bot.trace import span

if TYPE_CHECKING:
    from bot.assistant import Assistant, Push
    from bot.server.metrics import Metrics
    from bot.stores.model_server import ModelServer
    from bot.stores.sql_outbox import SqlOutbox

logger = logging.getLogger(__name__)

_NOBODY = "readyz"
"""A conversation that never takes place: reading it tells whether conversations can be read."""


class NotLoadedError(Exception):
    """No model is loaded: it was unloaded, or there has never been one."""


class Running:
    """Holds the assistant. A turn that has begun ends with the assistant that it began with.

    The assistants share conversations, locks, reminders and the event broker: none of them ends with a model.
    """

    def __init__(self, assistant: Assistant | None, *, load: Callable[[Path], Assistant] | None = None) -> None:
        """`load` makes an assistant from a model archive, for `PUT /model` and the model server."""
        self._assistant = assistant
        self._latest = assistant
        self._load = load
        self._push: Push | None = None
        self._metrics: Metrics | None = None
        self._is_closing = False
        self._swapping = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self._pulling: asyncio.Task[None] | None = None
        self.training_jobs = 0
        if assistant is not None and hasattr(assistant, "locks"):
            _counted(assistant)

    def speak_through(self, push: Push) -> None:
        """Send what reminders say through `push`, now and after every exchange."""
        self._push = push
        if self._assistant is not None:
            self._assistant.push = push

    def observe_through(self, metrics: Metrics) -> None:
        """Count every turn, now and after every exchange."""
        self._metrics = metrics
        if self._assistant is not None:
            self._assistant.observe = metrics.trace

    @property
    def assistant(self) -> Assistant:
        if self._assistant is None:
            raise NotLoadedError
        return self._assistant

    @property
    def is_loaded(self) -> bool:
        return self._assistant is not None

    async def handle(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
        started, outcome = time.perf_counter(), "failed"
        try:
            with span("turn"):
                replies = await self.assistant.handle(message, output_channel=output_channel)
            outcome = "answered"
        finally:
            if self._metrics is not None:
                self._metrics.turn(time.perf_counter() - started, outcome=outcome)
        return replies

    async def trouble(self) -> str:
        """Why customers cannot be answered now; empty when they can."""
        if self._is_closing:
            return "the server is closing"
        if self._assistant is None:
            return "no model is loaded"
        try:
            await self._assistant.tracker(_NOBODY)
        except Exception as error:  # noqa: BLE001 - stores raise whatever their drivers raise
            logger.warning("The conversations cannot be reached: %s", error)
            return "the conversations cannot be reached"
        return ""

    def outbox(self) -> SqlOutbox | None:
        """Where replies are kept with the conversations they belong to: in their SQL database, if they have one."""
        from bot.stores.sql import SqlTrackerStore
        from bot.stores.sql_outbox import SqlOutbox

        store = getattr(self._assistant, "store", None)
        return SqlOutbox(store) if isinstance(store, SqlTrackerStore) else None

    async def warm_up(self) -> None:
        """Load what the first answers do not need; see `Assistant.warm_up`."""
        warm_up = getattr(self._assistant, "warm_up", None)
        if warm_up is not None:
            await warm_up()

    async def swap(self, model: Path) -> None:
        """Load another model beside the one that serves, then let new turns begin with it.

        Raises what loading raises; the present model then goes on serving.
        """
        if self._load is None:
            raise NotLoadedError
        async with self._swapping:
            assistant = await asyncio.to_thread(self._load, model)
            before = self._latest
            if before is not None:
                turns = _counted(before)
                assistant.take_over(before)
                assistant.locks = turns.inner
                self._retire(before, turns)
            _counted(assistant)
            assistant.push = self._push
            assistant.observe = self._metrics.trace if self._metrics else None
            self._assistant = self._latest = assistant

    def follow(self, server: ModelServer) -> None:
        """From now on, exchange the model whenever this server has another; it replaces the server followed so far."""
        if self._pulling is not None:
            self._pulling.cancel()
        self._pulling = asyncio.create_task(server.keep_pulling(self.swap))

    def unload(self) -> None:
        """Answer no more messages; a model that is loaded later goes on with the conversations."""
        self._assistant = None

    async def close(self) -> None:
        self._is_closing = True
        if self._pulling is not None:
            self._pulling.cancel()
        await asyncio.gather(*self._retiring)
        if self._latest is not None:
            await self._latest.close()

    def _retire(self, assistant: Assistant, turns: CountedLocks) -> None:
        """Close what belongs to a model when the last of its turns has ended."""

        async def retire() -> None:
            await turns.idle()
            try:
                await assistant.close_model()
            except Exception:
                # Its successor is serving already, and nobody waits for this: without the log it would be lost.
                logger.exception("The model that was exchanged could not be closed.")

        task = asyncio.create_task(retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


def _counted(assistant: Assistant) -> CountedLocks:
    """The assistant's locks, which from now on know how many turns are open."""
    if not isinstance(assistant.locks, CountedLocks):
        assistant.locks = CountedLocks(assistant.locks)
    return assistant.locks
