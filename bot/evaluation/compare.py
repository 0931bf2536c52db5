"""Comparing one turn of a test story with what the assistant did."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain import ACTION_LISTEN, ACTION_SESSION_START, ACTION_UNLIKELY_INTENT
from bot.evaluation.outcome import Difference
from bot.evaluation.turns import ExpectedTurn
from bot.events import FULL_RETRIEVAL, ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from bot.message import Entity
from bot.stories import ANY_VALUE, ActionStep, CheckStep, LoopStep, OrStep, SlotStep, Step, UserStep

NOTHING = "(nothing)"
_SILENT = frozenset({ACTION_LISTEN, ACTION_SESSION_START, ACTION_UNLIKELY_INTENT})
"""Actions that a test story need not write down; they are compared when it does."""


def compare_user(expected: Sequence[UserStep], events: Sequence[Event]) -> Iterator[Difference]:
    """Intent, and entities where the story annotates some; any of the alternatives will do."""
    uttered = next((event for event in events if isinstance(event, UserUttered)), None)
    if uttered is None:
        yield Difference("intent", expected[0].intent or "", "(the message was not taken up)", expected[0].where)
        return
    found = [list(_user_differences(user, uttered)) for user in expected]
    yield from min(found, key=len)


def compare_actions(
    steps: Sequence[Step], events: Sequence[Event]
) -> tuple[list[tuple[ActionStep | None, str | None]], list[str]]:
    """Expected actions aligned with those executed, None where the other side has nothing; and warnings.

    A turn that checks what came of it, and names no action, leaves it open how that came about.
    """
    expected = [step for step in steps if isinstance(step, ActionStep) and step.name]
    names = {step.name for step in expected}
    executed = [event for event in events if isinstance(event, ActionExecuted)]
    texts = {step.text for step in steps if isinstance(step, ActionStep) and not step.name}
    predicted = [
        event.name_or_text
        for event in executed
        if (event.name not in _SILENT or event.name in names) and (event.name or event.action_text not in texts)
    ]
    spoken = {str(event.metadata.get("utter_action")) for event in events if isinstance(event, BotUttered)}
    wanted = [_short(step.name or "", spoken) for step in expected if step.name != ACTION_LISTEN]
    expected = [step for step in expected if step.name != ACTION_LISTEN]
    predicted = [name for name in predicted if name != ACTION_LISTEN]
    aligned: list[tuple[ActionStep | None, str | None]] = []
    for _, i, i_end, j, j_end in difflib.SequenceMatcher(None, wanted, predicted, autojunk=False).get_opcodes():
        for offset in range(max(i_end - i, j_end - j)):
            step = expected[i + offset] if i + offset < i_end else None
            aligned.append((step, predicted[j + offset] if j + offset < j_end else None))
    unlikely = any(event.name == ACTION_UNLIKELY_INTENT for event in executed) and ACTION_UNLIKELY_INTENT not in names
    is_open = not wanted and any(isinstance(step, CheckStep) for step in steps)
    return [] if is_open else aligned, [ACTION_UNLIKELY_INTENT] if unlikely else []


def action_differences(
    aligned: Sequence[tuple[ActionStep | None, str | None]], turn: ExpectedTurn, events: Sequence[Event]
) -> Iterator[Difference]:
    """Where the aligned actions differ; an action that nobody expected is shown at what stands before it."""
    spoken = {str(event.metadata.get("utter_action")) for event in events if isinstance(event, BotUttered)}
    where = turn.user[0].where if turn.user else None
    for step, predicted in aligned:
        where = step.where if step else where
        if step is None or _short(step.name or "", spoken) != predicted:
            expected = step.name or "" if step else ACTION_LISTEN
            yield Difference("action" if step else "more", expected, predicted or NOTHING, where)


def compare_state(
    steps: Sequence[Step], events: Sequence[Event], slots: Mapping[str, Any], loop: str | None
) -> Iterator[Difference]:
    """Slots and forms: the value holds at the end of the turn, or was set at some point of it."""
    for step in steps:
        options = step.options if isinstance(step, OrStep) else (step,)
        wrong = [
            option for option in options if isinstance(option, SlotStep) and not _slot_holds(option, events, slots)
        ]
        if wrong and len(wrong) == len(options):
            first = wrong[0]
            yield Difference("slot", f"{first.name}: {first.value}", _text(slots.get(first.name)), first.where)
        if isinstance(step, LoopStep) and step.name != loop:
            named = {event.name for event in events if isinstance(event, ActiveLoop)}
            if step.name not in named:
                yield Difference("loop", _text(step.name), _text(loop), step.where)


def compare_replies(steps: Sequence[Step], texts: Sequence[str]) -> Iterator[Difference]:
    """`bot:` texts, which may also be regular expressions, and the `reply_…` checks."""
    everything = "\n".join(texts)
    for step in steps:
        match step:
            case ActionStep(name=None, text=str(text)) if not any(_said(text, each) for each in texts):
                yield Difference("bot", text, everything or NOTHING, step.where)
            case CheckStep():
                for options in step.reply_contains:
                    if not any(option in everything for option in options):
                        yield Difference("reply", " | ".join(options), everything or NOTHING, step.where)
                for text in step.reply_lacks:
                    if text in everything:
                        yield Difference("reply", f"not {text}", everything, step.where)


def _user_differences(user: UserStep, uttered: UserUttered) -> Iterator[Difference]:
    intent = _intent(user.intent, uttered)
    if user.intent is not None and intent != user.intent:
        yield Difference("intent", user.intent, f"{intent} ({uttered.intent.get('confidence') or 0:.2f})", user.where)
    if user.text is not None and user.entities and not user.text.startswith("/"):
        expected = {_key(entity) for entity in user.entities}
        found = [Entity.from_dict(shape) for shape in uttered.parse_data.get("entities") or ()]
        predicted = {_key(entity) for entity in found if entity.extractor != "ReferenceResolver"}
        if expected != predicted:
            yield Difference("entities", _entities(expected, user.text), _entities(predicted, user.text), user.where)


def _intent(expected: str | None, uttered: UserUttered) -> str | None:
    """The predicted intent; with its response key where the story names one, as in `faq/ask_hours`."""
    name: str | None = uttered.intent.get("name")
    if expected and "/" in expected and name == expected.split("/", 1)[0]:
        if uttered.intent.get(FULL_RETRIEVAL):  # said as a payload
            return str(uttered.intent[FULL_RETRIEVAL])
        selector = uttered.parse_data.get("response_selector") or {}
        for key in (name, "default"):
            full = ((selector.get(key) or {}).get("response") or {}).get("intent_response_key")
            if full:
                return str(full)
    return name


_Key = tuple[int, int, str, str, str]


def _key(entity: Entity) -> _Key:
    start, end = entity.start if entity.start is not None else -1, entity.end if entity.end is not None else -1
    return (start, end, entity.entity, entity.role or "", entity.group or "")


def _entities(keys: set[_Key], text: str) -> str:
    parts = []
    for start, end, name, role, group in sorted(keys):
        label = name + (f"#{role}" if role else "") + (f"#{group}" if group else "")
        parts.append(f"[{text[start:end] if start >= 0 else ''}]({label})")
    return " ".join(parts) or NOTHING


def _short(name: str, spoken: set[str]) -> str:
    """`utter_faq` for `utter_faq/ask_hours` when just that response was given; the tracker has the short name only."""
    base, slash, _ = name.partition("/")
    return base if slash and name in spoken else name


def _slot_holds(step: SlotStep, events: Sequence[Event], slots: Mapping[str, Any]) -> bool:
    values = [event.value for event in events if isinstance(event, SlotSet) and event.name == step.name]
    return any(_same(step.value, value) for value in (*values, slots.get(step.name)))


def _same(expected: Any, value: Any) -> bool:
    if expected == ANY_VALUE:
        return value is not None
    if expected is None or value is None or isinstance(expected, bool) or isinstance(value, bool):
        return bool(expected == value)
    return bool(expected == value or str(expected) == str(value))


def _said(pattern: str, text: str) -> bool:
    if _spaced(pattern) == _spaced(text):
        return True
    try:
        return re.fullmatch(pattern.strip(), text.strip(), re.DOTALL) is not None
    except re.error:  # an ordinary sentence with a bracket in it
        return False


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _text(value: Any) -> str:
    return "null" if value is None else str(value)
