"""Settings read back as they are written, and defaults are written as comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Severity
from bot.formats.config import (
    DEFAULT_PIPELINE,
    DEFAULT_POLICIES,
    ComponentSpec,
    Config,
    parse_config,
    read_config,
)
from bot.formats.endpoints import Endpoint, Endpoints, parse_endpoints, read_credentials
from bot.formats.problem_list import ProblemList
from bot.formats.write_settings import with_defaults, write_config, write_credentials, write_endpoints
from tests.formats.test_write import MAPPINGS, NAMES, PROPERTY, TEXTS, VALUES

Bare = Callable[[Any], Any]


def literal(value: Any) -> bool:
    """Settings take `${VAR}` from the environment wherever it stands, so it cannot be meant literally."""
    return "$" not in repr(value)


OPTIONS = st.dictionaries(NAMES.filter(lambda key: key != "name"), VALUES, max_size=3).filter(literal)
SPECS = st.lists(st.builds(ComponentSpec, NAMES, OPTIONS), max_size=3).map(tuple)
CONFIGS = st.builds(
    lambda pipeline, policies, **rest: Config(
        pipeline=DEFAULT_PIPELINE if pipeline is None else pipeline,
        policies=DEFAULT_POLICIES if policies is None else policies,
        pipeline_is_default=pipeline is None,
        policies_are_default=policies is None,
        **rest,
    ),
    pipeline=st.none() | SPECS,
    policies=st.none() | SPECS,
    language=st.none() | NAMES,
    assistant_id=st.none() | NAMES,
    nlg=st.none() | MAPPINGS.filter(literal),
    extra=st.just({}) | st.just({"importers": [{"name": "RasaFileImporter"}]}) | st.just({"log_level": "信息"}),
)
ENDPOINTS = st.builds(
    Endpoint,
    TEXTS.filter(bool).filter(literal),
    st.none() | NAMES,
    OPTIONS.filter(lambda options: not {"url", "type"} & options.keys()),
)


@PROPERTY
@given(CONFIGS)
def test_a_config_reads_back(bare: Bare, config: Config) -> None:
    again = parse_config(write_config(config))
    assert bare(_without_places(again)) == bare(_without_places(config))


def _without_places(config: Config) -> list[Any]:
    specs = [[(spec.name, spec.options) for spec in part] for part in (config.pipeline, config.policies)]
    kept = (config.language, config.assistant_id, config.recipe, config.nlg, config.extra)
    return [*specs, kept, config.pipeline_is_default, config.policies_are_default]


@PROPERTY
@given(st.builds(Endpoints, st.none() | ENDPOINTS, st.none() | ENDPOINTS, tracker_store=st.none() | ENDPOINTS))
def test_endpoints_read_back(bare: Bare, endpoints: Endpoints) -> None:
    assert bare(parse_endpoints(write_endpoints(endpoints))) == bare(endpoints)


@PROPERTY
@given(st.dictionaries(NAMES, OPTIONS, max_size=3))
def test_credentials_read_back(tmp_path_factory: pytest.TempPathFactory, channels: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("credentials") / "credentials.yml"
    path.write_text(write_credentials(channels), encoding="utf-8")
    problems = ProblemList()
    assert read_credentials(path, problems) == channels
    assert not problems


def test_a_default_is_said_and_can_be_written_down(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_text("language: zh  # 中文\npipeline:  # nothing yet\npolicies: []\n", encoding="utf-8")
    problems = ProblemList()
    config = read_config(path, problems)
    assert [(p.severity, p.where and p.where.line) for p in problems] == [(Severity.INFO, 2)]
    assert "DIETClassifier" in problems[0].message
    written = with_defaults(path.read_text(encoding="utf-8"), config)
    assert written.startswith("language: zh  # 中文\npipeline:  # nothing yet\n# Nothing was written here")
    assert "# - name: DIETClassifier\n#   epochs: 100\n" in written
    assert written.endswith("\npolicies: []\n")
    assert with_defaults(written, parse_config(written)) == written


def test_what_rasa_has_written_down_is_not_written_again() -> None:
    text = "pipeline:\n# # No configuration for the NLU pipeline was provided. ...\n#   - name: X\npolicies: []\n"
    assert with_defaults(text, parse_config(text)) == text


def test_what_is_uncommented_is_the_default() -> None:
    written = with_defaults("language: en\n", parse_config("language: en\n"))
    lines = [line for line in written.splitlines() if "Nothing was" not in line]
    config = parse_config("\n".join(line.removeprefix("# ") for line in lines))
    assert not config.pipeline_is_default
    assert [spec.name for spec in config.pipeline] == [spec.name for spec in DEFAULT_PIPELINE]
    assert [dict(spec.options) for spec in config.policies] == [dict(spec.options) for spec in DEFAULT_POLICIES]


def test_an_importer_that_is_not_run_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.yml"
    path.write_text("pipeline: []\npolicies: []\nimporters:\n- RasaFileImporter\n- name: own.GitImporter\n", "utf-8")
    problems = ProblemList()
    read_config(path, problems)
    assert [str(p.where).rpartition("/")[2] for p in problems] == ["config.yml:5:9"]
    assert "own.GitImporter" in problems[0].message
