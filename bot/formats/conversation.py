"""A conversation that happened, written as a test story."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.domain import ACTION_LISTEN, ACTION_SESSION_START, ACTION_UNLIKELY_INTENT
from bot.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered

_LEFT_OUT = (ACTION_LISTEN, ACTION_SESSION_START, ACTION_UNLIKELY_INTENT)


def write_conversation(name: str, sessions: Iterable[Sequence[Event]]) -> str:
    """One story for each session that has steps, in Rasa's format for tests."""
    stories = []
    for number, events in enumerate(sessions, start=1):
        steps = _steps(events)
        if steps:
            stories.append({"story": name if number == 1 else f"{name}, session {number}", "steps": steps})
    out = io.StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.dump({"version": "3.1", "stories": stories}, out)
    return out.getvalue()


def _steps(events: Iterable[Event]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for event in events:
        match event:
            case UserUttered():
                steps.append({"user": LiteralScalarString(_annotated(event) + "\n"), "intent": event.intent_name})
            case ActionExecuted(name=str(action)) if action not in _LEFT_OUT:
                steps.append({"action": action})
            case SlotSet():
                _slot(steps, event)
            case ActiveLoop():
                steps.append({"active_loop": event.name})
    return steps


def _slot(steps: list[dict[str, Any]], event: SlotSet) -> None:
    """Slots that were set in a row are one step."""
    if not (steps and "slot_was_set" in steps[-1]):
        steps.append({"slot_was_set": []})
    steps[-1]["slot_was_set"].append({event.name: event.value})


def _annotated(event: UserUttered) -> str:
    """The text with its entities in place, from the last to the first so that offsets stay right."""
    text = " ".join((event.text or f"/{event.intent_name}").split("\n"))
    if text.startswith("/"):
        return text
    placed = [entity for entity in event.entities if isinstance(entity.get("start"), int) and entity.get("end")]
    covered = len(text)
    for entity in sorted(placed, key=lambda each: int(each["start"]), reverse=True):
        start, end = int(entity["start"]), int(entity["end"])
        if end <= covered:
            text = f"{text[:start]}[{text[start:end]}]{_label(entity, text[start:end])}{text[end:]}"
            covered = start
    return text


def _label(entity: Mapping[str, Any], said: str) -> str:
    keys = {key: entity[key] for key in ("entity", "role", "group") if entity.get(key)}
    if entity.get("value") != said:
        keys["value"] = entity.get("value")
    if set(keys) == {"entity"}:
        return f"({keys['entity']})"
    import json

    return json.dumps(keys, ensure_ascii=False, default=str)
