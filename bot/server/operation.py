"""The paths for those who run the server: `/healthz` is alive, `/readyz` can answer customers, `/metrics`."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.server.metrics import Metrics
from bot.server.running import Running


def operation_routes(running: Running, metrics: Metrics) -> Sequence[BaseRoute]:
    async def ready(_: Request) -> Response:
        """503 without a model, while the process ends, and while the conversations cannot be reached."""
        trouble = await running.trouble()
        return PlainTextResponse(trouble, 503) if trouble else PlainTextResponse("ready")

    return [Route("/healthz", _alive), Route("/readyz", ready), Route("/metrics", metrics.page)]


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok")
