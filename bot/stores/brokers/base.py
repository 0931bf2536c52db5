"""What an event broker is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

# One event's JSON with the conversation it belongs to: `{"sender_id", **event}`.
EventShape = Mapping[str, Any]


class EventBroker(Protocol):
    """Hands events on. Belongs to one event loop, in which blocking harms nobody: that of `Publisher` or `bot export`."""

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        """Hand events on in their order; returns when they have arrived. Raises whatever goes wrong.

        After an error some of them may have arrived: publishing them again makes sure of all.
        `headers` go beside each message where the broker has such a thing.
        """
        ...

    async def close(self) -> None: ...


def as_json(event: EventShape) -> str:
    """The event as Rasa writes it."""
    return json.dumps(event, default=str)


def environment_name(default: str | None = None) -> str | None:
    """What consumers tell the bots of one broker apart by: the variable RASA_ENVIRONMENT."""
    return os.environ.get("RASA_ENVIRONMENT", default)
