"""Reading a message from a request, whatever is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from bot.message import Message

DEFAULT_SENDER = "default"
CLAIMS = "claims"
"""Under this key of a message's metadata are the claims of the token of its session; no client can write it."""


class MessageError(ValueError):
    """The request holds no message; says what was expected."""


async def read_message(request: Request, *, channel: str) -> Message:
    """The message in a webhook's JSON body, whatever its content type says, as Rasa reads it."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise MessageError(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise MessageError('The body is not a JSON object such as {"sender": "li", "message": "hello"}.')
    return message_from(body, channel=channel)


def message_from(body: dict[str, Any], *, channel: str) -> Message:
    """The message of a JSON object with `message`, and perhaps `sender`, `message_id`, `input_channel`, `metadata`."""
    text = body.get("message")
    if not isinstance(text, str):
        raise MessageError('"message" is missing or not a string.')
    metadata = body.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise MessageError('"metadata" is not an object.')
    sender = body.get("sender")
    if sender is not None and not isinstance(sender, str | int):
        raise MessageError('"sender" is not a string.')
    return Message(
        text=clean(text),
        sender_id=clean(str(sender)) if sender not in (None, "") else DEFAULT_SENDER,
        message_id=clean(str(body.get("message_id") or "")),
        input_channel=str(body.get("input_channel") or channel),
        metadata=unsigned(metadata or {}),
    )


def unsigned(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata without what only a verified token may say."""
    return {key: value for key, value in metadata.items() if key != CLAIMS}


def clean(text: str) -> str:
    """`text` without lone surrogates, which JSON may carry and no database or socket can store."""
    return text.encode("utf-8", "replace").decode("utf-8")
