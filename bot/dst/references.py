"""What the customer points at: "the second one", 刚才那件, "the cheaper one", resolved against what was just shown.

An action that shows things sets the slot `knowledge_base_listed_objects` to a list of objects (as Rasa's knowledge-base
actions do), and `knowledge_base_last_object` when one thing is being talked about. An object says what it would be as
an entity: `{"entity": "order_number", "value": "K1048213", "names": ["running shoes", "跑鞋"], "price": 299.0}`.
The model finds the `mention`; this module finds the object, and adds it to the understanding as that entity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, utils

from bot.dst.numbers import ordinal
from bot.message import Entity, Understanding

LISTED = "knowledge_base_listed_objects"
FOCUS = "knowledge_base_last_object"
EXTRACTOR = "ReferenceResolver"

_ALL = re.compile(r"\b(both|all|every\w*|each|everything)\b|都|全部|所有|两个都|全都", re.IGNORECASE)
_COMPARED: tuple[tuple[str, str, bool], ...] = (
    # pattern, the object's key, whether the smallest is meant
    (r"cheap(?:er|est)?|less expensive|lowest|便宜|最低价|平价", "price", True),
    (r"expensive|priciest|dearest|贵", "price", False),
    (r"newe?(?:r|st)|latest|recent|最近|最新|新", "date", False),
    (r"old(?:er|est)|earliest|最早|旧", "date", True),
)
_POINTING = re.compile(
    r"\b(?:the|that|this|these|those|ones?|please)\b|[那这哪][个款件条双只台种把套支瓶张]?|[个款件条双只台种把套支瓶张的吧]$",
    re.IGNORECASE,
)
_DESCRIBED_BY = ("product", "colour", "size")
_NAME_MATCH = 80.0

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReferenceResolver:
    """Adds the objects that a message's mentions, colours and names point at. Never removes anything."""

    mention: str = "mention"

    def link(self, understanding: Understanding, slots: Mapping[str, Any]) -> Understanding:
        listed: list[Object] = [item for item in slots.get(LISTED) or () if _is_object(item)]
        focus: Object | None = slots.get(FOCUS) if _is_object(slots.get(FOCUS)) else None
        if not listed and not focus:
            return understanding
        found = [
            resolved
            for entity in understanding.entities
            if entity.entity == self.mention
            for resolved in self._resolve(entity, understanding, listed, focus)
        ]
        if not found and listed:
            found = self._without_mention(understanding, listed)
        known = {(entity.entity, entity.value) for entity in understanding.entities}
        new = list({(entity.entity, entity.value): entity for entity in found}.values())
        new = [entity for entity in new if (entity.entity, entity.value) not in known]
        return replace(understanding, entities=(*understanding.entities, *new)) if new else understanding

    def _resolve(
        self, mention: Entity, understanding: Understanding, listed: Sequence[Object], focus: Object | None
    ) -> list[Entity]:
        text = str(mention.value)
        if listed and (position := ordinal(text, len(listed))) is not None:
            return [_as_entity(listed[position - 1], mention)]
        if listed and _ALL.search(text):
            return [_as_entity(item, mention) for item in listed]
        if (compared := _compared(text, listed)) is not None:
            return [_as_entity(compared, mention)]
        if (described := _described(understanding, listed) or _called(text, listed)) is not None:
            return [_as_entity(described, mention)]
        if focus is not None:
            return [_as_entity(focus, mention)]
        return [_as_entity(listed[0], mention)] if len(listed) == 1 else []

    def _without_mention(self, understanding: Understanding, listed: Sequence[Object]) -> list[Entity]:
        """A bare "2" or "2." after a list, or a listed thing called by its name ("the desk lamp", 黑色那件)."""
        text = understanding.text.strip().rstrip(".。、")
        if (re.fullmatch(r"[0-9０-９]{1,2}", text) or text.startswith("第")) and (n := ordinal(text, len(listed))):
            return [_as_entity(listed[n - 1], None)]
        described = _described(understanding, listed)
        return [_as_entity(described, None)] if described is not None else []


def _is_object(item: Any) -> bool:
    """Whether it is of our shape. rasa_sdk's knowledge base keeps bare ids in the same slots, and reads them itself."""
    return isinstance(item, Mapping) and "entity" in item and "value" in item


def _as_entity(item: Object, mention: Entity | None) -> Entity:
    start, end = (mention.start, mention.end) if mention else (None, None)
    return Entity(str(item["entity"]), item["value"], start, end, extractor=EXTRACTOR)


def _compared(text: str, listed: Sequence[Object]) -> Object | None:
    for pattern, key, smallest in _COMPARED:
        if re.search(pattern, text, re.IGNORECASE):
            comparable = [item for item in listed if item.get(key) is not None]
            if comparable:
                return (min if smallest else max)(comparable, key=lambda item: item[key])
    return None


def _described(understanding: Understanding, listed: Sequence[Object]) -> Object | None:
    """The only listed object whose names hold every product, colour and size word of the message."""
    words = [str(entity.value) for entity in understanding.entities if entity.entity in _DESCRIBED_BY]
    if not words:
        return None
    fitting = [item for item in listed if all(_named(word, item) for word in words)]
    return fitting[0] if len(fitting) == 1 else None


def _called(mention: str, listed: Sequence[Object]) -> Object | None:
    """The only listed object that is called what a mention says beside its pointing: 头戴那款, "that folding one"."""
    words = _POINTING.sub(" ", mention).split()
    fitting = [item for item in listed if words and all(_named(word, item) for word in words)]
    return fitting[0] if len(fitting) == 1 else None


def _named(word: str, item: Object) -> bool:
    for name in item.get("names", ()):
        if len(word) <= 3:
            if re.search(rf"(?<![A-Za-z0-9]){re.escape(word.casefold())}(?![A-Za-z0-9])", str(name).casefold()):
                return True
        elif fuzz.partial_ratio(word, str(name), processor=utils.default_process) >= _NAME_MATCH:
            return True
    return False
