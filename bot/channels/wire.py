"""Replies as the JSON messages of Rasa's channels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.message import Reply

SAID_ON_FAILURE = "Sorry, something went wrong on our side. / 抱歉,我们这边出了点问题。"
"""Only when a turn itself failed; a failing action is answered by the assistant, in the customer's language."""


def parts(reply: Reply) -> Iterator[dict[str, Any]]:
    """One reply as Rasa's messages, without the recipient: text is split at blank lines, the rest comes after it.

    A text with buttons or quick replies stays one message, as it does in Rasa.
    """
    buttons = reply.quick_replies or reply.buttons
    if buttons:
        yield {"text": reply.text or "", "buttons": [dict(button) for button in buttons]}
    elif reply.text:
        yield from ({"text": part} for part in reply.text.strip().split("\n\n"))
    if reply.custom:
        yield {"custom": reply.custom}
    if reply.image:
        yield {"image": reply.image}
    if reply.attachment:
        yield {"attachment": reply.attachment}
    for element in reply.elements:
        text = f"{element.get('title', '')} : {element.get('subtitle', '')}"
        yield {"text": text, "buttons": list(element.get("buttons", ()))}


def messages(recipient_id: str, replies: Iterable[Reply]) -> Iterator[dict[str, Any]]:
    """All messages of a turn, as the REST channel returns them."""
    for reply in replies:
        for part in parts(reply):
            yield {"recipient_id": recipient_id, **part}
