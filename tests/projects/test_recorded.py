"""The small projects beside Rasa 3.6.21: the same events, message by message (see `record_with_rasa.py`)."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import Assistant
from bot.message import Message
from bot.project import Project
from bot.training import train
from tests.projects.record_with_rasa import HERE, RECORDED, shown

CONVERSATIONS: dict[str, list[dict[str, Any]]] = json.loads(RECORDED.read_text(encoding="utf-8"))
# The channel by which Rasa picked responses while this was recorded.
CHANNEL = "collector"


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_project_does_what_rasa_does(name: str, tmp_path: Path) -> None:
    project = Project.load(shutil.copytree(HERE / name, tmp_path / name))
    model = train(project).model

    async def talk(texts: list[str]) -> list[list[Any]]:
        assistant = Assistant.load(project, model=model)
        for text in texts:
            await assistant.handle(Message(text, "me"), output_channel=CHANNEL)
        tracker = await assistant.tracker("me")
        await assistant.close()
        return shown([event.as_dict() for event in tracker.events])

    for conversation in CONVERSATIONS[name]:
        assert asyncio.run(talk(conversation["texts"])) == conversation["events"], conversation["texts"]
