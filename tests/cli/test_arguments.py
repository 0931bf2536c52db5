from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.arguments import separate, with_joined_values
from tests.cli.running import RULES, bot, write_project


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["train"], ["train"]),
        (["train", "--data", "a"], ["train", "--data", "a"]),
        (["train", "--data", "a", "b", "--force"], ["train", "--data", "a:b", "--force"]),
        (["train", "--data", "a", "--data=b", "-c", "x.yml"], ["train", "--data", "a:b", "-c", "x.yml"]),
        (
            ["data", "validate", "--data", "nlu", "more", "stories"],
            ["data", "validate", "--data", "nlu:more", "stories"],
        ),
        (["train", "--data"], ["train", "--data"]),
    ],
)
def test_all_values_of_an_option_are_one(given: list[str], kept: list[str]) -> None:
    assert with_joined_values(given) == kept
    assert separate("a:b") == ["a", "b"]


def test_several_folders_are_trained_on(tmp_path: Path) -> None:
    more = RULES.replace("greet back", "greet again").replace("utter_greet", "utter_done")
    project = write_project(tmp_path, **{"more/rules": more})
    done = bot("data", "validate", "--data", "data", "more", cwd=project)
    assert "contradiction" in done.stderr and "greet again" in done.stderr
