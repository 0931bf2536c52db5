"""`bot test` without its output: which stories, with which assistant, against which database."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.assistant import Assistant
from bot.errors import ProjectError, Severity, UsageError
from bot.evaluation.emulation import StoryActions, needs_emulation
from bot.evaluation.judged import Judged, judge
from bot.evaluation.outcome import StoryOutcome
from bot.evaluation.reliability import LEARNED
from bot.evaluation.replay import Database, NoDatabase, replay
from bot.evaluation.shop import catalogue_of, encoder_of, fill, has_shop
from bot.evaluation.understanding import write_label_errors, write_understanding
from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList
from bot.formats.stories import read_tests
from bot.stories import Story
from bot.training_data import Example, TrainingData

if TYPE_CHECKING:
    from bot.project import Project

URL_VARIABLE = "KNOWLEDGE_BASE_URL"
UNSEEN = Path("tests/nlu")
"""Where a project keeps NLU data that it was not trained on; without it the training data is used, as Rasa does."""


@dataclass(frozen=True, slots=True)
class StoriesResult:
    """What came of a run."""

    outcomes: tuple[StoryOutcome, ...]
    emulated: bool = False
    """Whether the project's actions were not run, because nobody runs them: what the stories say stood in for them."""

    @property
    def passed(self) -> bool:
        return all(outcome.passed for outcome in self.outcomes)


def select_stories(
    project: Project, path: Path | None = None, *, only: str | None = None, most: int | None = None
) -> list[Story]:
    """The project's test stories, or those below `path`; raises when they cannot be read or there are none."""
    if path is not None:
        problems = ProblemList()
        found = read_tests([path if path.exists() else project.root / path], problems)
        all_problems = tuple(problems)
    else:
        found, all_problems = project.tests, project.test_problems
    if any(problem.severity is Severity.ERROR for problem in all_problems):
        raise ProjectError(all_problems)
    stories = [story for story in found.stories if only is None or only in story.name][:most]
    if not stories:
        place = path or project.root / "tests"
        raise UsageError(f"no test stories{f' with {only!r} in their name' if only else ''} below {place}.")
    return stories


def test_stories(
    project: Project,
    model: Path,
    stories: Sequence[Story],
    *,
    progress: Callable[[StoryOutcome], None] = lambda _: None,
) -> StoriesResult:
    """Replay stories with the real models and actions; the knowledge base and the conversations are copies."""
    with fresh_shop(project) as (isolated, database):
        written = StoryActions() if needs_emulation(project) else None
        parts = {"custom_actions": written} if written is not None else {}
        assistant = Assistant.load(isolated, model=model, **parts)
        return asyncio.run(_replay(assistant, stories, database, progress, written))


test_stories.__test__ = False  # type: ignore[attr-defined]  # its name makes pytest think that it is a test


async def _replay(
    assistant: Assistant,
    stories: Sequence[Story],
    database: Database,
    progress: Callable[[StoryOutcome], None],
    written: StoryActions | None,
) -> StoriesResult:
    before_turn = written.expect if written is not None else (lambda _: None)
    try:
        outcomes = await replay(assistant, stories, database=database, progress=progress, before_turn=before_turn)
        return StoriesResult(tuple(outcomes), emulated=written is not None)
    finally:
        await assistant.close()


@contextmanager
def fresh_shop(project: Project, *, fill: Callable[[str], None] | None = None) -> Iterator[tuple[Project, Database]]:
    """The project with stores that nobody else sees, and the database that goes back to its first state.

    `fill` makes that state in the database of a URL; without it, it is the project's catalogue or its own database.
    """
    from bot.formats.endpoints import Endpoint

    if not has_shop(project):
        yield _with_endpoints(project, tracker_store=None), NoDatabase()
        return
    from bot.evaluation.database import FreshDatabase, environment

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kefu-test-")))
        store = project.endpoints.tracker_store
        shares = store is not None and (store.type or "").lower() == "sql"
        fill_shop = fill or partial(_fill, project)

        def first_state(url: str) -> None:
            fill_shop(url)
            if shares:
                asyncio.run(_make_conversation_tables(url))

        database = FreshDatabase(folder, first_state)
        stack.callback(database.close)
        stack.enter_context(environment(URL_VARIABLE, database.url))
        yield (
            _with_endpoints(
                project,
                tracker_store=Endpoint(url=database.url, type="SQL") if shares else None,
                knowledge_base=replace(project.endpoints.knowledge_base or Endpoint(), url=database.url),
            ),
            database,
        )


