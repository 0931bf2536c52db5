"""Stories and rules to YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.formats.annotations import annotate
from bot.formats.payloads import parse_payload
from bot.formats.write_yaml import VERSION, Quoted, dump
from bot.message import Entity
from bot.stories import (
    ANY_VALUE,
    ActionStep,
    CheckpointStep,
    CheckStep,
    LoopStep,
    OrStep,
    Rule,
    SlotStep,
    Step,
    Story,
    StoryData,
    UserStep,
)


def write_stories(data: StoryData) -> str:
    """A stories.yml that reads back as the same stories and rules."""
    sections = {"stories": [_story(story) for story in data.stories], "rules": [_rule(rule) for rule in data.rules]}
    return dump({"version": Quoted(VERSION), **{name: section for name, section in sections.items() if section}})


def steps_as_data(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The `steps:` of a story; slots that follow one another stand in one step."""
    written: list[dict[str, Any]] = []
    for step in steps:
        shape = _step(step)
        if isinstance(step, SlotStep) and written and set(written[-1]) == {"slot_was_set"}:
            written[-1]["slot_was_set"] += shape["slot_was_set"]
        else:
            written.append(shape)
    return written


def _story(story: Story) -> dict[str, Any]:
    return {"story": story.name, **_metadata(story.metadata), "steps": steps_as_data(story.steps)}


def _rule(rule: Rule) -> dict[str, Any]:
    shape: dict[str, Any] = {"rule": rule.name, **_metadata(rule.metadata)}
    if rule.condition:
        shape["condition"] = steps_as_data(rule.condition)
    if rule.conversation_start:
        shape["conversation_start"] = True
    shape["steps"] = steps_as_data(rule.steps)
    if not rule.wait_for_user_input:
        shape["wait_for_user_input"] = False
    return shape


def _metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {"metadata": dict(metadata)} if metadata else {}


def _step(step: Step) -> dict[str, Any]:
    match step:
        case UserStep():
            return _user(step)
        case ActionStep(name=None):
            return {"bot": step.text}
        case ActionStep():
            return {"action": step.name}
        case SlotStep():
            return {"slot_was_set": [_slot(step)]}
        case LoopStep():
            return {"active_loop": step.name}
        case CheckpointStep():
            slots = {"slot_was_set": [_slot(slot) for slot in step.conditions]} if step.conditions else {}
            return {"checkpoint": step.name, **slots}
        case OrStep():
            return {"or": [_step(option) for option in step.options]}
        case CheckStep():
            return _check(step)


def _user(step: UserStep) -> dict[str, Any]:
    shape: dict[str, Any] = {"intent": step.intent} if step.intent else {}
    if step.text is not None:
        is_payload = parse_payload(step.text) is not None
        return {**shape, "user": step.text if is_payload else annotate(step.text, step.entities)}
    if step.entities:
        shape["entities"] = [_entity(entity) for entity in step.entities]
    return shape


def _entity(entity: Entity) -> str | dict[str, Any]:
    labels = {"role": entity.role, "group": entity.group}
    given = {key: label for key, label in labels.items() if label is not None}
    return entity.entity if entity.value == "" and not given else {entity.entity: entity.value, **given}


def _slot(step: SlotStep) -> str | dict[str, Any]:
    return step.name if step.value == ANY_VALUE else {step.name: step.value}


def _check(step: CheckStep) -> dict[str, Any]:
    shape: dict[str, Any] = {}
    if step.reply_contains:
        shape["reply_contains"] = [list(texts) if len(texts) > 1 else texts[0] for texts in step.reply_contains]
    if step.reply_lacks:
        shape["reply_lacks"] = list(step.reply_lacks)
    if step.database:
        shape["database"] = [
            {
                "table": check.table,
                **({"where": dict(check.where)} if check.where else {}),
                **({"has": dict(check.has)} if check.has else {}),
                **({} if check.count is None else {"count": check.count}),
            }
            for check in step.database
        ]
    return shape
