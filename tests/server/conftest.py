from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.project import Project
from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings
from bot.training import train
from tests.cli.running import write_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = write_project(tmp_path_factory.mktemp("tiny"))
    loaded = Project.load(folder)
    train(loaded)
    return loaded


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    """The API of a project of rules, with conversations of its own."""
    running = Running(Assistant.load(project), load=lambda model: Assistant.load(project, model=model))
    with TestClient(create_app(running, Settings(enable_api=True)), raise_server_exceptions=False) as served:
        yield served


@pytest.fixture
def model(project: Project) -> Path:
    return next((project.root / "models").iterdir())
