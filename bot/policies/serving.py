"""An ensemble that many conversations ask: those that ask while it is busy are predicted together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.policies.base import Prediction
from bot.policies.ensemble import Ensemble
from bot.tracker import Tracker
from nlu_models.batching import MicroBatcher


class ServedEnsemble:
    """An ensemble behind a micro-batcher, for conversations of one domain.

    Policies without a model are asked at once. A project's own policy may take as long as it likes: with one, each
    conversation is predicted in a thread of its own.
    """

    def __init__(self, ensemble: Ensemble, *, max_batch: int = 32) -> None:
        self.ensemble = ensemble
        is_together = ensemble.is_heavy and ensemble.is_batched
        self._batcher: MicroBatcher[Tracker, Prediction] | None = (
            MicroBatcher(self, max_batch=max_batch, name="policies") if is_together else None
        )

    async def decide(self, tracker: Tracker) -> Prediction:
        """The prediction to follow."""
        if self._batcher is not None:
            return await self._batcher.predict_async(tracker)
        if self.ensemble.is_heavy:
            return await asyncio.to_thread(self.ensemble.predict, tracker, tracker.domain)
        return self.ensemble.predict(tracker, tracker.domain)

    def predict(self, trackers: Sequence[Tracker], /) -> list[Prediction]:
        """What the micro-batcher calls, in its own thread."""
        return self.ensemble.predict_batch(trackers, trackers[0].domain)

    def close(self) -> None:
        """Answer what has been asked, then stop."""
        if self._batcher is not None:
            self._batcher.close()
