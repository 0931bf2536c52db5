"""An NLG server: the wording of one response for another runtime, which a Rasa 3.6 reaches by `nlg: {url: …/nlg}`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from bot.message import Reply
from bot.server.problems import ApiError
from bot.server.running import Running
from bot.speaking import ConversationView

_TURNS_SHOWN = 6


class WordingRequest(BaseModel):
    """What Rasa asks: `arguments` are the facts of the utterance, `tracker` the conversation with all its events."""

    response: str
    id: str | None = Field(None, description="The first variation that fits; the choice is made here again.")
    arguments: dict[str, Any] = Field(default_factory=dict)
    tracker: dict[str, Any] = Field(default_factory=dict)
    channel: dict[str, Any] = Field(default_factory=dict)


def wording_routes(running: Running) -> APIRouter:
    router = APIRouter(tags=["NLG"])

    @router.post("/nlg")
    async def word(asked: WordingRequest) -> dict[str, Any]:
        """Words a response as in a conversation here; an empty object when no variation of it fits."""
        assistant = running.assistant
        if asked.response not in assistant.domain.responses:
            raise ApiError(404, "NotFound", f"There is no response '{asked.response}' in the domain.")
        reply = await assistant.speaker.say(
            asked.response,
            slots=asked.tracker.get("slots") or {},
            facts=asked.arguments,
            source=asked.response,
            channel=str(asked.channel.get("name") or "collector"),
            tracker_view=_view(asked.tracker),
        )
        return _shape(reply) if reply is not None else {}

    return router


def _shape(reply: Reply) -> dict[str, Any]:
    """Rasa's NLG answer: text is a string or absent, an attachment an object; other keys go into the bot event."""
    attachment = reply.attachment
    if attachment and not isinstance(attachment, Mapping):
        attachment = {"type": "file", "payload": {"src": attachment}}
    shape = {
        "text": reply.text,
        "buttons": list(reply.buttons),
        "quick_replies": list(reply.quick_replies),
        "elements": list(reply.elements),
        "image": reply.image,
        "attachment": attachment,
        "custom": reply.custom,
    }
    extra = {key: value for key, value in reply.metadata.items() if key != "utter_action"}
    found: dict[str, Any] = {key: value for key, value in shape.items() if value} | extra
    plain: dict[str, Any] = json.loads(json.dumps(found, ensure_ascii=False, default=str))
    return plain


def _view(tracker: Mapping[str, Any]) -> ConversationView:
    """What wording may see of a conversation in Rasa's JSON."""
    slots, message = tracker.get("slots") or {}, tracker.get("latest_message") or {}
    language = slots.get("language") or message.get("language")
    return ConversationView(
        language=language if isinstance(language, str) else None,
        user_text=message.get("text") or "",
        intent=(message.get("intent") or {}).get("name"),
        turns=tuple(_turns(tracker.get("events") or ()))[-_TURNS_SHOWN:],
        sender_id=str(tracker.get("sender_id") or "default"),
        tracker_state=lambda: tracker,
    )


def _turns(events: Any) -> Iterator[tuple[str, str]]:
    for event in events:
        kind, text = event.get("event"), event.get("text")
        if kind in ("user", "bot") and text:
            yield kind, text
