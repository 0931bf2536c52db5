"""The whole ASGI application: the demo shop, the channels, and with `enable_api` Rasa's HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.channels.base import Channel
from bot.server.channels import channels
from bot.server.delivery import Delivery
from bot.server.metrics import Metrics
from bot.server.operation import operation_routes
from bot.server.page import pages
from bot.server.problems import ApiError, on_api_error, on_bug, on_http_error
from bot.server.protection import BodyLimit, BrowserHeaders
from bot.server.running import NotLoadedError, Running
from bot.server.settings import Settings
from bot.server.timeouts import ResponseTimeout
from bot.server.version import MINIMUM_COMPATIBLE_VERSION, RASA_VERSION

THREADS = 64


def create_app(running: Running, settings: Settings) -> Starlette:
    """The application that serves what `running` holds. Finishes open turns and closes it on shutdown."""
    served = channels(
        running.handle, settings.credentials, root=settings.root, redis=settings.redis, outbox=running.outbox()
    )
    delivery = Delivery(served)
    running.speak_through(delivery.push)
    metrics = Metrics()
    running.observe_through(metrics)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # Turns that wait for a database's lock must not hold all threads: the one that has it needs one to go on.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="turn"))
        warming_up = asyncio.create_task(running.warm_up())
        if settings.model_server is not None:
            running.follow(settings.model_server)
        try:
            yield
        finally:
            warming_up.cancel()
            for channel in served:
                close = getattr(channel, "close", None)
                if close is not None:
                    await close()
            await running.close()

    return Starlette(
        routes=[*operation_routes(running, metrics), *_routes(running, settings, served, delivery)],
        middleware=_middleware(settings),
        exception_handlers={
            ApiError: on_api_error,
            HTTPException: on_http_error,
            NotLoadedError: _not_loaded,
            Exception: on_bug,
        },
        lifespan=lifespan,
    )


def _routes(running: Running, settings: Settings, served: Sequence[Channel], delivery: Delivery) -> list[BaseRoute]:
    routes: list[BaseRoute] = [*pages()]
    for channel in served:
        routes += channel.routes()
    if settings.enable_api:
        from bot.server.api import create_api

        routes.append(Route("/version", _version))
        routes.append(Mount("/", create_api(running, settings.auth, delivery)))
    return routes


def _middleware(settings: Settings) -> list[Middleware]:
    always = [
        Middleware(BrowserHeaders, is_secure=settings.is_secure),
        Middleware(ResponseTimeout, seconds=settings.response_seconds),
        Middleware(BodyLimit),
    ]
    if not settings.cors:
        return always
    cors = Middleware(
        CORSMiddleware,
        allow_origins=[origin for origin in settings.cors if origin != "*"],
        # Widgets that send credentials along, as Socket.IO's earlier clients do, want their own origin in the answer.
        allow_origin_regex=".*" if "*" in settings.cors else None,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["filename"],
    )
    return [cors, *always]


async def _version(_: Request) -> Response:
    return JSONResponse({"version": RASA_VERSION, "minimum_compatible_version": MINIMUM_COMPATIBLE_VERSION})


async def _not_loaded(_: Request, __: Exception) -> Response:
    return ApiError(
        409, "Conflict", "No agent loaded. To continue processing, a model of a trained agent is needed."
    ).response()
