"""A project folder, read as a whole: config, domain, training data, stories, tests, endpoints and credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.domain import ActionProperties, Domain
from bot.errors import Problem, ProjectError, Severity, Where
from bot.formats.config import Config, read_config
from bot.formats.data import Data, read_data
from bot.formats.domain import read_domain
from bot.formats.endpoints import Endpoints, read_credentials, read_endpoints
from bot.formats.problem_list import ProblemList
from bot.formats.stories import read_tests
from bot.stories import ActionStep, Rule, Story, StoryData
from bot.training_data import TrainingData

Paths = str | Path | Sequence[str | Path]
TESTS_FOLDER = "tests"


@dataclass(frozen=True)
class Project:
    """Everything that a project says. `problems` are those found while reading; `validate` finds the others.

    `domain` is complete: with the responses of `data/`, the actions `utter_X` of retrieval intents, and the bot's
    texts of end-to-end stories. `stories` and `training_data` do not hold what stands in tests.
    `incomplete` names the parts (`config`, `domain`, `data`) of which a file could not be read at all.
    """

    root: Path
    config: Config
    domain: Domain
    training_data: TrainingData
    stories: StoryData
    endpoints: Endpoints = field(default_factory=Endpoints)
    credentials: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    incomplete: frozenset[str] = frozenset()
    test_files: tuple[Path, ...] = ()

    @classmethod
    def load(
        cls,
        root: str | Path,
        *,
        config: str | Path = "config.yml",
        domain: Paths = "domain.yml",
        data: Paths = "data",
        endpoints: str | Path = "endpoints.yml",
        credentials: str | Path = "credentials.yml",
    ) -> Project:
        """The project in the folder `root`; paths are relative to it.

        Raises ProjectError, with everything that is wrong in the project, when some of it cannot be read.
        """
        project = cls.read(root, config=config, domain=domain, data=data, endpoints=endpoints, credentials=credentials)
        if any(problem.severity is Severity.ERROR for problem in project.problems):
            from bot.validation import validate

            raise ProjectError(validate(project))
        return project

    @classmethod
    def read(
        cls,
        root: str | Path,
        *,
        config: str | Path = "config.yml",
        domain: Paths = "domain.yml",
        data: Paths = "data",
        endpoints: str | Path = "endpoints.yml",
        credentials: str | Path = "credentials.yml",
    ) -> Project:
        """Like `load`, but what cannot be read is left out and among the `problems`."""
        root = Path(root)
        in_config, in_services, in_domain, in_data = (ProblemList() for _ in range(4))
        found_config = read_config(root / config, in_config)
        found_data = read_data(_existing(root, data, in_data), in_data, root=root)
        found_domain = _domain(root, domain, found_data, in_domain)
        found_endpoints = read_endpoints(root / endpoints, in_services)
        found_credentials = read_credentials(root / credentials, in_services)
        sections = {"config": in_config, "domain": in_domain, "data": in_data}
        return cls(
            root=root,
            config=found_config,
            domain=_complete(found_domain, found_data),
            training_data=_with_retrieved(found_data.training_data, found_domain),
            stories=found_data.stories,
            endpoints=found_endpoints,
            credentials=found_credentials,
            problems=(*in_config, *in_domain, *in_data, *_without_services(in_services)),
            incomplete=frozenset(name for name, problems in sections.items() if _has_unread(problems)),
            test_files=found_data.test_files,
        )

    @cached_property
    def tests(self) -> StoryData:
        """The stories of files that begin with `test_`, in `data/` and `tests/`; read when first asked for."""
        return self._tests_and_problems[0]

    @property
    def test_problems(self) -> tuple[Problem, ...]:
        """What is wrong in the test files themselves."""
        return self._tests_and_problems[1]

    @cached_property
    def _tests_and_problems(self) -> tuple[StoryData, tuple[Problem, ...]]:
        problems = ProblemList()
        folder = self.root / TESTS_FOLDER
        tests = read_tests([*self.test_files, *([folder] if folder.is_dir() else [])], problems)
        return tests, tuple(problems)


def _without_services(problems: ProblemList) -> list[Problem]:
    """A variable that is not set hinders only who connects to the service, not who trains: it is a warning here."""
    return [
        replace(problem, severity=Severity.WARNING) if problem.code == "environment" else problem
        for problem in problems
    ]


def _has_unread(problems: ProblemList) -> bool:
    return any(problem.code in ("yaml-syntax", "file") for problem in problems.errors)


def _existing(root: Path, paths: Paths, problems: ProblemList) -> list[Path]:
    found = [root / path for path in ([paths] if isinstance(paths, str | Path) else paths)]
    for path in found:
        if not path.exists():
            problems.error("file", "there is no such file or folder.", Where(str(path)))
    return [path for path in found if path.exists()]


def _domain(root: Path, paths: Paths, data: Data, problems: ProblemList) -> Domain:
    """The domain; a project that has NLU data only does not need one."""
    if paths == "domain.yml" and not (root / paths).exists():
        if (root / "domain").is_dir():
            paths = "domain"
        elif data.training_data.examples and not (data.stories.stories or data.stories.rules):
            message = "there is no domain: the project can understand, but not answer."
            problems.warning("file", message, Where(str(root / "domain.yml")))
            return Domain()
    return read_domain(_existing(root, paths, problems), problems)


def _with_retrieved(data: TrainingData, domain: Domain) -> TrainingData:
    """The training data with the responses of retrieval intents that stand in the domain, as a selector needs them."""
    retrieved = {name: said for name, said in domain.responses.items() if "/" in name and name not in data.responses}
    return replace(data, responses={**data.responses, **retrieved}) if retrieved else data


def _complete(domain: Domain, data: Data) -> Domain:
    """The domain with what training data adds to it."""
    examples = data.training_data.examples
    retrieval = dict.fromkeys(example.base_intent for example in examples if example.intent and "/" in example.intent)
    written: tuple[Story | Rule, ...] = (*data.stories.stories, *data.stories.rules)
    spoken = (
        step.text
        for told in written
        for step in told.steps
        if isinstance(step, ActionStep) and step.name is None and step.text
    )
    responses = {name: said for name, said in data.training_data.responses.items() if name not in domain.responses}
    return replace(
        domain,
        responses={**domain.responses, **responses},
        actions={**domain.actions, **{f"utter_{intent}": ActionProperties() for intent in retrieval}},
        e2e_actions=tuple(dict.fromkeys([*domain.e2e_actions, *spoken])),
    )
