"""The understanding as a Ray Serve application: `bot.inference.deployment:application` in a Serve config.

Imported only where Ray is.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from ray import serve
from ray.serve import Application

from bot.message import Understanding

NAME = "Understanding"
ONGOING = 256
"""How many messages a replica takes on: enough that the next batch is full while one is computed."""


class Arguments(BaseModel):
    """`project` is a folder on the replicas' machines, `model` an archive; without one, the newest of `models/`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str = "."
    model: str | None = None


class Batching(BaseModel):
    """The deployment's `user_config`: it can be changed while replicas serve."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_batch: int = 32
    wait_ms: float = 0.0


class Replica:
    """One copy of a trained pipeline."""

    def __init__(self, arguments: Arguments) -> None:
        from bot.assembly import open_pipeline

        model = Path(arguments.model) if arguments.model else None
        self._pipeline, self._model_id = open_pipeline(Path(arguments.project), model=model)

    def reconfigure(self, given: dict[str, Any]) -> None:
        batching = Batching.model_validate(given)
        self._together.set_max_batch_size(batching.max_batch)
        self._together.set_batch_wait_timeout_s(batching.wait_ms / 1000)

    async def __call__(self, text: str) -> Understanding:
        found: Understanding = await self._together(text)
        return found

    def model_id(self) -> str:
        """Which model this is."""
        return self._model_id

    @serve.batch  # type: ignore[untyped-decorator]
    async def _together(self, texts: list[str]) -> list[Understanding]:
        """What waits, in one forward pass; meanwhile the next messages gather."""
        found = await asyncio.to_thread(self._pipeline.parse_batch, texts)
        return [replace(understanding, notes={}) for understanding in found]


Deployment = serve.deployment(
    name=NAME, max_ongoing_requests=ONGOING, user_config=Batching().model_dump(), health_check_period_s=5
)(Replica)


def application(args: dict[str, Any]) -> Application:
    """What a Serve config imports; its `args` are those of `Arguments`, the rest stands under `deployments`."""
    return Deployment.bind(Arguments.model_validate(args))
