"""The `bot` command in a process of its own, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(**changed: str) -> dict[str, str]:
    paths = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return os.environ | {"PYTHONPATH": paths, "NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"} | changed


def bot(*arguments: str | Path, cwd: Path, stdin: str = "", timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        env=environment(),
    )


def write_project(folder: Path, **files: str) -> Path:
    """A project that needs no model: payloads and rules. `files` replace or add: `domain="…"` is domain.yml."""
    usual = {"config": CONFIG, "domain": DOMAIN, "data/rules": RULES, "tests/test_all": TESTS} | files
    for name, text in usual.items():
        path = folder / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


CONFIG = """
version: "3.1"
recipe: default.v1
language: zh
assistant_id: tiny
pipeline: []
policies:
- name: RulePolicy
"""

DOMAIN = """
version: "3.1"
intents: [greet, cancel_order, affirm]
responses:
  utter_greet:
  - text: 您好!
  utter_sure:
  - text: Sure?
    buttons:
    - {title: 确定, payload: /affirm}
    - {title: "No", payload: /greet}
  utter_done:
  - text: "Done.\\n\\n已取消。"
  utter_default:
  - text: 抱歉,我没有听懂。
"""

RULES = """
version: "3.1"
rules:
- rule: greet back
  steps:
  - intent: greet
  - action: utter_greet
- rule: ask before cancelling
  steps:
  - intent: cancel_order
  - action: utter_sure
- rule: done
  steps:
  - intent: affirm
  - action: utter_done
"""

TESTS = """
stories:
- story: greeting
  steps:
  - user: "/greet"
    intent: greet
  - action: utter_greet
- story: cancelling
  steps:
  - intent: cancel_order
  - action: utter_sure
  - user: "/affirm"
    intent: affirm
  - action: utter_done
  - reply_contains: [已取消]
"""
