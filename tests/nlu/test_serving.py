"""One pipeline, many conversations at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.message import Intent, Understanding
from bot.nlu.base import Component
from bot.nlu.pipeline import Pipeline
from bot.nlu.serving import ServedPipeline


class Slow(Component):
    """Understands nothing before it is let go; remembers which messages it got together."""

    def __init__(self) -> None:
        super().__init__(self.Config(), language="zh", root=Path())
        self.busy, self.go = threading.Event(), threading.Event()
        self.batches: list[list[str]] = []

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        self.batches.append([each.text for each in batch])
        self.busy.set()
        assert self.go.wait(10)
        return [replace(each, intent=Intent(each.text.upper(), 1.0)) for each in batch]


def test_messages_that_arrive_while_it_is_busy_are_understood_together() -> None:
    slow = Slow()
    served = ServedPipeline(Pipeline([slow], {"greet"}))
    asyncio.run(_four_callers(served, slow))
    assert slow.batches == [["first"], ["a", "b", "c"]]
    served.close()


async def _four_callers(served: ServedPipeline, slow: Slow) -> None:
    first = asyncio.create_task(served.parse("first"))
    assert await asyncio.to_thread(slow.busy.wait, 10)
    others = [asyncio.create_task(served.parse(text)) for text in ("a", "b", "c")]
    assert (await served.parse("/greet")).intent.name == "greet"  # waits for no model
    slow.go.set()
    assert [(await each).intent.name for each in (first, *others)] == ["FIRST", "A", "B", "C"]
