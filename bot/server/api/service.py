"""What the server serves: status and domain."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.actions.domain_json import domain_json
from bot.server.problems import ApiError
from bot.server.running import Running


def service_routes(running: Running) -> APIRouter:
    router = APIRouter(tags=["Server Information"])

    @router.get("/status")
    async def status() -> dict[str, Any]:
        """The model that is loaded, and how many trainings are under way."""
        assistant = running.assistant
        return {
            "model_file": assistant.model.name if assistant.model else "",
            "model_id": assistant.event_metadata.get("model_id"),
            "num_active_training_jobs": running.training_jobs,
        }

    @router.get("/domain", tags=["Domain"])
    async def domain(request: Request) -> Response:
        """The domain, as JSON or YAML, whichever the request accepts. With the ETag of an earlier answer in
        `If-None-Match`, 304 says that it is still the same."""
        shape = domain_json(running.assistant.domain)
        accepted = request.headers.get("accept", "application/json")
        if "yaml" in accepted or "yml" in accepted:
            return _tagged(request, Response(_yaml(shape), media_type="application/x-yaml"))
        if "json" in accepted or "*/*" in accepted:
            return _tagged(request, JSONResponse(shape))
        raise ApiError(406, "NotAcceptable", "The domain is served as application/json or application/x-yaml.")

    return router


def _tagged(request: Request, response: Response) -> Response:
    """The response with a tag of what it holds; without what it holds when the client has it already."""
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    headers = {"etag": tag, "vary": "Accept"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _yaml(shape: dict[str, Any]) -> str:
    import json

    import yaml

    plain = json.loads(json.dumps(shape, default=str))
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
