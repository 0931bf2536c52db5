"""Many callers, one forward pass: a thread that gathers what arrives together and answers it as one batch.

While one batch is computed the next one gathers by itself, so under load batches are full without any waiting, and a
single message is answered at once. Anything with `predict(batch)` can stand behind it: a model in this process, a Ray
Serve deployment, a fake in a test.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item", contravariant=True)
Answer = TypeVar("Answer", covariant=True)
I = TypeVar("I")  # noqa: E741
A = TypeVar("A")


class Backend(Protocol[Item, Answer]):
    """Answers several items at once: one answer for each, in their order."""

    def predict(self, batch: Sequence[Item], /) -> Sequence[Answer]: ...


@dataclass(frozen=True)
class _Request(Generic[I, A]):
    item: I
    future: Future[A]


class BatcherClosedError(RuntimeError):
    """Something was submitted to a batcher that has been closed."""


class MicroBatcher(Generic[I, A]):
    """Gathers items of concurrent callers into batches of at most `max_batch` for `backend`.

    Use it as a context manager, or call `close`. An item's caller gets the exception its batch failed with.
    """

    def __init__(self, backend: Backend[I, A], *, max_batch: int = 32, name: str = "micro-batcher") -> None:
        self._backend = backend
        self._max_batch = max_batch
        self._queue: queue.SimpleQueue[_Request[I, A] | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, item: I) -> Future[A]:
        """Hand in an item; its answer comes in the future. Raises `BatcherClosedError` after `close`."""
        request = _Request[I, A](item, Future())
        with self._lock:
            if self._closed:
                raise BatcherClosedError("this batcher has been closed")
            self._queue.put(request)
        return request.future

    def predict(self, item: I) -> A:
        """The answer to one item, waiting for it in this thread."""
        return self.submit(item).result()

    async def predict_async(self, item: I) -> A:
        """The answer to one item, without blocking the event loop; cancelling drops the item if it still waits."""
        return await asyncio.wrap_future(self.submit(item))

    def close(self) -> None:
        """Answer what was submitted, then stop the thread. May be called again."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> MicroBatcher[I, A]:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _work(self) -> None:
        while (batch := self._gather()) is not None:
            self._answer([request for request in batch if request.future.set_running_or_notify_cancel()])

    def _gather(self) -> list[_Request[I, A]] | None:
        """Everything that waits, up to the limit; blocks for the first. None when closed and empty."""
        first = self._queue.get()
        if first is None:
            return None
        batch = [first]
        while len(batch) < self._max_batch:
            try:
                request = self._queue.get_nowait()
            except queue.Empty:
                break
            if request is None:
                self._queue.put(None)  # the end is only for the next round: this one is still answered
                break
            batch.append(request)
        return batch

    def _answer(self, batch: list[_Request[I, A]]) -> None:
        if not batch:
            return
        try:
            answers = self._backend.predict([request.item for request in batch])
            if len(answers) != len(batch):
                raise RuntimeError(f"the backend gave {len(answers)} answers to {len(batch)} items")
        except BaseException as error:  # noqa: BLE001 - it belongs to the callers, and the thread must live on
            for request in batch:
                request.future.set_exception(error)
            return
        for request, answer in zip(batch, answers, strict=True):
            request.future.set_result(answer)
