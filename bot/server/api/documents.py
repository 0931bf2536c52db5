"""Requests whose body is a text that FastAPI cannot describe by itself, for the OpenAPI page."""

from __future__ import annotations

from typing import Any


def _yaml_body(description: str, example: str) -> dict[str, Any]:
    content = {"application/x-yaml": {"schema": {"type": "string"}, "example": example}}
    return {"requestBody": {"required": True, "description": description, "content": content}}


TEST_STORIES = _yaml_body(
    "Test stories.",
    "stories:\n- story: greeting\n  steps:\n  - user: |\n      您好\n    intent: greet\n  - action: utter_greet\n",
)
TRAINING_DATA = _yaml_body(
    "Annotated examples; for cross-validation the `pipeline` beside them.",
    "nlu:\n- intent: greet\n  examples: |\n    - hello\n    - 您好\n",
)
WHOLE_PROJECT = _yaml_body(
    "A whole project in one text: the keys of config.yml, domain.yml and all of data/.",
    "language: zh\npipeline: []\npolicies:\n- name: RulePolicy\nintents: [greet]\nresponses:\n  utter_greet:\n"
    "  - text: 您好!\nrules:\n- rule: greet\n  steps:\n  - intent: greet\n  - action: utter_greet\n",
)
