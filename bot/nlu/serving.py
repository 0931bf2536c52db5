"""A pipeline that answers many callers: what arrives while it is busy is understood together."""

from __future__ import annotations

from collections.abc import Sequence

from bot.message import Understanding
from bot.nlu.payload import read_payload
from bot.nlu.pipeline import Pipeline
from nlu_models.batching import MicroBatcher


class ServedPipeline:
    """A trained pipeline behind a micro-batcher: its models run in one thread, whatever the number of conversations."""

    def __init__(self, pipeline: Pipeline, *, max_batch: int = 32) -> None:
        self._pipeline = pipeline
        self._batcher: MicroBatcher[tuple[str, str], Understanding] = MicroBatcher(
            self, max_batch=max_batch, name="nlu"
        )

    async def parse(self, text: str) -> Understanding:
        """What `text` means. A payload such as `/greet` needs no model and waits for none."""
        return await self.parse_answer(text, "")

    async def parse_answer(self, text: str, said: str) -> Understanding:
        """What `text` means as an answer to what the assistant has `said`."""
        payload = read_payload(text, self._pipeline.intents)
        return payload if payload is not None else await self._batcher.predict_async((text, said))

    def predict(self, messages: Sequence[tuple[str, str]], /) -> list[Understanding]:
        """What the micro-batcher calls, in its own thread: for each message its text and what was said before."""
        return self._pipeline.parse_batch([text for text, _ in messages], [said for _, said in messages])

    def close(self) -> None:
        """Answer what has been asked, then stop."""
        self._batcher.close()
