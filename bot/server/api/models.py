"""Models: parsing, predicting, exchanging and training them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bot.errors import KefuError
from bot.event_json import events_from_dicts
from bot.events import FULL_RETRIEVAL
from bot.message import Understanding
from bot.server.api.bodies import NewModel, TextToParse
from bot.server.api.callbacks import answered
from bot.server.api.documents import WHOLE_PROJECT
from bot.server.api.emulation import emulated
from bot.server.api.model_sources import NO_SOURCE, follow
from bot.server.api.testing import CallbackUrl
from bot.server.api.training import train_from_yaml
from bot.server.problems import ApiError
from bot.server.running import Running
from bot.stores.model_archive import PULLED
from bot.tracker import EventVerbosity, Tracker

Shape = dict[str, Any]


def model_routes(running: Running) -> APIRouter:
    router = APIRouter(prefix="/model", tags=["Model"])

    @router.post("/parse")
    async def parse(
        body: TextToParse,
        emulation_mode: Annotated[str | None, Query(description="WIT, LUIS or DIALOGFLOW: answer as they do.")] = None,
    ) -> Shape:
        """What NLU makes of a text."""
        parsed = _parse_data(await running.assistant.parse(body.single_text))
        return emulated(parsed | ({"message_id": body.message_id} if body.message_id else {}), emulation_mode)

    @router.post("/predict")
    async def predict(
        events: Annotated[list[Shape], Body()],
        include_events: Annotated[str, Query()] = EventVerbosity.AFTER_RESTART.name,
    ) -> Shape:
        """What the policies would do after these events."""
        assistant = running.assistant
        if include_events.upper() not in EventVerbosity.__members__:
            raise ApiError(400, "BadRequest", f"include_events is one of {', '.join(EventVerbosity.__members__)}.")
        try:
            tracker = Tracker.from_events("default", events_from_dicts(events), assistant.domain)
        except (KeyError, TypeError, ValueError) as error:
            raise ApiError(400, "BadRequest", f"Supplied events are not valid: {error}") from error
        prediction = await assistant.policies.decide(tracker)
        pairs = zip(assistant.domain.action_names, prediction.probabilities, strict=True)
        return {
            "scores": [{"action": action, "score": score} for action, score in pairs],
            "policy": prediction.policy,
            "confidence": prediction.confidence,
            "tracker": tracker.as_dict(EventVerbosity[include_events.upper()]),
        }

    @router.put("", status_code=204)
    async def replace(model: NewModel) -> Response:
        """Load another model; messages go on being answered by the present one until it is there."""
        if model.model_server is not None:
            await follow(running, model.model_server, _root(running) / PULLED)
            return Response(status_code=204)
        if model.model_file is None:
            raise ApiError(400, "BadRequest", NO_SOURCE)
        path = Path(model.model_file)
        if not await asyncio.to_thread(path.is_file):
            raise ApiError(400, "BadRequest", f"There is no model {model.model_file}.")
        try:
            await running.swap(path)
        except KefuError as error:
            raise ApiError(400, "BadRequest", str(error)) from error
        return Response(status_code=204)

    @router.delete("", status_code=204)
    async def unload() -> Response:
        """Unload the model; there are no answers until another is loaded."""
        running.unload()
        return Response(status_code=204)

    @router.post("/train", openapi_extra=WHOLE_PROJECT)
    async def train(
        request: Request,
        save_to_default_model_directory: bool = True,
        force_training: bool = False,
        augmentation: Annotated[int | None, Query(description="Accepted for Rasa's clients.")] = None,
        num_threads: Annotated[int | None, Query(description="Accepted for Rasa's clients.")] = None,
        callback_url: CallbackUrl = None,
    ) -> Response:
        """Train a model from a YAML body that holds config, domain and data; the answer is the model."""
        body = await request.body()

        async def answer() -> Response:
            running.training_jobs += 1
            try:
                root = _root(running) if save_to_default_model_directory else None
                model = await train_from_yaml(body, root, force=force_training)
            finally:
                running.training_jobs -= 1
            return FileResponse(model, filename=model.name, headers={"filename": model.name})

        return await answered(request, answer)

    return router


def _parse_data(understanding: Understanding) -> Shape:
    """Rasa's `parse_data`, with the whole name of a retrieval intent where Rasa has it."""
    shape = understanding.as_dict()
    whole_name = shape.pop(FULL_RETRIEVAL, None)
    if whole_name:
        shape["intent"][FULL_RETRIEVAL] = whole_name
    return shape


def _root(running: Running) -> Path:
    """The folder of the project that is served, in which models are kept."""
    project = running.assistant.project if running.is_loaded else None
    return project.root if project is not None else Path()
