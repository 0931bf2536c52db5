"""Events into a file, one JSON object a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.stores.brokers.base import EventShape, as_json
from bot.stores.options import Options


class FileOptions(Options):
    """`path`: the file, below the project's folder unless it is absolute."""

    path: str = "rasa_event.log"


class FileEventBroker:
    """Appends to a file. It is opened for each batch, so that it can be moved away at any time."""

    def __init__(self, options: FileOptions, root: Path) -> None:
        self.path = root / options.path

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        lines = "".join(as_json(event) + "\n" for event in events)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(lines)

    async def close(self) -> None:
        return None
