"""Components of config.yml: names and options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

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


def test_the_module_of_a_class_path_is_looked_for_and_not_imported(check: Check, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/tokens.py").write_text("1 / 0", encoding="utf-8")
    config = "assistant_id: shop\npipeline:\n- name: parts.{}.Tokens\npolicies: []\n"
    assert check(config=config.format("tokens")) == []
    (problem,) = check(config=config.format("token"))
    assert problem.code == "custom-code" and "Did you mean 'parts.tokens'?" in str(problem)


def test_a_component_may_be_named_by_its_path_in_rasa(check: Check) -> None:
    config = (
        "assistant_id: shop\npipeline:\n- name: rasa.nlu.classifiers.diet_classifier.DIETClassifier\npolicies: []\n"
    )
    assert check(config=config) == []


def test_an_unknown_component_is_named_with_the_nearest_one(check: Check, places: Places) -> None:
    config = (
        "assistant_id: shop\npipeline:\n- name: DIETClasifier\npolicies:\n- name: RulePolice\n- name: my.own.Policy\n"
    )
    problems = check(config=config)
    assert places(problems) == [
        "config.yml:3 unknown-component",
        "config.yml:5 unknown-component",
        "config.yml:6 custom-code",
    ]
    hints = [problem.hint for problem in problems]
    assert hints[:2] == ["Did you mean 'DIETClassifier'?", "Did you mean 'RulePolicy'?"]


@pytest.mark.usefixtures("sharpener")
def test_options_are_checked_against_the_components_config(check: Check, places: Places) -> None:
    config = "assistant_id: shop\npipeline:\n- name: Sharpener\n  treshold: 0.5\n  threshold: high\npolicies: []\n"
    problems = check(config=config)
    assert sorted(places(problems)) == ["config.yml:4 config-option", "config.yml:5 config-option"]
    by_line = {problem.where.line: problem for problem in problems if problem.where}
    assert by_line[4].hint == "Did you mean 'threshold'?"
    assert "The default is 0.3" in by_line[5].hint


def test_a_second_tokenizer_is_an_error(check: Check, places: Places) -> None:
    config = "assistant_id: shop\npipeline:\n- name: JiebaTokenizer\n- name: WhitespaceTokenizer\npolicies: []\n"
    assert places(check(config=config)) == ["config.yml:4 config-option"]


def test_the_fallback_action_must_exist(check: Check, places: Places) -> None:
    config = "assistant_id: shop\npipeline: []\npolicies:\n- name: RulePolicy\n  core_fallback_action_name: action_default_falback\n"
    problems = check(config=config, domain="intents: [a]\n")
    assert places(problems) == ["config.yml:5 unknown-name"]
    assert problems[0].hint == "Did you mean 'action_default_fallback'?"


def test_rules_without_rule_policy_are_a_warning(check: Check, places: Places) -> None:
    config = "assistant_id: shop\npipeline: []\npolicies: [MemoizationPolicy]\n"
    rules = "rules:\n- rule: r\n  steps: [{intent: greet}, {action: utter_greet}]\n"
    domain = "intents: [greet]\nresponses: {utter_greet: [{text: 你好}]}\n"
    assert places(check(config=config, domain=domain, rules=rules)) == ["rules.yml:2 unused"]


def test_an_assistant_has_an_id_of_its_own(check: Check, places: Places) -> None:
    config = "pipeline: []\npolicies: []\n"
    assert places(check(config=config)) == ["config.yml:1 missing-key"]
    assert places(check(config=config + "assistant_id: placeholder_default\n")) == ["config.yml:1 missing-key"]


def test_training_data_that_no_component_uses(check: Check, tmp_path: Path) -> None:
    nlu = """\
nlu:
- intent: faq/hours
  examples: |
    - [几点](time:hour)开门
- lookup: time
  examples: |
    - 几点
- regex: order_number
  examples: |
    - K\\d+
responses:
  utter_faq/hours: [{text: 九点}]
"""
    domain = "intents: [faq]\nentities: [time]\n"
    config = "assistant_id: shop\npolicies: []\npipeline: [DIETClassifier]\n"
    unused = [problem.hint for problem in check(config=config, domain=domain, nlu=nlu)]
    assert unused == [
        f"Add `- name: {name}` to `pipeline`."
        for name in ("RegexEntityExtractor", "RegexEntityExtractor", "EntitySynonymMapper", "ResponseSelector")
    ]
    everything = config.replace("DIETClassifier", "RegexEntityExtractor, EntitySynonymMapper, ResponseSelector")
    assert check(config=everything, domain=domain, nlu=nlu) == []
    (tmp_path / "mine.py").write_text("", encoding="utf-8")
    assert check(config=config.replace("DIETClassifier", "mine.Own"), domain=domain, nlu=nlu) == []


def test_a_misspelt_option_of_a_policy_is_named(check: Check, places: Places) -> None:
    policy = "- name: RulePolicy\n  core_fallback_treshold: 0.4\n  another_tools_option: 1\n"
    problems = check(config=f"assistant_id: shop\npipeline: []\npolicies:\n{policy}")
    assert places(problems) == ["config.yml:5 config-option"]
    assert problems[0].hint == "Did you mean 'core_fallback_threshold'?"


def test_what_spacy_alone_would_find_is_said_to_be_missing(check: Check) -> None:
    problems = check(config="assistant_id: shop\npipeline: [SpacyEntityExtractor]\npolicies: [RulePolicy]\n")
    assert [problem.code for problem in problems] == ["config-option"]
    assert "PERSON" in problems[0].message
