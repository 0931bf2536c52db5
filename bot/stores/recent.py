"""What is remembered of the conversations that were used last."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

_Known = TypeVar("_Known")

DEFAULT_LIMIT = 512


class Recent(Generic[_Known]):
    """A small cache by sender; the conversation that was not used for longest is dropped first."""

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._limit = limit

    def get(self, sender_id: str) -> _Known | None:
        return self._known.get(sender_id)

    def remember(self, sender_id: str, known: _Known) -> None:
        self._known[sender_id] = known
        self._known.move_to_end(sender_id)
        while len(self._known) > self._limit:
            self._known.popitem(last=False)

    def forget(self, sender_id: str) -> None:
        self._known.pop(sender_id, None)
