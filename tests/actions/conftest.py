"""The starter shop for tests of its actions: a fresh copy of the demo database for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.evaluation.shop import fill
from knowledge_base import connect
from tests.starter_talk import ROOT, StarterTalk


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "shop.db"
    fill(f"sqlite:///{path}", ROOT / "data/catalogue")
    connect(f"sqlite:///{path}").close()  # what was written is in this one file now
    return path


@pytest.fixture
def shop(demo_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StarterTalk]:
    """A conversation with the starter. Articles are found by their words only, for there is no encoder."""
    shutil.copy(demo_database, tmp_path / "shop.db")
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    monkeypatch.setenv("KNOWLEDGE_BASE_URL", url)
    talk = StarterTalk(url)
    monkeypatch.setattr("actions.catalogue.embedder", lambda name: None)
    yield talk
