"""Testing the model that is served, on stories and examples in the body of a request."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import KefuError
from bot.server.api.callbacks import answered
from bot.server.api.documents import TEST_STORIES, TRAINING_DATA
from bot.server.problems import ApiError
from bot.server.running import Running

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.project import Project

CallbackUrl = Annotated[str | None, Query(description="Answer 204 at once, and POST the result to this URL.")]
EMPTY = "You must provide {what} in the request body in order to evaluate your model."
NOTHING_JUDGED: dict[str, Any] = {"report": {}, "precision": None, "f1_score": None, "errors": []}
NO_MODEL = "The assistant that is served was not loaded from a project with a model, so there is nothing to test."


def testing_routes(running: Running) -> APIRouter:
    router = APIRouter(prefix="/model/test", tags=["Model"])

    @router.post("/stories", openapi_extra=TEST_STORIES)
    async def stories(request: Request, e2e: bool = False) -> Response:
        """Replay test stories with the model that is served, in conversations and a database of their own."""
        body = await _body(request, "some stories")
        return JSONResponse(await asyncio.to_thread(_test_stories, running.assistant, body, e2e))

    @router.post("/intents", openapi_extra=TRAINING_DATA)
    async def intents(
        request: Request,
        model: Annotated[str | None, Query(description="Another model's file, instead of the one served.")] = None,
        cross_validation_folds: Annotated[
            int | None, Query(description="Train on the YAML body so often, and judge on what was held out.")
        ] = None,
        callback_url: CallbackUrl = None,
    ) -> Response:
        """Judge the understanding of annotated examples, as YAML, or as Rasa's earlier JSON."""
        body = await _body(request, "some nlu data")
        is_json = request.headers.get("content-type", "").startswith("application/json")
        if is_json and cross_validation_folds:
            raise ApiError(400, "TestingError", "Cross-validation is only supported for YAML data.")

        async def answer() -> Response:
            if cross_validation_folds:
                return JSONResponse(await asyncio.to_thread(_cross_validate, body, cross_validation_folds))
            assistant = running.assistant
            return JSONResponse(await asyncio.to_thread(_test_understanding, assistant, body, model, is_json))

        return await answered(request, answer)

    return router


async def _body(request: Request, what: str) -> bytes:
    body = await request.body()
    if not body.strip():
        raise ApiError(400, "BadRequest", EMPTY.format(what=what))
    return body


def _test_stories(assistant: Assistant, body: bytes, end_to_end: bool) -> dict[str, Any]:
    from bot.evaluation.results import stories_result
    from bot.evaluation.run import select_stories, test_stories

    project, model = _served(assistant)
    with _file(body, "test_data.yml") as path:
        try:
            outcomes = test_stories(project, model, select_stories(project, path)).outcomes
        except KefuError as error:
            raise ApiError(400, "TestingError", f"The stories cannot be tested: {error}") from error
    return stories_result(outcomes, end_to_end=end_to_end)


def _test_understanding(assistant: Assistant, body: bytes, model: str | None, is_json: bool) -> dict[str, Any]:
    from bot.assembly import nlu_of
    from bot.evaluation.judged import judge
    from bot.evaluation.results import understanding_result
    from bot.evaluation.run import nlu_test_data
    from bot.stores.model_archive import CACHE, open_model

    project, served = _served(assistant)
    archive = _named_model(project, model) if model else served
    with _file(body, "data.json" if is_json else "data.yml") as path:
        try:
            data = nlu_test_data(project, path)
        except KefuError as error:
            raise ApiError(400, "TestingError", f"The examples cannot be judged: {error}") from error
    pipeline = nlu_of(project, open_model(archive, project.root / CACHE))
    understood = pipeline.parse_batch([example.text for example in data.examples])
    return understanding_result(judge(data.examples, understood))


def _cross_validate(body: bytes, folds: int) -> dict[str, Any]:
    from bot.evaluation.cross_validation import cross_validate
    from bot.evaluation.results import understanding_result
    from bot.project import Project

    with _file(body, "data.yml") as path:
        try:
            project = Project.read(path.parent, config=path.name, domain=path.name, data=path.name)
            judged = cross_validate(_with_intents(project), folds)
        except KefuError as error:
            raise ApiError(400, "TestingError", f"The examples cannot be judged: {error}") from error
    return {name: found or NOTHING_JUDGED for name, found in understanding_result(judged).items()}


def _with_intents(project: Project) -> Project:
    """The project whose domain has at least the intents of its examples: a body for this test has no domain."""
    from bot.domain import IntentProperties

    domain = project.domain
    missing = {name: IntentProperties() for name in project.training_data.intents if name not in domain.intents}
    return replace(project, domain=replace(domain, intents={**domain.intents, **missing}))


def _served(assistant: Assistant) -> tuple[Project, Path]:
    if assistant.project is None or assistant.model is None:
        raise ApiError(409, "Conflict", NO_MODEL)
    return assistant.project, assistant.model


def _named_model(project: Project, name: str) -> Path:
    """A model by its path, or by its name in the project's folder of models."""
    found = next((p for p in (Path(name), project.root / name, project.root / "models" / name) if p.is_file()), None)
    if found is None:
        raise ApiError(400, "BadRequest", f"There is no model {name}.", {"parameter": "model", "in": "query"})
    return found


@contextmanager
def _file(body: bytes, name: str) -> Iterator[Path]:
    """The body as a file, alone in a folder; named so that it is read as what it is."""
    with tempfile.TemporaryDirectory(prefix="kefu-test-") as folder:
        path = Path(folder) / name
        path.write_bytes(body)
        yield path
