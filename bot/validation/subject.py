"""What is validated: the parts of a project, without saying how they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from bot.domain import Domain
from bot.errors import Problem
from bot.formats.config import Config
from bot.stories import StoryData
from bot.training_data import TrainingData


class Subject(Protocol):
    """A `bot.project.Project` is one."""

    @property
    def root(self) -> Path: ...
    @property
    def config(self) -> Config: ...
    @property
    def domain(self) -> Domain: ...
    @property
    def training_data(self) -> TrainingData: ...
    @property
    def stories(self) -> StoryData: ...
    @property
    def tests(self) -> StoryData: ...
    @property
    def problems(self) -> tuple[Problem, ...]: ...
    @property
    def test_problems(self) -> tuple[Problem, ...]: ...
    @property
    def incomplete(self) -> frozenset[str]: ...
