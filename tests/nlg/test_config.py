"""The `nlg:` block: which speaker it makes, and what it says of mistakes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.domain import ResponseVariation
from bot.errors import UsageError
from bot.nlg.callback import CallbackSpeaker
from bot.nlg.config import speaker_from
from bot.nlg.speaker import ResponseSpeaker
from bot.speaking import ConversationView, Speaker

RESPONSES = {"utter_x": (ResponseVariation(text="hi"),)}


def make(options: dict[str, Any] | None, root: Path) -> Speaker:
    return speaker_from(options, RESPONSES, root=root, random=Random(0))


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (None, ResponseSpeaker),
        ({"type": "response"}, ResponseSpeaker),
        ({"url": "http://nlg"}, CallbackSpeaker),
        ({"type": "callback", "url": "http://nlg", "token": "t"}, CallbackSpeaker),
        ({"type": "gpt"}, ResponseSpeaker),
        ({"type": "gpt", "model": "qwen", "url": "http://host/v1", "languages": ["zh", "en"]}, ResponseSpeaker),
    ],
)
def test_the_type_chooses_the_speaker(options: dict[str, Any] | None, kind: type, tmp_path: Path) -> None:
    assert type(make(options, tmp_path)) is kind


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"type": "gtp"}, "type 'gtp' is unknown.*Did you mean 'gpt'"),
        ({"type": "gpt", "modle": "x"}, "the option 'modle' is unknown. Did you mean 'model'"),
        ({"type": "gpt", "candidates": 0}, "candidates: .*greater than or equal to 1"),
        ({"type": "gpt", "adapter": "data/none"}, "adapter .* is not there"),
        ({"type": "callback"}, "url: Field required"),
        ({"type": "my.Speaker"}, "there is no module my below"),
    ],
)
def test_mistakes_are_explained(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        make(options, tmp_path)


def test_a_class_of_the_project_can_speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "my_voice.py").write_text(
        "from bot.message import Reply\n"
        "class Parrot:\n"
        "    def __init__(self, options, responses): self.word = options['word']\n"
        "    async def say(self, response, **_): return Reply(text=self.word)\n"
    )
    speaker = make({"type": "my_voice.Parrot", "word": "喂"}, tmp_path)
    reply = asyncio.run(
        speaker.say("utter_x", slots={}, facts={}, source="", channel="", tracker_view=ConversationView())
    )
    assert reply is not None and reply.text == "喂"


def test_making_a_gpt_speaker_loads_neither_torch_nor_the_model() -> None:
    code = (
        "import sys; from pathlib import Path; from random import Random; from bot.nlg import speaker_from;"
        "speaker_from({'type': 'gpt'}, {}, root=Path('.'), random=Random(0));"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
