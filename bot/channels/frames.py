"""The frames of `/ws`: what a client may send, read strictly, and what it gets.

A client sends one JSON object a frame:

    {"type": "hello", "session": "…", "seq": 7}         first; without `session` it is given one; `seq` is the newest
                                                        reply that it has (absent: only what comes from now on);
                                                        `token`, where the server asks for one, says which session
    {"type": "message", "id": "…", "text": "…", "metadata": {…}}    `id` is its own and the same in a resend
    {"type": "ping"}

and gets

    {"type": "session", "session": "…", "seq": 9}       the answer to hello; the replies after `seq` follow
    {"type": "typing", "on": true, "to": "message id"}  this message has been received and is being answered
    {"type": "draft", "to": "message id", "text": "…"}  the reply in the making, so far; "" takes it back. It is no
                                                        reply yet: that comes when the turn is stored
    {"type": "reply", "seq": 8, "to": "message id", "text": "…", "buttons": […], …}
    {"type": "ack", "id": "…"}                          the turn is stored: this message need not be sent again
    {"type": "error", "code": "…", "message": "…", "id": "…"}       the connection stays open
    {"type": "pong"}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.incoming import clean, unsigned

LONGEST_FRAME = 64 * 1024
_NAME = re.compile(r"[\w.:@+-]{1,128}")


@dataclass(frozen=True, slots=True)
class Hello:
    session: str | None
    seq: int | None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Say:
    id: str
    text: str
    session: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ping:
    pass


class FrameError(ValueError):
    """A frame that cannot be read: `code` for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def read_frame(data: str) -> Hello | Say | Ping:
    """What a client's frame asks for; raises FrameError."""
    if len(data) > LONGEST_FRAME:
        raise FrameError("too-long", f"A frame has at most {LONGEST_FRAME} characters.")
    try:
        frame = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FrameError("not-json", "A frame is one JSON object.") from error
    if not isinstance(frame, dict):
        raise FrameError("not-json", "A frame is one JSON object.")
    match frame.get("type"):
        case "hello":
            return Hello(_name(frame, "session"), _seq(frame), _token(frame))
        case "message":
            return _say(frame)
        case "ping":
            return Ping()
        case _:
            raise FrameError("unknown-type", '"type" is one of hello, message, ping.')


def _say(frame: dict[str, Any]) -> Say:
    text, metadata = frame.get("text"), frame.get("metadata") or {}
    if not isinstance(text, str):
        raise FrameError("bad-message", '"text" is missing or not a string.')
    if not isinstance(metadata, dict):
        raise FrameError("bad-message", '"metadata" is not an object.')
    return Say(_name(frame, "id") or "", clean(text), _name(frame, "session"), unsigned(metadata))


def _name(frame: dict[str, Any], key: str) -> str | None:
    value = frame.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise FrameError("bad-name", f'"{key}" is a string of at most 128 letters, digits and . : @ + - _')
    return value


def _seq(frame: dict[str, Any]) -> int | None:
    value = frame.get("seq")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise FrameError("bad-seq", '"seq" is a whole number, 0 or more.')
    return value


def _token(frame: dict[str, Any]) -> str | None:
    value = frame.get("token")
    if value is not None and not isinstance(value, str):
        raise FrameError("bad-token", '"token" is a string.')
    return value
