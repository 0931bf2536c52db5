"""Components of config.yml: names and options."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pydantic import BaseModel

from bot import registry
from bot.errors import Problem

Check = Callable[..., list[Problem]]
Places = Callable[[list[Problem]], list[str]]


@pytest.fixture
def sharpener(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A component registered for the time of a test."""

    class Config(BaseModel, extra="forbid"):
        threshold: float = 0.3
        device: str = "auto"

    component = type("Sharpener", (), {"Config": Config})
    monkeypatch.setitem(registry._registered["nlu"], "Sharpener", component)
    yield


def test_an_unknown_component_is_named_with_the_nearest_one(check: Check, places: Places) -> None:
    config = "pipeline:\n- name: DIETClasifier\npolicies:\n- name: RulePolice\n- name: my.own.Policy\n"
    problems = check(config=config)
    assert places(problems) == ["config.yml:2 unknown-component", "config.yml:4 unknown-component"]
    assert [problem.hint for problem in problems] == ["Did you mean 'DIETClassifier'?", "Did you mean 'RulePolicy'?"]


@pytest.mark.usefixtures("sharpener")
def test_options_are_checked_against_the_components_config(check: Check, places: Places) -> None:
    config = "pipeline:\n- name: Sharpener\n  treshold: 0.5\n  threshold: high\npolicies: []\n"
    problems = check(config=config)
    assert sorted(places(problems)) == ["config.yml:3 config-option", "config.yml:4 config-option"]
    by_line = {problem.where.line: problem for problem in problems if problem.where}
    assert by_line[3].hint == "Did you mean 'threshold'?"
    assert "The default is 0.3" in by_line[4].hint


def test_a_second_tokenizer_is_an_error(check: Check, places: Places) -> None:
    config = "pipeline:\n- name: JiebaTokenizer\n- name: WhitespaceTokenizer\npolicies: []\n"
    assert places(check(config=config)) == ["config.yml:3 config-option"]


def test_the_fallback_action_must_exist(check: Check, places: Places) -> None:
    config = "pipeline: []\npolicies:\n- name: RulePolicy\n  core_fallback_action_name: action_default_falback\n"
    problems = check(config=config, domain="intents: [a]\n")
    assert places(problems) == ["config.yml:4 unknown-name"]
    assert problems[0].hint == "Did you mean 'action_default_fallback'?"


def test_rules_without_rule_policy_are_a_warning(check: Check, places: Places) -> None:
    config = "pipeline: []\npolicies: [MemoizationPolicy]\n"
    rules = "rules:\n- rule: r\n  steps: [{intent: greet}, {action: utter_greet}]\n"
    domain = "intents: [greet]\nresponses: {utter_greet: [{text: 你好}]}\n"
    assert places(check(config=config, domain=domain, rules=rules)) == ["rules.yml:2 unused"]
