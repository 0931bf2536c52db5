"""Whole projects as people write them: each is valid, is trained, and passes its own test stories."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.assistant import Assistant
from bot.cli.main import app
from bot.events import BotUttered
from bot.formats.nlu import parse_nlu
from bot.message import Message
from bot.project import Project
from bot.training import train
from tests.projects.tiny_encoder import save_tiny_encoder

PROJECTS = Path(__file__).parent
NAMES = sorted(path.parent.name for path in PROJECTS.glob("*/config.yml"))


@pytest.fixture
def copied(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project that the test asks for; its encoder, if it needs one, is a tiny one."""
    name: str = request.param
    folder = shutil.copytree(PROJECTS / name, tmp_path / name)
    if "TINY_ENCODER" in (folder / "config.yml").read_text(encoding="utf-8"):
        examples = parse_nlu((folder / "data/nlu.yml").read_text(encoding="utf-8")).examples
        encoder = save_tiny_encoder(tmp_path / "encoder", [example.text for example in examples])
        monkeypatch.setenv("TINY_ENCODER", str(encoder))
    return folder


def run(*arguments: str | Path) -> tuple[int, str]:
    """Exit status and output of a command."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.parametrize("copied", NAMES, indirect=True)
def test_a_project_is_valid_and_passes_its_own_stories(copied: Path) -> None:
    status, output = run("data", "validate", "--fail-on-warnings", "--project", copied)
    assert status == 0, output
    status, output = run("train", "--project", copied)
    assert status == 0, output
    status, output = run("test", "core", "--no-plot", "--project", copied, "--out", copied / "results")
    assert status == 0, output
    stories = len(Project.load(copied).tests.stories)
    assert f"{stories} of {stories} conversations passed" in output


@pytest.mark.parametrize("copied", ["reminders"], indirect=True)
def test_a_reminder_comes_by_itself_unless_it_is_forgotten(copied: Path) -> None:
    async def talk(*texts: str) -> list[str | None]:
        assistant = Assistant.load(project, model=model)
        for text in texts:
            await assistant.handle(Message(text, "me"))
        await asyncio.sleep(0.3)
        tracker = await assistant.tracker("me")
        await assistant.close()
        return [event.text for event in tracker.events if isinstance(event, BotUttered)]

    project = Project.load(copied)
    model = train(project).model
    reminding = '/ask_remind{"person": "李雷"}'
    assert asyncio.run(talk(reminding)) == ["I remind you of it.", "Call 李雷!"]
    assert asyncio.run(talk(reminding, "/ask_forget")) == ["I remind you of it.", "Forgotten."]
