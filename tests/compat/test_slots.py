"""Slot types written for Rasa influence what policies do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.errors import ProjectError
from bot.events import SlotSet
from bot.message import Message
from bot.project import Project
from bot.training import train
from tests.compat.projects import write_project

NUMBER_OF_PEOPLE = '''
from rasa.shared.core.slots import Slot


class NumberOfPeople(Slot):
    """As in Rasa's documentation: two features for few or many."""

    def _feature_dimensionality(self):
        return 2

    def _as_feature(self):
        r = [0.0] * self.feature_dimensionality()
        if self.value:
            r[0 if int(self.value) <= 6 else 1] = 1.0
        return r
'''
DOMAIN = """
intents: [greet]
slots:
  people: {type: addons.people.NumberOfPeople, influence_conversation: true, mappings: [{type: custom}]}
responses:
  utter_few: [{text: 坐这里 here}]
  utter_many: [{text: 包间 a room}]
"""
STORIES = """
stories:
- story: few
  steps: [{slot_was_set: [{people: 2}]}, {intent: greet}, {action: utter_few}]
- story: many
  steps: [{slot_was_set: [{people: 9}]}, {intent: greet}, {action: utter_many}]
"""


def project(root: Path, *, domain: str = DOMAIN) -> Path:
    files = {"addons/people.py": NUMBER_OF_PEOPLE, "domain.yml": domain, "data/stories.yml": STORIES}
    return write_project(root, {**files, "data/rules.yml": ""}, policies="- name: MemoizationPolicy\n  max_history: 1")


@pytest.mark.parametrize(("people", "said"), [(5, "坐这里 here"), (7, "包间 a room")])
def test_a_slot_counts_by_the_features_of_its_type(tmp_path: Path, people: int, said: str) -> None:
    root = project(tmp_path)
    train(Project.load(root))

    async def run() -> list[str | None]:
        assistant = Assistant.load(root)
        await assistant.append_events("li", [SlotSet("people", people)])
        replies = await assistant.handle(Message("/greet", "li"))
        await assistant.close()
        return [reply.text for reply in replies]

    assert asyncio.run(run()) == [said]


def test_what_is_no_slot_type_is_said_with_its_place(tmp_path: Path) -> None:
    root = project(tmp_path, domain=DOMAIN.replace("NumberOfPeople", "NumberOfPersons"))
    with pytest.raises(ProjectError, match="has no class 'NumberOfPersons'") as caught:
        train(Project.load(root))
    assert f"{root}/domain.yml:4:" in str(caught.value)