async def _make_conversation_tables(url: str) -> None:
    """They belong to the first state: a store makes them once and does not look again."""
    from bot.stores.sql import SqlTrackerStore

    store = SqlTrackerStore(url)
    await store.sender_ids()
    await store.close()


def _fill(project: Project, url: str) -> None:
    """The catalogue of the project; without one a copy of its database, which must then be SQLite."""
    catalogue = catalogue_of(project)
    if catalogue is not None:
        fill(url, catalogue, encoder=encoder_of(project))
        return
    import sqlite3
    from contextlib import closing

    from sqlalchemy import make_url

    from knowledge_base.environment import database_url

    source = make_url(database_url(project.root))
    if source.get_backend_name() != "sqlite" or not source.database or not Path(source.database).is_file():
        raise UsageError(
            "test conversations need their own copy of the knowledge base: put its data below data/catalogue, "
            f"or name a SQLite file that is there; {source.render_as_string()} is neither."
        )
    with (
        closing(sqlite3.connect(source.database)) as old,
        closing(sqlite3.connect(make_url(url).database or "")) as new,
    ):
        old.backup(new)


def _with_endpoints(project: Project, **changed: Any) -> Project:
    return replace(project, endpoints=replace(project.endpoints, event_broker=None, lock_store=None, **changed))


def nlu_test_data(project: Project, path: Path | None) -> TrainingData:
    """The examples to judge on; raises when they cannot be read or there are none."""
    if path is None:
        path = project.root / UNSEEN
        if not path.is_dir():
            return project.training_data
    elif not path.exists():
        path = project.root / path
    problems = ProblemList()
    if not path.exists():
        raise UsageError(f"there is no {path}.")
    data = read_data([path], problems, root=project.root).training_data
    if problems.errors:
        raise ProjectError(problems)
    if not data.examples:
        raise UsageError(f"there are no NLU examples in {path}.")
    return data


def test_understanding(
    project: Project, model: Path, path: Path | None, folder: Path, *, successes: bool, errors: bool, plot: bool
) -> list[str]:
    """Parse every example and write the reports; the lines that sum it up.

    The training examples are parsed, too: those that the model contradicts may have a wrong label.
    """
    from bot.assembly import nlu_of
    from bot.evaluation.learning_curve import write_epochs
    from bot.nlu.bert import BertIntentSlotClassifier
    from bot.stores.model_archive import CACHE, open_model

    data = nlu_test_data(project, path)
    opened = open_model(model, project.root / CACHE)
    pipeline = nlu_of(project, opened)

    def judged(examples: Sequence[Example]) -> list[Judged]:
        return judge(examples, pipeline.parse_batch([example.text for example in examples]))

    tested = judged(data.examples)
    learners = [c for c in pipeline.components if isinstance(c, BertIntentSlotClassifier) and "entities" in c.provides]
    said = _about_test_data(project, data)
    said += write_understanding(
        tested, folder, successes=successes, errors=errors, plot=plot, extractors=[type(c).__name__ for c in learners]
    )
    learned = tested if data is project.training_data else judged(project.training_data.examples)
    said += write_label_errors(learned, folder, sure=LEARNED)
    write_epochs(opened, folder, plot=plot)
    return said


def _about_test_data(project: Project, data: TrainingData) -> list[str]:
    """What makes the figures better or worse than the model is."""
    if data is project.training_data:
        return [
            "judged on the examples it was trained on, which says little: put other messages in tests/nlu, "
            "or use --cross-validation"
        ]
    unknown = {
        example.base_intent: example
        for example in reversed(data.examples)
        if example.base_intent and example.base_intent not in project.training_data.intents
    }
    return [
        f"{example.where}: the training data has no example of intent {intent}, so its messages count as mistakes"
        for intent, example in reversed(unknown.items())
        if project.training_data.examples
    ]


test_understanding.__test__ = False  # type: ignore[attr-defined]
