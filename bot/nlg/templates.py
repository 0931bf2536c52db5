"""Responses of the domain as templates: which variation is said, and with what in its blanks.

Selection follows `rasa/core/nlg/{generator,response}.py` of Rasa 3.6.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from bot.domain import ResponseCondition, ResponseVariation
from bot.message import DialogueAct, Fact, Reply
from bot.nlg.interpolation import interpolate, interpolate_text, placeholders

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rendering:
    """A chosen variation, filled. `head` is its text, `lines` the rows of its list; only the head may be reworded."""

    variation: ResponseVariation
    head: str | None
    lines: tuple[str, ...]
    values: Mapping[str, Any]
    reply: Reply


def suitable_variations(
    variations: Sequence[ResponseVariation], *, slots: Mapping[str, Any], channel: str
) -> list[ResponseVariation]:
    """The variations to draw from: with conditions before without, for this channel before for any.

    In Rasa's order: conditions and channel, channel, conditions, neither. A variation for another channel never fits.
    """
    conditional = [
        variation for variation in variations if variation.conditions and _holds(variation.conditions, slots)
    ]
    default = [variation for variation in variations if not variation.conditions]
    for wanted in (channel, None):
        for group in (conditional, default):
            fitting = [variation for variation in group if variation.channel == wanted]
            if fitting:
                return fitting
    return []


def variation_id(variations: Sequence[ResponseVariation]) -> str | None:
    """The id that an NLG server is told: the first one's, when all have one and no two are the same."""
    ids = [variation.id for variation in variations]
    if not ids or None in ids or len(set(ids)) != len(ids):
        return None
    return ids[0]


def render(
    response: str,
    variations: Sequence[ResponseVariation],
    *,
    slots: Mapping[str, Any],
    facts: Mapping[str, Any],
    source: str,
    channel: str,
    random: Random,
) -> Rendering | None:
    """Draw a fitting variation and fill it from slots and facts (facts win); None when none fits."""
    fitting = suitable_variations(variations, slots=slots, channel=channel)
    if not fitting:
        return None
    variation = random.choice(fitting)
    values = {**slots, **facts}
    head = None if variation.text is None else interpolate_text(variation.text, values)
    lines = _lines(variation, values)
    reply = Reply(
        text="\n".join([*([head] if head else []), *lines]) if head is not None or lines else None,
        buttons=interpolate(variation.buttons, values),
        quick_replies=interpolate(variation.quick_replies, values),
        elements=variation.elements,
        image=interpolate(variation.image, values),
        attachment=interpolate(variation.attachment, values),
        custom=interpolate(variation.custom, values) or {},
        metadata=_metadata(response, variation),
        act=DialogueAct(response, _facts(variation, slots=slots, facts=facts, source=source)),
    )
    return Rendering(variation, head, lines, values, reply)


def _holds(conditions: Sequence[ResponseCondition], slots: Mapping[str, Any]) -> bool:
    return all(_equal(slots.get(condition.slot), condition.value) for condition in conditions)


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return bool(value == wanted)


def _lines(variation: ResponseVariation, values: Mapping[str, Any]) -> tuple[str, ...]:
    """One line for each row of the fact named by `list_of`, counted from 1 as `{index}`."""
    if variation.list_of is None or variation.list_text is None:
        return ()
    rows = values.get(variation.list_of)
    if rows is None:
        rows = ()
    if not isinstance(rows, list | tuple):
        logger.error("The list of the response is '%s', which is no list but %r", variation.list_of, rows)
        return ()
    return tuple(
        interpolate_text(variation.list_text, {**values, **_row(row), "index": index})
        for index, row in enumerate(rows, start=1)
    )


def _row(row: Any) -> Mapping[str, Any]:
    return row if isinstance(row, Mapping) else {"item": row}


def _facts(
    variation: ResponseVariation, *, slots: Mapping[str, Any], facts: Mapping[str, Any], source: str
) -> tuple[Fact, ...]:
    given = [Fact(name, value, source) for name, value in facts.items()]
    named = dict.fromkeys(
        name
        for part in (
            variation.text,
            variation.image,
            variation.custom,
            variation.buttons,
            variation.quick_replies,
            variation.attachment,
            variation.list_text,
        )
        for name in _names(part)
    )
    if variation.list_of:
        named[variation.list_of] = None
    return tuple(
        given + [Fact(name, slots[name], f"slot {name}") for name in named if name in slots and name not in facts]
    )


def _names(part: Any) -> tuple[str, ...]:
    """The placeholders anywhere in a part of a variation."""
    if isinstance(part, str):
        return placeholders(part)
    if isinstance(part, Mapping):
        return tuple(name for value in part.values() for name in _names(value))
    if isinstance(part, list | tuple):
        return tuple(name for item in part for name in _names(item))
    return ()


def _metadata(response: str, variation: ResponseVariation) -> Mapping[str, Any]:
    """What Rasa puts into the metadata of a bot event: the response's name and the keys that are not content."""
    metadata: dict[str, Any] = {"utter_action": response}
    if variation.id is not None:
        metadata["id"] = variation.id
    if variation.metadata:
        metadata["metadata"] = dict(variation.metadata)
    return metadata | dict(variation.extra)
