"""`bot test --customers`: the project's assistant, in this process, against customers and a shop of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bot.assistant import Assistant
from bot.errors import UsageError
from bot.evaluation.customers.phrasings import FOLDER, read_phrasings
from bot.evaluation.customers.talk import Outcome, Talks
from bot.evaluation.customers.tasks import Task
from bot.evaluation.customers.wishes import attributes_of
from bot.evaluation.run import fresh_shop
from bot.evaluation.shop import has_shop
from bot.formats.endpoints import Endpoint

if TYPE_CHECKING:
    from bot.project import Project

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop that the customers come to: a folder to import, with its mapping; without one the project's own."""

    folder: Path | None = None
    mapping: str | None = None


def talk_with_customers(
    project: Project,
    model: Path,
    tasks: Sequence[Task],
    *,
    shop: Shop,
    languages: Sequence[str] = LANGUAGES,
    phrasings: Path | None = None,
    seed: int = 0,
    progress: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Let the customers of these tasks talk to the assistant, in each language. Replies are the responses as they are
    written: a language model's wording changes nothing of what is done. `phrasings` is a folder, the project's without.

    Raises UsageError when the project has no shop, or the tasks do not fit it.
    """
    if not has_shop(project):
        raise UsageError("simulated customers need a shop: endpoints.yml names no knowledge_base.")
    folder = phrasings or project.root / FOLDER
    fill = _filling(shop) if shop.folder else None
    with fresh_shop(_with_plain_words(project), fill=fill) as (isolated, database):
        from knowledge_base import open_from_environment

        base = open_from_environment(project.root)
        with base.session() as session:
            attributes = attributes_of(session)
        files = [read_phrasings(folder / f"{language}.yml", attributes) for language in languages]
        assistant = Assistant.load(isolated, model=model, speaker=_speaker(isolated))

        async def run() -> list[Outcome]:
            try:
                outcomes: list[Outcome] = []
                for spoken in files:
                    talks = Talks(assistant, database, base, spoken, seed=seed, progress=progress)
                    outcomes += await talks.run(tasks)
                return outcomes
            finally:
                await assistant.close()

        return asyncio.run(run())


def _speaker(project: Project) -> object:
    from bot.nlg.speaker import ResponseSpeaker

    return ResponseSpeaker(project.domain.responses, random=Random(0), language=project.config.language)


def _with_plain_words(project: Project) -> Project:
    return replace(project, endpoints=replace(project.endpoints, nlg=Endpoint(type="response")))


def _filling(shop: Shop) -> Callable[[str], None]:
    def fill(url: str) -> None:
        from knowledge_base import connect
        from knowledge_base.importer import import_folder

        assert shop.folder is not None
        if not shop.folder.is_dir():
            raise UsageError(f"there is no folder {shop.folder}.")
        base = connect(url)
        base.upgrade()
        try:
            import_folder(base, shop.folder, shop.mapping)
        except (FileNotFoundError, ValueError) as error:
            raise UsageError(str(error)) from error
        finally:
            base.close()

    return fill
