"""What a channel needs of the assistant, and what the server needs of a channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bot.message import Message, Reply

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


class Handle(Protocol):
    """One whole turn: the replies in order, once the turn is stored. Raises what the turn raised.

    `output_channel` is the name by which responses are picked, when it is not the message's own channel.
    """

    async def __call__(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]: ...


class Channel(Protocol):
    """A way to reach the assistant over the network. Its routes hang at the server's root."""

    name: str

    def routes(self) -> Sequence[BaseRoute]:
        """The paths that it answers."""
        ...


class PushChannel(Channel, Protocol):
    """A channel that can also speak first: reminders, events of the shop, a colleague who takes over."""

    async def push(self, recipient_id: str, replies: Sequence[Reply]) -> None:
        """Send replies that answer no message."""
        ...
