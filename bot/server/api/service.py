"""What the server serves: status and domain."""

from __future__ import annotations

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
        """The domain, as JSON or YAML, whichever the request accepts."""
        shape = domain_json(running.assistant.domain)
        accepted = request.headers.get("accept", "application/json")
        if "yaml" in accepted or "yml" in accepted:
            return Response(_yaml(shape), media_type="application/x-yaml")
        if "json" in accepted or "*/*" in accepted:
            return JSONResponse(shape)
        raise ApiError(406, "NotAcceptable", "The domain is served as application/json or application/x-yaml.")

    return router


def _yaml(shape: dict[str, Any]) -> str:
    import json

    import yaml

    plain = json.loads(json.dumps(shape, default=str))
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
