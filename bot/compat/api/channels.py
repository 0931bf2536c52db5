"""InputChannel and OutputChannel: a project's own ways to be reached, as Sanic blueprints."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NoReturn

from sanic import Blueprint
from sanic.request import Request

from bot.compat.api.constants import BEARER_TOKEN_PREFIX, DEFAULT_SENDER_ID
from bot.compat.api.exceptions import RasaException

log = logging.getLogger(__name__)


class UserMessage:
    """What a customer sent, and where the answers go."""

    def __init__(
        self,
        text: str | None = None,
        output_channel: OutputChannel | None = None,
        sender_id: str | None = None,
        parse_data: dict[str, Any] | None = None,
        input_channel: str | None = None,
        message_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.text = text.strip() if text else text
        self.message_id = str(message_id) if message_id is not None else uuid.uuid4().hex
        self.output_channel = output_channel if output_channel is not None else CollectingOutputChannel()
        self.sender_id = str(sender_id) if sender_id is not None else DEFAULT_SENDER_ID
        self.input_channel = input_channel
        self.parse_data = parse_data
        self.metadata = metadata


class InputChannel:
    """Reads messages from requests to its blueprint, which hangs at `/webhooks/NAME`."""

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InputChannel:
        """The channel with its settings of credentials.yml."""
        return cls()

    def url_prefix(self) -> str:
        return self.name()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes; each calls `on_new_message` with what it reads."""
        raise NotImplementedError(f"The channel {type(self).__name__} has no blueprint.")

    def get_output_channel(self) -> OutputChannel | None:
        """Where to speak without having been spoken to; None when that cannot be."""
        return None

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """What else of a request is kept with the message."""
        return None

    @classmethod
    def raise_missing_credentials_exception(cls) -> NoReturn:
        raise RasaException(f"The channel '{cls.name()}' needs its settings in credentials.yml.")


class OutputChannel:
    """Sends replies; a subclass that can only send text overrides `send_text_message` alone."""

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send each part of a reply in the way made for it."""
        rest = dict(message)
        if rest.get("quick_replies"):
            await self.send_quick_replies(recipient_id, rest.pop("text"), rest.pop("quick_replies"), **rest)
        elif rest.get("buttons"):
            await self.send_text_with_buttons(recipient_id, rest.pop("text"), rest.pop("buttons"), **rest)
        elif rest.get("text"):
            await self.send_text_message(recipient_id, rest.pop("text"), **rest)
        if rest.get("custom"):
            await self.send_custom_json(recipient_id, rest.pop("custom"), **rest)
        if rest.get("image"):
            await self.send_image_url(recipient_id, rest.pop("image"), **rest)
        if rest.get("attachment"):
            await self.send_attachment(recipient_id, rest.pop("attachment"), **rest)
        if rest.get("elements"):
            await self.send_elements(recipient_id, rest.pop("elements"), **rest)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        raise NotImplementedError(f"The channel {type(self).__name__} cannot send text.")

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        await self.send_text_message(recipient_id, f"Image: {image}")

    async def send_attachment(self, recipient_id: str, attachment: Any, **kwargs: Any) -> None:
        await self.send_text_message(recipient_id, f"Attachment: {attachment}")

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        await self.send_text_message(recipient_id, text)
        for number, button in enumerate(buttons, start=1):
            payload = f" ({button['payload']})" if "payload" in button else ""
            await self.send_text_message(recipient_id, f"{number}: {button.get('title', '')}{payload}")

    async def send_quick_replies(
        self, recipient_id: str, text: str, quick_replies: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        await self.send_text_with_buttons(recipient_id, text, quick_replies)

    async def send_elements(self, recipient_id: str, elements: Iterable[dict[str, Any]], **kwargs: Any) -> None:
        for element in elements:
            text = f"{element.get('title', '')} : {element.get('subtitle', '')}"
            await self.send_text_with_buttons(recipient_id, text, element.get("buttons", []))

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any) -> None:
        await self.send_text_message(recipient_id, json.dumps(json_message))


class CollectingOutputChannel(OutputChannel):
    """Keeps what is sent in `messages`."""

    def __init__(self) -> None:
        self.messages: Any = []

    @classmethod
    def name(cls) -> str:
        return "collector"

    def latest_output(self) -> dict[str, Any] | None:
        return self.messages[-1] if self.messages else None

    @staticmethod
    def _message(recipient_id: str, **content: Any) -> dict[str, Any]:
        return {"recipient_id": recipient_id} | {key: value for key, value in content.items() if value is not None}

    async def _persist_message(self, message: dict[str, Any]) -> None:
        self.messages.append(message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        for part in text.strip().split("\n\n"):
            await self._persist_message(self._message(recipient_id, text=part))

    async def send_image_url(self, recipient_id: str, image: str, **kwargs: Any) -> None:
        await self._persist_message(self._message(recipient_id, image=image))

    async def send_attachment(self, recipient_id: str, attachment: Any, **kwargs: Any) -> None:
        await self._persist_message(self._message(recipient_id, attachment=attachment))

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        await self._persist_message(self._message(recipient_id, text=text, buttons=buttons))

    async def send_custom_json(self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any) -> None:
        await self._persist_message(self._message(recipient_id, custom=json_message))


def decode_jwt(bearer_token: str, jwt_key: str, jwt_algorithm: str) -> dict[str, Any]:
    """The payload of a bearer token; raises what PyJWT raises."""
    import jwt

    token = bearer_token.replace(BEARER_TOKEN_PREFIX, "")
    payload: dict[str, Any] = jwt.decode(token, jwt_key, algorithms=[jwt_algorithm])
    return payload


def decode_bearer_token(bearer_token: str, jwt_key: str, jwt_algorithm: str) -> dict[str, Any] | None:
    """The payload of a bearer token; None, with a log entry, for one that is not valid."""
    import jwt

    try:
        return decode_jwt(bearer_token, jwt_key, jwt_algorithm)
    except jwt.PyJWTError as error:
        log.error("A token was refused: %s", error)
        return None


__all__ = [
    "CollectingOutputChannel",
    "InputChannel",
    "OutputChannel",
    "UserMessage",
    "decode_bearer_token",
    "decode_jwt",
]
