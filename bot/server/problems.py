"""Errors of the HTTP API, in Rasa's JSON shape."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot import __version__
from bot.errors import KefuError

log = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer other than 2xx. `reason` is Rasa's short name of the kind, such as `BadRequest`."""

    def __init__(self, status: int, reason: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details = dict(details or {})

    def response(self) -> Response:
        body = {
            "version": __version__,
            "status": "failure",
            "message": self.message,
            "reason": self.reason,
            "details": self.details,
            "help": None,
            "code": self.status,
        }
        return JSONResponse(body, self.status)


async def on_api_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.response()


async def on_http_error(_: Request, error: Exception) -> Response:
    """404, 405 and such, raised by the router."""
    assert isinstance(error, HTTPException)
    response = ApiError(error.status_code, _REASONS.get(error.status_code, "HTTPError"), error.detail).response()
    response.headers.update(error.headers or {})
    return response


async def on_kefu_error(_: Request, error: Exception) -> Response:
    """What cannot be done as asked; the message is meant for users."""
    assert isinstance(error, KefuError)
    return ApiError(400, "BadRequest", str(error)).response()


async def on_bug(request: Request, error: Exception) -> Response:
    """What nobody expected: the operator gets the traceback, the client an honest 500."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return ApiError(
        500, "UnexpectedError", "An unexpected error occurred; the server's log has the details."
    ).response()


_REASONS = {400: "BadRequest", 404: "NotFound", 405: "MethodNotAllowed", 413: "TooLarge", 415: "UnsupportedMediaType"}
