"""YAML with places, and every way in which it can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import Where
from bot.formats.nodes import Mapping, Node, Scalar
from bot.formats.problem_list import ProblemList
from bot.formats.yaml_reader import read_file, read_text


def read(text: str, problems: ProblemList | None = None, **environment: str) -> Node | None:
    found = problems if problems is not None else ProblemList()
    return read_text(text, "domain.yml", found, environment=environment)


def mapping(text: str) -> Mapping:
    node = read(text)
    assert isinstance(node, Mapping)
    return node


def test_every_key_and_value_knows_its_place_in_characters() -> None:
    node = mapping("意图:\n  - 打招呼\nresponses:\n  utter_greet: 你好\n")
    responses = node.get("responses")
    assert isinstance(responses, Mapping)
    assert node.key("意图").where == Where("domain.yml", 1, 1)
    assert responses.key("utter_greet").where == Where("domain.yml", 4, 3)
    greeting = responses.get("utter_greet")
    assert greeting is not None
    assert greeting.where == Where("domain.yml", 4, 16)


def test_the_lines_of_a_block_have_exact_places() -> None:
    node = mapping("nlu:\n  examples: |\n    - 我的快递\n\n      - deeper\n    - hi\n").get("nlu")
    assert isinstance(node, Mapping)
    block = node.get("examples")
    assert isinstance(block, Scalar)
    rows = [(row, where.line, where.column) for row, where in block.rows() if row]
    assert rows == [("- 我的快递", 3, 5), ("  - deeper", 5, 5), ("- hi", 6, 5)]


def test_merge_keys_and_aliases_are_followed() -> None:
    node = mapping("base: &b {lang: zh, size: 1}\nown: {<<: *b, size: 2}\nagain: *b\n")
    assert node.plain() == {
        "base": {"lang": "zh", "size": 1},
        "own": {"lang": "zh", "size": 2},
        "again": {"lang": "zh", "size": 1},
    }


def test_json_escapes_in_an_ascii_file_become_characters() -> None:
    assert mapping(r'a: "\ud83d\ude0a ok"').plain() == {"a": "😊 ok"}
    assert mapping(r"a: [\u4e00-\u9fff]").plain() == {"a": ["一-鿿"]}
    assert mapping(r'a: "C:\\user"').plain() == {"a": r"C:\user"}


def test_plain_text_takes_the_environment_and_quoted_text_does_not() -> None:
    node = read('url: http://${HOST}/\nprice: "${amount} 元"\n', HOST="shop.example")
    assert node is not None
    assert node.plain() == {"url": "http://shop.example/", "price": "${amount} 元"}


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "hint"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate-key", 3, 1, "already at line 1"),
        ("a: [1, 2\nb: 3\n", "yaml-syntax", 2, 2, "bracket"),
        ("a: b: c\n", "yaml-syntax", 1, 5, "quotes"),
        ("a:\n\t- b\n", "yaml-syntax", 2, 1, "spaces, not with tabs"),
        ("a: @b\n", "yaml-syntax", 1, 4, "quotes"),
        ("a: 1\n---\nb: 2\n", "yaml-syntax", 2, 1, "one document"),
        ("名字: 你好\x07\n", "yaml-syntax", 1, 7, "Remove it"),
        ("a: &x [*x]\n", "yaml-syntax", 1, 4, ""),
        ("a: !secret b\n", "yaml-type", 1, 4, ""),
        ("? [a]\n: b\n", "yaml-type", 1, 3, ""),
        ("a: ${NOT_SET}\n", "environment", 1, 4, "Set NOT_SET"),
    ],
)
def test_a_mistake_is_reported_with_its_place(text: str, code: str, line: int, column: int, hint: str) -> None:
    problems = ProblemList()
    read(text, problems)
    (problem,) = problems
    assert problem.code == code
    assert problem.where == Where("domain.yml", line, column)
    assert hint in problem.hint


def test_all_duplicate_keys_are_reported_at_once() -> None:
    problems = ProblemList()
    read("a: 1\na: 2\nb: {c: 1, c: 2}\n", problems)
    assert [problem.where.line for problem in problems if problem.where] == [2, 3]


def test_nesting_without_end_is_refused() -> None:
    problems = ProblemList()
    read("[" * 300 + "]" * 300, problems)
    assert [problem.code for problem in problems] == ["yaml-syntax"]


def test_a_file_that_is_not_utf_8_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_bytes("nlu: 你好".encode("gb18030"))
    problems = ProblemList()
    assert read_file(path, problems) is None
    assert problems[0].code == "file"
    assert "UTF-8" in problems[0].message


def test_an_empty_file_has_no_root() -> None:
    problems = ProblemList()
    assert read("# nothing yet\n", problems) is None
    assert not problems
