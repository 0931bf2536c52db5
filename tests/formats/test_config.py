"""config.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ProjectError, Severity, Where
from bot.formats.config import DEFAULT_PIPELINE, DEFAULT_POLICIES, parse_config, read_config
from bot.formats.problem_list import ProblemList


def test_components_are_names_or_mappings() -> None:
    config = parse_config(
        "language: zh\nassistant_id: shop\npipeline:\n- LanguageDetector\n"
        "- name: shop.nlu.Tokenizer\n  size: 3\n  flag: no\npolicies: []\nimporters: [{name: RasaFileImporter}]\nlog_level: x\n"
    )
    assert (config.language, config.assistant_id) == ("zh", "shop")
    first, second = config.pipeline
    assert (first.name, dict(first.options)) == ("LanguageDetector", {})
    assert (second.name, dict(second.options)) == ("shop.nlu.Tokenizer", {"size": 3, "flag": "no"})
    assert second.where == Where("config.yml", 5, 9)
    assert second.option_places["flag"] == Where("config.yml", 7, 3)
    assert config.policies == ()
    assert config.extra == {"importers": [{"name": "RasaFileImporter"}], "log_level": "x"}


@pytest.mark.parametrize(
    ("said", "hint"), [("cn", "Write 'zh'"), ("english", "Write 'en'"), ("klingon", "zh or en"), ("5", "zh or en")]
)
def test_what_is_no_language_code_is_pointed_out(said: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(f"language: {said}\n", encoding="utf-8")
    problems = ProblemList()
    assert read_config(tmp_path / "config.yml", problems).language == said
    (problem,) = [one for one in problems if one.code == "config-option"]
    assert problem.severity is Severity.WARNING
    assert hint in problem.hint


@pytest.mark.parametrize("said", ["zh", "en", "pt-BR", "zh_Hant_TW", "yue"])
def test_language_codes(said: str, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(f"language: {said}\n", encoding="utf-8")
    problems = ProblemList()
    read_config(tmp_path / "config.yml", problems)
    assert [one for one in problems if one.code == "config-option"] == []


@pytest.mark.parametrize("text", ["language: en\n", "pipeline:\npolicies: null\n"])
def test_what_is_left_empty_is_configured_as_rasa_does(text: str) -> None:
    config = parse_config(text)
    assert config.pipeline_is_default
    assert config.policies_are_default
    assert config.pipeline == DEFAULT_PIPELINE
    assert config.policies == DEFAULT_POLICIES


def test_the_environment_is_expanded_inside_quotes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_MODEL", "bert-base-chinese")
    config = parse_config('pipeline:\n- name: A\n  model: "${SHOP_MODEL}"\n  path: m/${SHOP_MODEL}\n')
    assert config.pipeline[0].options == {"model": "bert-base-chinese", "path": "m/bert-base-chinese"}


def test_a_missing_file_is_a_warning(tmp_path: Path) -> None:
    problems = ProblemList()
    assert read_config(tmp_path / "config.yml", problems).pipeline == DEFAULT_PIPELINE
    assert [problem.severity for problem in problems] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("pipeline: supervised_embeddings\n", "1:11"),
        ("pipeline:\n- nam: A\n", "2:3"),
        ("policies:\n- [A]\n", "2:3"),
        ("recipe: own.v2\n", "1:9"),
        ("recipe: graph.v1\n", "1:1"),
        ("recipe: graph.v1\npredict_schema:\n  nodes:\n    run_X: {fn: process}\n", "4:5"),
        ("pipeline:\n- name:\n", "2:8"),
    ],
)
def test_a_mistake_is_reported_with_its_place(text: str, place: str) -> None:
    with pytest.raises(ProjectError) as raised:
        parse_config(text)
    assert str(raised.value.problems[0].where) == f"config.yml:{place}"


GRAPH = """
recipe: graph.v1
language: zh
core_target: select_prediction
nlu_target: run_RegexMessageHandler
train_schema:
  nodes: {}
predict_schema:
  nodes:
    nlu_message_converter:
      uses: rasa.graph_components.converters.nlu_message_converter.NLUMessageConverter
      fn: convert_user_message
    run_JiebaTokenizer0:
      needs: {messages: nlu_message_converter}
      uses: rasa.nlu.tokenizers.jieba_tokenizer.JiebaTokenizer
      constructor_name: load
      fn: process
      config: {}
    run_own1:
      uses: components.sentiment.Sentiment
      fn: process
      config: {labels: [好, bad]}
    run_MemoizationPolicy0:
      uses: rasa.core.policies.memoization.MemoizationPolicy
      fn: predict_action_probabilities
      config: {max_history: 3}
    select_prediction:
      uses: rasa.core.policies.ensemble.DefaultPolicyPredictionEnsemble
      fn: combine_predictions_from_kwargs
"""


def test_a_graph_is_read_as_the_components_that_it_names() -> None:
    config = parse_config(GRAPH)
    assert [(spec.name, dict(spec.options)) for spec in config.pipeline] == [
        ("JiebaTokenizer", {}),
        ("components.sentiment.Sentiment", {"labels": ["好", "bad"]}),
    ]
    assert [(spec.name, dict(spec.options)) for spec in config.policies] == [("MemoizationPolicy", {"max_history": 3})]
    assert not config.pipeline_is_default and not config.policies_are_default
    assert config.extra == {}
