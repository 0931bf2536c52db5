"""Publishing what a tracker store holds, for a broker that was set up later or has lost something.

Source: `rasa/core/exporter.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import UsageError
from bot.stores.base import TrackerStore
from bot.stores.brokers.base import EventBroker, EventShape

# By this header a consumer tells exported events from those of a running bot.
PROCESS_ID_HEADER = "rasa-export-process-id"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported: the events from `minimum` to before `maximum` (seconds since the epoch; None for no limit) of
    the conversations `sender_ids` (None for all). `offset` seconds are added to each timestamp."""

    minimum: float | None = None
    maximum: float | None = None
    sender_ids: tuple[str, ...] | None = None
    offset: float = 0

    def __post_init__(self) -> None:
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise UsageError(f"the maximum timestamp {self.maximum} is smaller than the minimum {self.minimum}.")

    def of(self, sender_id: str, events: Iterable[Mapping[str, Any]]) -> list[EventShape]:
        """The selected events of a conversation, the oldest first, as they are published."""
        ordered = sorted(events, key=_timestamp)
        return [
            {"sender_id": sender_id, **event, **({"timestamp": _timestamp(event) + self.offset} if self.offset else {})}
            for event in ordered
            if self._is_in_range(_timestamp(event))
        ]

    def _is_in_range(self, timestamp: float) -> bool:
        return (self.minimum is None or timestamp >= self.minimum) and (
            self.maximum is None or timestamp < self.maximum
        )


@dataclass(frozen=True, slots=True)
class Exported:
    """How much was published; `left` are the conversations that were not published, or not wholly, because of `error`."""

    events: int
    conversations: int
    left: tuple[str, ...] = ()
    error: Exception | None = None


async def export(
    store: TrackerStore,
    broker: EventBroker,
    selection: Selection,
    *,
    warn: Callable[[str], None],
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
) -> Exported:
    """Publish the selected events, one conversation after the other.

    Raises UsageError when there is nothing to export. What the broker raises ends the export and is in the answer.
    """
    senders = await _senders(store, selection, warn)
    headers = {PROCESS_ID_HEADER: new_id()}
    published = 0
    for number, sender_id in enumerate(senders):
        async for batch in _batches(store, sender_id, selection):
            try:
                await broker.publish(batch, headers=headers)
            except Exception as error:  # noqa: BLE001 - each client has errors of its own; the caller shows it
                return Exported(published, number, tuple(senders[number:]), error)
            published += len(batch)
    return Exported(published, len(senders))


async def _senders(store: TrackerStore, selection: Selection, warn: Callable[[str], None]) -> Sequence[str]:
    present = await store.sender_ids()
    if not present:
        raise UsageError("there are no conversations in the tracker store that endpoints.yml names.")
    if selection.sender_ids is None:
        return present
    missing = sorted(set(selection.sender_ids) - set(present))
    if missing:
        warn(f"Not in the tracker store: {', '.join(missing)}.")
    found = [sender_id for sender_id in present if sender_id in selection.sender_ids]
    if not found:
        raise UsageError("none of these conversations is in the tracker store.")
    return found


async def _batches(store: TrackerStore, sender_id: str, selection: Selection) -> AsyncIterator[list[EventShape]]:
    events = selection.of(sender_id, await store.event_dicts(sender_id))
    for start in range(0, len(events), _BATCH):
        yield events[start : start + _BATCH]


def _timestamp(event: Mapping[str, Any]) -> float:
    return float(event.get("timestamp") or 0)
