"""RegexMessageHandler: intents written as a payload, such as `/greet{"name": "Li"}`, as buttons send them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from bot.message import Entity, Intent, Understanding

_PAYLOAD = re.compile(r"^/(?P<intent>[^{@]+)(?:@(?P<confidence>[0-9]*\.?[0-9]+))?(?P<entities>\{.*\})?\s*$", re.DOTALL)
EXTRACTOR = "RegexMessageHandler"


def read_payload(text: str, intents: Collection[str]) -> Understanding | None:
    """The Understanding that a payload spells out, or None when `text` is an ordinary message.

    A payload whose intent is not in `intents` is an ordinary message, as in Rasa. An entity's value may be a list:
    each item becomes an entity.
    """
    match = _PAYLOAD.match(text.strip())
    if not match:
        return None
    name = match["intent"].strip()
    if name.split("/", 1)[0] not in intents and name not in intents:
        return None
    intent = Intent(name, float(match["confidence"] or 1.0))
    entities = tuple(_entities(match["entities"], start=match.start("entities"), end=match.end("entities")))
    return Understanding(text=text, intent=intent, ranking=(intent,), entities=entities)


def _entities(source: str | None, *, start: int, end: int) -> list[Entity]:
    if not source:
        return []
    try:
        values = json.loads(source)
    except json.JSONDecodeError:
        return []
    found: list[Entity] = []
    for name, value in values.items() if isinstance(values, dict) else ():
        items: list[Any] = value if isinstance(value, list) else [value]
        found += [Entity(name, item, start=start, end=end, extractor=EXTRACTOR) for item in items]
    return found
