"""A batch cut into shards whose gradients are computed side by side, one CPU core each.

One torch operation on a short batch is too small to be shared by cores: waiting for each other after each of a thousand
operations costs more than the second core gains. Whole shards wait for each other once a step.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn

from nlu_models.devices import use_threads_here

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

_here = threading.local()


class Dropout(nn.Module):
    """Dropout whose randomness is that of the shard being computed, so the same seed gives the same masks."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, features: Tensor) -> Tensor:
        """`features` with `share` of them zero and the others scaled up; unchanged outside of training."""
        if not self.training or not self.share:
            return features
        kept = torch.empty_like(features).bernoulli_(1 - self.share, generator=getattr(_here, "generator", None))
        return features * kept.div_(1 - self.share)


class Shards:
    """`count` threads with one torch thread each; with a count of one everything happens in the calling thread."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self._generators = [torch.Generator().manual_seed(seed * 1009 + index) for index in range(count)]
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="shard") if count > 1 else None

    def __enter__(self) -> Shards:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._threads is not None:
            self._threads.shutdown()

    def cut(self, batch: Sequence[T]) -> list[Sequence[T]]:
        """At most `count` parts of nearly equal size, each every `count`-th member: lengths are spread evenly."""
        return [part for index in range(self.count) if (part := batch[index :: self.count])]

    def run(self, work: Callable[[Any], T], parts: Sequence[Any]) -> list[T]:
        """`work(part)` for every part, side by side; results in the order of `parts`."""
        if self._threads is None:
            return [work(part) for part in parts]
        waiting = [self._threads.submit(self._alone, index, work, part) for index, part in enumerate(parts)]
        return [each.result() for each in waiting]

    def _alone(self, index: int, work: Callable[[Any], T], part: Any) -> T:
        if not hasattr(_here, "generator"):
            use_threads_here(1)
        _here.generator = self._generators[index % self.count]
        return work(part)
