"""Test stories of a project with a knowledge base: its own catalogue, SQL conversations in the same database."""

from pathlib import Path

import pytest

from bot.errors import UsageError
from bot.evaluation.run import select_stories, test_stories
from bot.project import Project
from bot.training import train
from tests.cli.running import write_project

pytest.importorskip("knowledge_base")

ENDPOINTS = "knowledge_base: {url: 'sqlite:///shop.db'}\ntracker_store: {type: SQL, url: 'sqlite:///shop.db'}\n"
ACTIONS = """
from rasa_sdk import Action
from knowledge_base import open_from_environment
from knowledge_base.models import Coupon


class Use(Action):
    def name(self):
        return "action_use_coupon"

    def run(self, dispatcher, tracker, domain):
        with open_from_environment().session() as session:
            coupon = session.get(Coupon, "NEW10")
            dispatcher.utter_message(text=f"{coupon.code} used")
            session.delete(coupon)
        return []
"""
STORY = """
- story: use the coupon, time {number}
  steps:
  - intent: greet
  - action: action_use_coupon
  - reply_contains: NEW10
  - database:
    - {{table: coupons, where: {{code: NEW10}}, count: 0}}
    - {{table: coupons, count: {left}}}
"""


def shop(folder: Path, stories: str) -> Project:
    domain = "intents: [greet]\nactions: [action_use_coupon]\n"
    rules = "rules:\n- rule: use\n  steps:\n  - intent: greet\n  - action: action_use_coupon\n"
    write_project(folder, domain=domain, endpoints=ENDPOINTS, **{"data/rules": rules, "tests/test_all": stories})
    (folder / "actions").mkdir()
    (folder / "actions" / "__init__.py").write_text(ACTIONS)
    (folder / "data" / "catalogue").mkdir()
    coupons = "code,kind,value\nNEW10,percent,10\nOLD5,fixed,5\n"
    (folder / "data" / "catalogue" / "coupons.csv").write_text(coupons)
    project = Project.load(folder)
    train(project)
    return project


def test_each_story_has_the_catalogue_as_it_was_and_the_shops_database_is_left_alone(tmp_path: Path) -> None:
    stories = "stories:" + "".join(STORY.format(number=number, left=1) for number in (1, 2))
    project = shop(tmp_path, stories)
    result = test_stories(project, next((tmp_path / "models").iterdir()), select_stories(project))
    assert [outcome.differences or outcome.crash for outcome in result.outcomes] == [None, None]
    assert not result.emulated
    assert not (tmp_path / "shop.db").exists()


def test_a_wrong_expectation_of_the_database_fails(tmp_path: Path) -> None:
    project = shop(tmp_path, "stories:" + STORY.format(number=1, left=2))
    result = test_stories(project, next((tmp_path / "models").iterdir()), select_stories(project))
    assert [(each.kind, each.predicted) for each in result.outcomes[0].differences] == [("database", "1 rows")]


def test_without_catalogue_and_database_it_says_what_to_do(tmp_path: Path) -> None:
    project = shop(tmp_path, "stories:" + STORY.format(number=1, left=1))
    (tmp_path / "data" / "catalogue" / "coupons.csv").unlink()
    with pytest.raises(UsageError, match="data/catalogue"):
        test_stories(project, next((tmp_path / "models").iterdir()), select_stories(project))
