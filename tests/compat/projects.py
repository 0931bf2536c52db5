"""Little Rasa projects, written to a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

DOMAIN = """
version: "3.1"
intents: [greet, order, complain]
entities: [size, order_number]
responses:
  utter_greet:
  - text: Hello! 你好!
  utter_order:
  - text: Which size? 要什么尺码?
  utter_sorry:
  - text: We are sorry. 抱歉。
"""
NLU = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello there
    - 你好
- intent: order
  examples: |
    - order a [large](size) shirt
    - 我要买一件[大号](size)衬衫
- intent: complain
  examples: |
    - this is terrible
    - 太差了
- regex: order_number
  examples: |
    - K\\d{4}
"""
RULES = """
version: "3.1"
rules:
- rule: greeting
  steps:
  - intent: greet
  - action: utter_greet
"""
CONFIG = """
recipe: default.v1
language: {language}
assistant_id: compat
pipeline:
{pipeline}
policies:
{policies}
"""


def write_project(
    root: Path,
    files: Mapping[str, str],
    *,
    pipeline: str = "- name: WhitespaceTokenizer",
    policies: str = "- name: RulePolicy",
    language: str = "en",
) -> Path:
    """A project with greetings, orders and complaints; `files` are its own code and whatever else it has."""
    config = CONFIG.format(language=language, pipeline=dedent(pipeline).strip(), policies=dedent(policies).strip())
    usual = {"config.yml": config, "domain.yml": DOMAIN, "data/nlu.yml": NLU, "data/rules.yml": RULES}
    for name, text in {**usual, **{name: dedent(text) for name, text in files.items()}}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
