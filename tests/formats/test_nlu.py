"""NLU data in every documented form."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ProjectError, Severity, Where
from bot.formats.files import top_level
from bot.formats.nlu import NluReader, parse_nlu
from bot.formats.problem_list import ProblemList
from bot.formats.yaml_reader import read_text
from bot.training_data import TrainingData

NLU = """\
version: "3.1"
nlu:
- intent: track_order
  metadata: {sentiment: neutral}
  examples: |
    - 我的[快递](product:包裹)到哪了

    - where is my parcel
- intent: faq/ask_hours
  examples:
  - text: |
      - when do you open
    metadata: {sentiment: good}
  - text: 几点开门
  - 开门了吗
- synonym: 包裹
  examples: |
    - parcel
    - 货
- regex: order_number
  examples: |
    - K\\d{7}
- lookup: colour
  examples: |
    - 红色
    - blue
- lookup: colour
  examples: ["绿", green]
responses:
  utter_faq/ask_hours:
  - text: 早上九点
"""


def test_examples_with_places_entities_and_metadata() -> None:
    first, second, third, fourth, fifth = parse_nlu(NLU).examples
    assert (first.text, first.intent) == ("我的快递到哪了", "track_order")
    assert [(e.entity, e.value, e.start, e.end) for e in first.entities] == [("product", "包裹", 2, 4)]
    assert first.metadata == {"intent": {"sentiment": "neutral"}}
    assert first.where == Where("nlu.yml", 6, 7)
    assert second.where == Where("nlu.yml", 8, 7)
    assert (third.text, third.base_intent) == ("- when do you open", "faq")
    assert third.metadata == {"example": {"sentiment": "good"}}
    assert (fourth.text, fifth.text) == ("几点开门", "开门了吗")


def test_synonyms_come_from_sections_and_annotations() -> None:
    assert parse_nlu(NLU).synonyms == {"快递": "包裹", "parcel": "包裹", "货": "包裹"}


def test_patterns_lookups_and_responses() -> None:
    data = parse_nlu(NLU)
    assert [(pattern.name, pattern.regex) for pattern in data.patterns] == [("order_number", r"K\d{7}")]
    assert [(lookup.name, lookup.values) for lookup in data.lookups] == [("colour", ("红色", "blue", "绿", "green"))]
    assert data.responses["utter_faq/ask_hours"][0].text == "早上九点"


def read(text: str, folder: Path = Path()) -> tuple[TrainingData, ProblemList]:
    problems = ProblemList()
    reader = NluReader(problems, root=folder)
    path = folder / "nlu.yml"
    root = top_level(read_text(text, str(path), problems), path, problems)
    assert root is not None
    reader.add_file(root)
    return reader.build(), problems


def test_a_lookup_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "cities.txt").write_text("北京\n\nParis\n", encoding="utf-8")
    data, problems = read("nlu:\n- lookup: city\n  examples: cities.txt\n", tmp_path)
    assert data.lookups[0].values == ("北京", "Paris")
    assert not problems


def test_a_synonym_of_two_values_is_a_warning_and_the_last_counts() -> None:
    data, problems = read("nlu:\n- intent: a\n  examples: |\n    - [货](p:包裹)\n    - [货](p:商品)\n")
    assert data.synonyms == {"货": "商品"}
    assert [(p.code, p.severity, p.where and p.where.line) for p in problems] == [
        ("duplicate-name", Severity.WARNING, 5)
    ]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("nlu:\n- intent: a\n  examples: |\n    hello\n    - hi\n", "yaml-type", 4, 5),
        ("nlu:\n- intent: a\n  examples: |\n    -\n    - hi\n", "missing-key", 4, 5),
        ("nlu:\n- intent: a\n", "missing-key", 2, 3),
        ("nlu:\n- intent: a\n  examples: |\n    - 去[ 巴黎](city)\n", "annotation", 4, 8),
    ],
)
def test_a_doubtful_example_is_a_warning(text: str, code: str, line: int, column: int) -> None:
    _, problems = read(text)
    assert [(p.code, p.severity, p.where) for p in problems] == [
        (code, Severity.WARNING, Where("nlu.yml", line, column))
    ]


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("nlu:\n- intnt: a\n  examples: |\n    - hi\n", "unknown-key", "'intent'"),
        ("nlu:\n- intent: a\n  exmples: |\n    - hi\n", "unknown-key", "'examples'"),
        ("nlu:\n- intent: a\n  examples: {b: c}\n", "yaml-type", "examples: |"),
        ("nlu:\n- intent:\n  examples: |\n    - hi\n", "missing-key", ""),
        ('nlu:\n- intent: a\n  examples: |\n    - 去[巴黎]{"entity": city}\n', "annotation", "JSON"),
        ("nlu:\n- lookup: city\n  examples: no/such/file.txt\n", "file", "- "),
        ("nlu: [hello]\n", "yaml-type", ""),
    ],
)
def test_a_mistake_is_an_error(text: str, code: str, hint: str) -> None:
    with pytest.raises(ProjectError) as raised:
        parse_nlu(text)
    problem = raised.value.problems[0]
    assert problem.code == code
    assert hint in problem.hint


def test_the_column_of_a_broken_annotation_is_exact() -> None:
    with pytest.raises(ProjectError) as raised:
        parse_nlu('nlu:\n- intent: a\n  examples: |\n    - 去[巴黎]{"entiy": "city"}\n')
    assert raised.value.problems[0].where == Where("nlu.yml", 4, 12)
