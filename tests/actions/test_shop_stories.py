"""The starter's test stories that say by payloads what is meant, replayed without a model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.evaluation.database import FreshDatabase
from bot.evaluation.replay import replay
from bot.evaluation.shop import fill
from bot.evaluation.turns import ExpectedTurn
from bot.message import Intent, Understanding
from bot.nlu.language import detect
from tests.starter_talk import ROOT, StarterTalk, starter


def test_the_stories_of_offers_go_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_it(url: str) -> None:
        fill(url, ROOT / "data/catalogue")

    database = FreshDatabase(tmp_path, fill_it)
    monkeypatch.setenv("KNOWLEDGE_BASE_URL", database.url)
    talk = StarterTalk(database.url)

    def tell(turn: ExpectedTurn) -> None:
        text, intent = turn.user[0].text or "", turn.user[0].intent
        if intent and not text.startswith("/"):
            talk.nlu.told[text.strip()] = Understanding(text, Intent(intent), language=detect(text))

    project, _ = starter()
    stories = [story for story in project.tests.stories if story.where and "test_offers" in str(story.where)]
    outcomes = asyncio.run(replay(talk.assistant, stories, database=database, before_turn=tell))
    assert len(outcomes) >= 7
    for outcome in outcomes:
        assert outcome.crash is None
        assert [str(difference) for turn in outcome.turns for difference in turn.differences] == [], outcome.story.name
