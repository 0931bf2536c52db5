"""A project of a few lines, and what validation says about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import Problem
from bot.project import Project
from bot.validation import validate

Check = Callable[..., list[Problem]]

CONFIG = "language: zh\nassistant_id: shop\npipeline: []\npolicies:\n- name: MemoizationPolicy\n- name: RulePolicy\n"


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """`check(domain=…, stories=…, nlu=…)` writes a project of these files and validates it."""

    def run(*, config: str = CONFIG, domain: str = "", max_history: int | None = None, **data: str) -> list[Problem]:
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "config.yml").write_text(config, encoding="utf-8")
        (tmp_path / "domain.yml").write_text(domain, encoding="utf-8")
        for name, text in data.items():
            (tmp_path / "data" / f"{name}.yml").write_text(text, encoding="utf-8")
        return validate(Project.read(tmp_path), max_history=max_history)

    return run


@pytest.fixture
def places(tmp_path: Path) -> Callable[[list[Problem]], list[str]]:
    """`FILE:LINE CODE` of each problem, without the project's folder."""

    def show(problems: list[Problem]) -> list[str]:
        found = []
        for problem in problems:
            assert problem.where is not None
            found.append(f"{Path(problem.where.file).name}:{problem.where.line} {problem.code}")
        return found

    return show
