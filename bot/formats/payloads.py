"""Messages that say what they mean: `/greet`, `/inform{"cuisine": "thai"}`, `/inform@0.9{"city": ["Rome", "Oslo"]}`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from bot.message import Entity

_PAYLOAD = re.compile(r"/(?P<intent>[^{@]+)(?P<confidence>@[0-9.]+)?(?P<entities>\{.+\})?(?P<rest>.*)")


@dataclass(frozen=True, slots=True)
class Payload:
    """`rest` is what stands behind and means nothing; `fault` says why the entities could not be read."""

    intent: str
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    rest: str = ""
    fault: str = ""


def parse_payload(text: str) -> Payload | None:
    """What a message means that begins with `/`; None when it is ordinary text. Entities span all of the JSON."""
    text = text.strip()
    match = _PAYLOAD.match(text)
    if match is None:
        return None
    entities, fault = _entities(match)
    return Payload(match["intent"].strip(), _confidence(match["confidence"]), entities, match["rest"] or "", fault)


def _confidence(written: str | None) -> float:
    if written is None:
        return 1.0
    try:
        return min(float(written[1:]), 1.0)
    except ValueError:
        return 0.0


def _entities(match: re.Match[str]) -> tuple[tuple[Entity, ...], str]:
    if not match["entities"]:
        return (), ""
    try:
        shape = json.loads(match["entities"])
    except json.JSONDecodeError as error:
        return (), f"the entities are not JSON: {error.msg}."
    if not isinstance(shape, dict):
        return (), "the entities must be a JSON object."
    start, end = match.span("entities")
    found = (
        Entity(name, value, start, end)
        for name, values in shape.items()
        for value in (values if isinstance(values, list) else [values])
    )
    return tuple(found), ""
