"""Which channels are served: REST and WebSocket always, others as credentials.yml names them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.channels.base import Channel, Handle
from bot.channels.callback import CallbackChannel
from bot.channels.outbox import Outbox
from bot.channels.rest import RestChannel
from bot.channels.socketio import SocketIoChannel
from bot.channels.websocket import WebSocketChannel
from bot.channels.websocket_options import read_websocket_options
from bot.compat.doors import custom_channel, is_class_path
from bot.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from bot.stores.redis_locks import RedisLockOptions

log = logging.getLogger(__name__)

KNOWN = ("rest", "websocket", "callback", "socketio")
NOT_SERVED = frozenset(
    {"facebook", "slack", "telegram", "twilio", "twilio_voice", "botframework", "mattermost"}
    | {"rocketchat", "webexteams", "hangouts", "rasa", "cmdline"}
)
"""Channels of Rasa that a credentials.yml may name and that are not served; the others must run all the same."""


def channels(
    handle: Handle,
    credentials: Mapping[str, Any],
    *,
    root: Path = Path(),
    redis: RedisLockOptions | None = None,
    outbox: Outbox | None = None,
) -> list[Channel]:
    """The channels to serve; raises UsageError for a name in `credentials` that no channel has.

    A dotted name is a channel class of the project in `root`; it may take the place of a channel of ours. In `redis`
    workers meet: the sockets of a session may then be on any of them. `outbox` keeps what was sent to sockets; without
    one it is kept in Redis, and without that in memory.
    """
    served: list[Channel] = [RestChannel(handle), _websocket(handle, redis, outbox, credentials.get("websocket"))]
    for name, settings in credentials.items():
        if name == "callback":
            served.append(CallbackChannel.from_credentials(handle, settings))
        elif name == "socketio":
            served.append(SocketIoChannel.from_credentials(handle, settings, redis=redis))
        elif is_class_path(name):
            served.insert(0, custom_channel(handle, name, settings, root=root))
        elif name in NOT_SERVED:
            log.warning(
                "credentials.yml: the channel '%s' is not served. Served are %s, and channel classes of the project "
                "by their dotted path.",
                name,
                ", ".join(KNOWN),
            )
        elif name not in ("rest", "websocket"):
            hint = did_you_mean(name, KNOWN) or f"Known are: {', '.join(KNOWN)}."
            raise UsageError(f"credentials.yml: there is no channel '{name}'. {hint}")
    return served


def _websocket(
    handle: Handle, redis: RedisLockOptions | None, outbox: Outbox | None, credentials: Mapping[str, Any] | None
) -> WebSocketChannel:
    options = read_websocket_options(credentials)
    if redis is None:
        return WebSocketChannel(handle, outbox=outbox, options=options)
    from bot.channels.redis_sessions import RedisFanOut, RedisOutbox
    from bot.stores.redis_locks import RedisLockStore

    outbox = outbox or RedisOutbox(redis)
    order = RedisLockStore(redis)
    return WebSocketChannel(handle, outbox=outbox, fan_out=RedisFanOut(redis), order=order, options=options)
