"""One project with one mistake of every kind: all are reported in one run, each at its line, without a model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.errors import Severity
from bot.project import Project
from bot.validation import validate
from tests.cli.running import bot, environment

FILES = {
    "config.yml": """
assistant_id: broken
pipeline:
- name: WhitespaceTokenizer
- name: DIETClasifier
policies:
- name: RulePolicy
  core_fallback_action_name: utter_defualt
""",
    "domain/one.yml": """
intents:
- greet
- 下单
- never_used
slots:
  size:
    type: categorical
    values: [small, large]
    mappings:
    - type: from_entity
      entity: size
  colour:
    type: text
    mappings:
    - type: custom
forms:
  order_form:
    required_slots: [size, colour]
responses:
  utter_default:
  - text: 抱歉
  utter_greet:
  - text: Hi
  utter_ask_size:
  - text: 多大?
  utter_ask_colour:
  - text: Which colour?
  utter_never_said:
  - text: ...
""",
    "domain/two.yml": """
slots:
  size:
    type: text
    mappings:
    - type: custom
""",
    "data/nlu.yml": """
nlu:
- intent: greet
  examples: |
    - hello
    - hello [there](plce:x)(
- intent: gret
  examples: |
    - 你好
""",
    "data/rules.yml": """
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: greet in another way
  steps:
  - intent: greet
  - action: utter_default
- rule: order
  steps:
  - intent: 下单
  - action: order_form
  - active_loop: order_form
- rule: two turns
  steps:
  - intent: 下单
  - action: utter_default
  - intent: greet
  - action: utter_greet
""",
    "data/stories.yml": """
stories:
- story: s
  steps:
  - intent: 下单
  - action: utter_greeet
- story: s
  steps:
  - checkpoint: nowhere
  - intent: greet
  - slot_was_set:
    - size: medium
  - action: utter_greet
""",
    "tests/test_it.yml": """
stories:
- story: t
  steps:
  - intent: gret
  - action: utter_greet
""",
}
EXPECTED = {
    "config.yml:5 unknown-component": "DIETClassifier",
    "config.yml:8 unknown-name": "utter_default",
    "two.yml:3 duplicate-name": "",
    "one.yml:5 unused": "",
    "one.yml:30 unused": "",
    "one.yml:18 missing-key": "active_loop: null",
    "one.yml:13 missing-key": "mapping",
    "one.yml:11 unknown-name": "",
    "nlu.yml:9 unknown-name": "greet",
    "rules.yml:10 contradiction": "",
    "rules.yml:20 yaml-type": "story",
    "stories.yml:6 unknown-name": "utter_greet",
    "stories.yml:7 duplicate-name": "",
    "stories.yml:9 unused": "",
    "stories.yml:12 unknown-name": "small, large",
    "test_it.yml:5 unknown-name": "greet",
}


def write(folder: Path) -> Path:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_every_mistake_is_reported_at_its_line_with_what_to_write_instead(tmp_path: Path) -> None:
    problems = validate(Project.read(write(tmp_path)))
    found = {f"{Path(p.where.file).name}:{p.where.line} {p.code}": p for p in problems if p.where}
    missing = {place: hint for place, hint in EXPECTED.items() if place not in found or hint not in found[place].hint}
    assert not missing, "\n".join(f"{place}: {problem.hint}" for place, problem in sorted(found.items()))
    assert all(problem.where.column for problem in found.values() if problem.where)


def test_a_contradiction_names_both_places(tmp_path: Path) -> None:
    problems = validate(Project.read(write(tmp_path)))
    (problem,) = [problem for problem in problems if "greet in another way" in problem.message]
    assert problem.severity is Severity.ERROR
    assert [where.line for _, where in problem.related] == [6]


def test_it_ends_with_a_failure_and_loads_no_model(tmp_path: Path) -> None:
    done = bot("data", "validate", cwd=write(tmp_path))
    assert done.returncode == 1
    assert "Did you mean 'DIETClassifier'?" in done.stderr
    code = (
        "import sys; from bot.project import Project; from bot.validation import validate\n"
        "validate(Project.read('.')); sys.exit(', '.join({'torch', 'transformers', 'numpy'} & set(sys.modules)) or None)"
    )
    light = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert light.returncode == 0, light.stderr
