"""RegexMessageHandler: intents written as a payload, such as `/greet{"name": "Li"}`, as buttons send them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.formats.payloads import parse_payload
from bot.message import Intent, Understanding

EXTRACTOR = "RegexMessageHandler"


def read_payload(text: str, intents: Collection[str]) -> Understanding | None:
    """The Understanding that a payload spells out, or None when `text` is an ordinary message.

    A payload whose intent is not in `intents` is an ordinary message, as in Rasa.
    """
    payload = parse_payload(text)
    if payload is None or payload.intent.split("/", 1)[0] not in intents:
        return None
    intent = Intent(payload.intent, payload.confidence)
    entities = tuple(replace(entity, extractor=EXTRACTOR) for entity in payload.entities)
    return Understanding(text=text, intent=intent, ranking=(intent,), entities=entities)
