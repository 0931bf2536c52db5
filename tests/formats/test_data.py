"""A folder of training data: each file is known by its keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.errors import Severity
from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList

STORY = "stories:\n- story: s\n  steps: [{intent: greet}, {action: utter_greet}]\n"


@pytest.fixture
def problems() -> ProblemList:
    return ProblemList()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_sections_are_found_whatever_the_file_is_called(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "deep" / "anything.yaml", STORY + "rules:\n- rule: r\n  steps: [{action: a}]\nnlu: []\n")
    write(tmp_path / "b.yml", "responses:\n  utter_faq/x:\n  - text: 好\nnlu:\n- intent: faq/x\n  examples: '- 问'\n")
    data = read_data([tmp_path], problems)
    assert (len(data.stories.stories), len(data.stories.rules)) == (1, 1)
    assert [example.text for example in data.training_data.examples] == ["问"]
    assert list(data.training_data.responses) == ["utter_faq/x"]
    assert not problems


def test_tests_are_kept_apart_but_their_nlu_is_not(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "test_stories.yml", STORY)
    write(tmp_path / "test_words.yml", "nlu:\n- intent: greet\n  examples: |\n    - 你好\n")
    data = read_data([tmp_path], problems)
    assert not data.stories.stories
    assert data.test_files == (tmp_path / "test_stories.yml",)
    assert len(data.training_data.examples) == 1


def test_other_files_are_none_of_our_business(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "catalogue.yml", "products:\n- {name: lamp, name: twice}\n")
    write(tmp_path / "package.json", '{"name": "x"}')
    write(tmp_path / "broken.json", "{")
    write(tmp_path / "notes.md", "nlu: [")
    data = read_data([tmp_path], problems)
    assert not data.training_data.examples
    assert not problems


def test_an_empty_file_is_said(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "nlu.yml", " \n")
    assert not read_data([tmp_path], problems).training_data.examples
    (problem,) = problems
    assert (problem.code, problem.severity) == ("file", Severity.INFO)
    assert str(problem.where) == str(tmp_path / "nlu.yml")


def test_a_domain_section_in_data_is_not_overlooked(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "nlu.yml", "nlu: []\nslots: {}\n")
    read_data([tmp_path], problems)
    assert [(p.code, p.severity) for p in problems] == [("unknown-key", Severity.WARNING)]


def test_a_misspelt_section_is_not_overlooked(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "stories.yml", STORY.replace("stories:", "storeis:"))
    read_data([tmp_path], problems)
    assert [problem.hint for problem in problems] == ["Did you mean 'stories'?"]


def test_a_file_given_twice_is_read_once(tmp_path: Path, problems: ProblemList) -> None:
    write(tmp_path / "s.yml", STORY)
    (tmp_path / "link.yml").symlink_to(tmp_path / "s.yml")
    assert len(read_data([tmp_path, tmp_path / "s.yml"], problems).stories.stories) == 1


def test_json_training_data_is_read(tmp_path: Path, problems: ProblemList) -> None:
    (tmp_path / "sizes.txt").write_text("大\nsmall\n", encoding="utf-8")
    entities = [{"start": 2, "end": 4, "value": "包裹", "entity": "product", "role": "r"}]
    content = {
        "rasa_nlu_data": {
            "common_examples": [
                {"text": "查下快递😊", "intent": "track_order", "entities": entities},
                {"text": "hi", "intent": "greet"},
            ],
            "regex_features": [{"name": "order", "pattern": r"K\d+"}],
            "lookup_tables": [{"name": "size", "elements": "sizes.txt"}, {"name": "colour", "elements": ["红", "red"]}],
            "entity_synonyms": [{"value": "包裹", "synonyms": ["parcel"]}],
        }
    }
    write(tmp_path / "data.json", json.dumps(content))  # ASCII, with surrogate pairs as JSON writes them
    data = read_data([tmp_path], problems).training_data
    assert [example.text for example in data.examples] == ["查下快递😊", "hi"]
    assert [(e.entity, e.value, e.role) for e in data.examples[0].entities] == [("product", "包裹", "r")]
    assert data.synonyms == {"快递": "包裹", "parcel": "包裹"}
    assert [lookup.values for lookup in data.lookups] == [("大", "small"), ("红", "red")]
    assert [pattern.regex for pattern in data.patterns] == [r"K\d+"]
    assert not problems


def test_offsets_outside_of_a_json_text_are_an_error(tmp_path: Path, problems: ProblemList) -> None:
    example = {"text": "hi", "intent": "a", "entities": [{"start": 1, "end": 9, "entity": "b", "value": "c"}]}
    write(tmp_path / "data.json", json.dumps({"rasa_nlu_data": {"common_examples": [example]}}))
    read_data([tmp_path], problems)
    assert [problem.code for problem in problems] == ["annotation"]
