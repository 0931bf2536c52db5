"""An assistant that is ready to talk: trained where the project changed, or loaded from the model asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli import options
from bot.cli.console import err, say
from bot.errors import ProjectError, Severity, UsageError

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.project import Project
    from bot.stores.model_server import ModelServer


def ready_assistant(project: Project, *, model: str | None) -> Assistant:
    """Train what changed and load the result; with `model`, load that one and train nothing."""
    from bot.assistant import Assistant

    archive = model_of(project, model)
    fetch_language_model(project)
    fill_shop(project)
    with err().status(f"Loading {archive.name} …"):
        return Assistant.load(project, model=archive)


def model_server_of(project: Project) -> ModelServer | None:
    """The server that hands out the project's models, if endpoints.yml names one under `models:`."""
    endpoint = project.endpoints.models
    if endpoint is None or not endpoint.url:
        return None
    from bot.stores.model_archive import PULLED
    from bot.stores.model_server import ModelServer, ModelServerOptions
    from bot.stores.options import read_options

    options = read_options(endpoint, ModelServerOptions, store="model server")
    return ModelServer(options, project.root / PULLED)


def pulled_assistant(project: Project, server: ModelServer) -> Assistant | None:
    """The assistant of the server's model; None when it has none that can be used yet."""
    import asyncio

    found: list[Assistant] = []

    async def use(archive: Path) -> None:
        from bot.assistant import Assistant

        found.append(Assistant.load(project, model=archive))

    with err().status(f"Waiting for the model of {server.options.url} …"):
        asyncio.run(server.pull(use))
    if not found:
        say(
            f"{server.options.url} has no model that can be used yet; messages are answered once it has.",
            style="yellow",
        )
        return None
    fetch_language_model(project)
    fill_shop(project)
    return found[0]


def fetch_language_model(project: Project) -> None:
    """Bring the weights of the GPT that words replies, before anyone waits for a reply; without them templates speak."""
    from bot.nlg.config import local_model_of

    name = local_model_of(project)
    if name is None:
        return
    from bot.cli.progress import weights_progress
    from nlu_models.errors import WeightsError
    from nlu_models.weights import is_ready, resolve

    if is_ready(name):
        return
    try:
        with weights_progress() as progress:
            resolve(name, progress=progress)
    except WeightsError as error:
        say(f"{error}\nReplies go out as their templates.", style="yellow")


def fill_shop(project: Project) -> None:
    """Fill a knowledge base that is still empty from the project's catalogue."""
    from bot.evaluation.shop import catalogue_of, encoder_of, fill, has_shop

    if has_shop(project):
        from knowledge_base.environment import database_url

        with err().status("Opening the shop's database …"):
            url = database_url(project.root)
            if fill(url, catalogue_of(project), encoder=encoder_of(project)):
                say(f"The demo catalogue is in {url}.")


def model_of(project: Project, model: str | None) -> Path:
    """The model asked for, as it is; without one that of the project, trained first where something changed."""
    return find_model(project.root, model) if model else trained_model(project)


def trained_model(project: Project) -> Path:
    """The model of the project as it is now; says what it trains when something changed."""
    from bot.cli.console import count
    from bot.cli.train import train_with_progress

    problems = options.all_problems(project)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ProjectError(problems)
    result = train_with_progress(project)
    if problems and not result.unchanged:  # who only wants to talk need not read them every time
        say(f"{count(problems)}; `bot data validate` shows them.", style="yellow")
    return result.model


def find_model(root: Path, name: str) -> Path:
    """The model archive `name`, or the newest one in the folder `name`; raises UsageError when there is none."""
    from bot.stores.model_archive import newest

    for path in (Path(name), root / name, root / "models" / name):
        if path.is_file():
            return path
        if path.is_dir():
            archive = newest(path)
            if archive is not None:
                return archive
    raise UsageError(f"there is no model in {name}; `bot train` makes one.")
