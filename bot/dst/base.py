"""What links a message to what the conversation is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bot.message import Understanding


class Linker(Protocol):
    """Adds to an understanding what only the conversation can tell, such as what "the second one" is."""

    def link(self, understanding: Understanding, slots: Mapping[str, Any]) -> Understanding:
        """The understanding with what was found; the same one when nothing was."""
        ...
