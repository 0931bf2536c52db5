from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from nlu_models.batching import BatcherClosedError, MicroBatcher


class Doubler:
    """Doubles numbers; holds its first batch back until `go` is set, so that others gather behind it."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()
        self.busy = threading.Event()

    def predict(self, batch: Sequence[int]) -> list[int]:
        self.batches.append(list(batch))
        self.busy.set()
        self.go.wait(5)
        if 13 in batch:
            raise ValueError("unlucky")
        return [2 * item for item in batch]


def test_what_arrives_during_a_batch_becomes_the_next_one() -> None:
    backend = Doubler()
    with MicroBatcher[int, int](backend, max_batch=4) as batcher:
        futures: list[Future[int]] = [batcher.submit(0)]
        backend.busy.wait(5)
        futures += [batcher.submit(item) for item in range(1, 7)]
        backend.go.set()
        assert [future.result(5) for future in futures] == [0, 2, 4, 6, 8, 10, 12]
    assert backend.batches == [[0], [1, 2, 3, 4], [5, 6]]


def test_threads_and_coroutines_get_their_own_answers() -> None:
    backend = Doubler()
    backend.go.set()

    async def many(batcher: MicroBatcher[int, int]) -> list[int]:
        return await asyncio.gather(*(batcher.predict_async(item) for item in range(20, 40)))

    with MicroBatcher[int, int](backend) as batcher:
        assert asyncio.run(many(batcher)) == list(range(40, 80, 2))
        assert batcher.predict(4) == 8


def test_a_failing_batch_fails_its_callers_and_no_others() -> None:
    backend = Doubler()
    backend.go.set()
    with MicroBatcher[int, int](backend) as batcher:
        with pytest.raises(ValueError, match="unlucky"):
            batcher.predict(13)
        assert batcher.predict(1) == 2


def test_a_backend_that_loses_an_answer_is_found_out() -> None:
    class Forgetful:
        def predict(self, batch: Sequence[int]) -> list[int]:
            return []

    with MicroBatcher[int, int](Forgetful()) as batcher, pytest.raises(RuntimeError, match="0 answers to 1 items"):
        batcher.predict(1)


def test_a_cancelled_item_is_dropped() -> None:
    backend = Doubler()
    with MicroBatcher[int, int](backend) as batcher:
        first = batcher.submit(1)
        backend.busy.wait(5)
        waiting = batcher.submit(2)
        assert waiting.cancel()
        backend.go.set()
        assert first.result(5) == 2
        assert batcher.predict(3) == 6
    assert [2] not in backend.batches


def test_closing_answers_what_waits_and_then_refuses() -> None:
    backend = Doubler()
    batcher = MicroBatcher[int, int](backend)
    futures = [batcher.submit(item) for item in range(3)]
    backend.go.set()
    batcher.close()
    assert [future.result(0) for future in futures] == [0, 2, 4]
    with pytest.raises(BatcherClosedError):
        batcher.submit(1)
