"""Retrieval intents (`faq/ask_hours`) and their responses (`utter_faq/ask_hours`), on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import Problem, Severity, Where, did_you_mean
from bot.validation.subject import Subject


def check_retrieval(project: Subject) -> Iterator[Problem]:
    asked: dict[str, Where | None] = {}
    for example in project.training_data.examples:
        if example.intent and "/" in example.intent:
            asked.setdefault(f"utter_{example.intent}", example.where)
    answered = {name: variations for name, variations in project.domain.responses.items() if "/" in name}
    for name, where in asked.items():
        if name not in answered:
            hint = did_you_mean(name, answered) or f"Add '{name}' to `responses`."
            yield Problem("missing-key", f"'{name[6:]}' has examples but no response.", where, hint, Severity.WARNING)
    for name, variations in answered.items():
        if name not in asked and project.training_data.examples:
            place = variations[0].where if variations else None
            hint = did_you_mean(name, asked) or f"Add examples under `intent: {name.removeprefix('utter_')}`."
            message = f"response '{name}' answers an intent without examples."
            yield Problem("unused", message, place, hint, Severity.WARNING)
