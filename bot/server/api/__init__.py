"""Rasa's HTTP API, with an OpenAPI page at /docs."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import KefuError
from bot.server.api.conversations import conversation_routes
from bot.server.api.description import describe
from bot.server.api.docs_page import docs_page
from bot.server.api.models import model_routes
from bot.server.api.service import service_routes
from bot.server.api.testing import testing_routes
from bot.server.api.wording import wording_routes
from bot.server.auth import Auth
from bot.server.delivery import Delivery
from bot.server.problems import ApiError, on_api_error, on_bug, on_http_error, on_kefu_error
from bot.server.running import NotLoadedError, Running
from bot.server.version import RASA_VERSION


def create_api(running: Running, auth: Auth, delivery: Delivery) -> ASGIApp:
    """The API as an application of its own; every path but the description asks `auth`."""
    api = FastAPI(
        title="Kefu HTTP API",
        description="The HTTP API of Rasa 3, served by Kefu.",
        version=RASA_VERSION,
        strict_content_type=False,
        docs_url=None,
        redoc_url=None,
    )
    api.add_exception_handler(ApiError, on_api_error)
    api.add_exception_handler(HTTPException, on_http_error)
    api.add_exception_handler(RequestValidationError, _on_invalid)
    api.add_exception_handler(NotLoadedError, _on_not_loaded)
    api.add_exception_handler(KefuError, on_kefu_error)
    api.add_exception_handler(Exception, on_bug)
    for router in (
        service_routes(running),
        conversation_routes(running, delivery),
        model_routes(running),
        testing_routes(running),
        wording_routes(running),
    ):
        api.include_router(router, dependencies=[Depends(auth.check)])
    describe(api)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return docs_page(api.openapi())

    return _FormsAreJson(api)


class _FormsAreJson:
    """Reads what curl calls a form as JSON: nothing here takes forms, and Rasa never looked at the content type."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = [
                (name, b"application/json" if value.startswith(b"application/x-www-form-urlencoded") else value)
                if name == b"content-type"
                else (name, value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [{"where": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
    text = "; ".join(f"{each['where']}: {each['message']}" for each in found)
    first = error.errors()[0]["loc"]
    details = {"parameter": str(first[-1]) if len(first) > 1 else "", "in": str(first[0]), "problems": found}
    return ApiError(400, "BadRequest", f"The request cannot be read: {text}", details).response()


async def _on_not_loaded(_: Request, __: Exception) -> Response:
    return ApiError(
        409, "Conflict", "No agent loaded. To continue processing, a model of a trained agent is needed."
    ).response()
