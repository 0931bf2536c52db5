"""Which channels are served: REST and WebSocket always, others as credentials.yml names them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot.channels.base import Channel, Handle
from bot.channels.callback import CallbackChannel
from bot.channels.rest import RestChannel
from bot.channels.socketio import SocketIoChannel
from bot.channels.websocket import WebSocketChannel
from bot.errors import UsageError, did_you_mean

log = logging.getLogger(__name__)

KNOWN = ("rest", "websocket", "callback", "socketio")
NOT_SERVED = frozenset(
    {"facebook", "slack", "telegram", "twilio", "twilio_voice", "botframework", "mattermost"}
    | {"rocketchat", "webexteams", "hangouts", "rasa", "cmdline"}
)
"""Channels of Rasa that a credentials.yml may name and that are not served; the others must run all the same."""


def channels(handle: Handle, credentials: Mapping[str, Any]) -> list[Channel]:
    """The channels to serve; raises UsageError for a name in `credentials` that no channel has."""
    served: list[Channel] = [RestChannel(handle), WebSocketChannel(handle)]
    for name, settings in credentials.items():
        if name == "callback":
            served.append(CallbackChannel.from_credentials(handle, settings))
        elif name == "socketio":
            served.append(SocketIoChannel.from_credentials(handle, settings))
        elif name in NOT_SERVED:
            log.warning("credentials.yml: the channel '%s' is not served; served are %s.", name, ", ".join(KNOWN))
        elif name not in ("rest", "websocket"):
            hint = did_you_mean(name, KNOWN) or f"Known are: {', '.join(KNOWN)}."
            raise UsageError(f"credentials.yml: there is no channel '{name}'. {hint}")
    return served
