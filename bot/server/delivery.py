"""Sending what was said without a message having asked for it: on a channel, or in the answer to the request."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from bot.channels.base import Channel
from bot.channels.wire import messages
from bot.message import Reply
from bot.tracker import Tracker

log = logging.getLogger(__name__)

COLLECTOR = "collector"
LATEST = "latest"


class Delivery:
    """Finds the channel that `output_channel` names, among those that can speak first."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        self._channels = {channel.name: channel for channel in channels if hasattr(channel, "push")}

    def name(self, asked: str | None, tracker: Tracker) -> str:
        """The channel's name; `collector` when there is none that can take it, so that the answer holds the replies."""
        wanted = tracker.latest_input_channel if asked == LATEST else asked
        return wanted if wanted in self._channels else COLLECTOR

    async def send(self, channel: str, sender_id: str, replies: Sequence[Reply]) -> list[dict[str, Any]]:
        """Push the replies; the messages for the answer when they go nowhere else."""
        if channel == COLLECTOR:
            return list(messages(sender_id, replies))
        push = getattr(self._channels[channel], "push")  # noqa: B009 - Channel does not have it, those in here do
        await push(sender_id, replies)
        return []

    async def push(self, sender_id: str, channel: str, replies: Sequence[Reply]) -> None:
        """Send what a reminder said; a channel that only answers, such as REST, cannot take it."""
        if channel not in self._channels:
            log.warning(
                "%d replies to %s are lost: the channel '%s' cannot speak first.", len(replies), sender_id, channel
            )
            return
        await self.send(channel, sender_id, replies)
