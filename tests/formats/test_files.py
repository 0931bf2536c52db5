"""Which files belong to a project."""

from __future__ import annotations

from pathlib import Path

from bot.formats.files import files_below


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_project_inside_a_project_keeps_its_files_to_itself(tmp_path: Path) -> None:
    own, inner = tmp_path / "tests/test_a.yml", tmp_path / "tests/projects/pizza"
    touch(own, inner / "config.yml", inner / "domain.yml", inner / "tests/test_b.yml")
    assert list(files_below([tmp_path / "tests"])) == [own]
    assert inner / "tests/test_b.yml" in files_below([inner])


def test_a_folder_given_twice_or_linked_is_read_once(tmp_path: Path) -> None:
    touch(tmp_path / "data/nlu.yml", tmp_path / "data/notes.txt")
    (tmp_path / "more").symlink_to(tmp_path / "data")
    assert list(files_below([tmp_path / "data", tmp_path / "more"])) == [tmp_path / "data/nlu.yml"]
