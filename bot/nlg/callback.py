"""Rasa's NLG server protocol: another program words all replies."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.domain import ResponseVariation
from bot.message import DialogueAct, Fact, Reply
from bot.nlg.speaker import ResponseSpeaker
from bot.nlg.templates import suitable_variations, variation_id
from bot.speaking import ConversationView

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

_LISTS = ("buttons", "quick_replies", "elements")


class CallbackSpeaker:
    """POSTs `{response, id, arguments, tracker, channel}` to an NLG server, as `rasa/core/nlg/callback.py` does.

    An empty answer says nothing. When the server fails, the domain's own response goes out, and the log says why.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        responses: Mapping[str, Sequence[ResponseVariation]],
        *,
        fallback: ResponseSpeaker,
        params: Mapping[str, str] | None = None,
    ) -> None:
        self._client = client
        self._url = url
        self._responses = responses
        self._fallback = fallback
        self._params = dict(params or {})

    async def say(
        self,
        response: str,
        *,
        slots: Mapping[str, Any],
        facts: Mapping[str, Any],
        source: str,
        channel: str,
        tracker_view: ConversationView,
    ) -> Reply | None:
        """See `bot.speaking.Speaker`."""
        import httpx

        fitting = suitable_variations(self._responses.get(response, ()), slots=slots, channel=channel)
        body = {
            "response": response,
            "id": variation_id(fitting),
            "arguments": dict(facts),
            "tracker": tracker_view.tracker_state(),
            "channel": {"name": channel},
        }
        try:
            content = json.dumps(body, ensure_ascii=False, default=str).encode()  # facts may be prices and dates
            url = httpx.URL(self._url).copy_merge_params(self._params)
            answer = await self._client.post(url, content=content, headers={"content-type": "application/json"})
            answer.raise_for_status()
            shape = answer.json() if answer.content else {}
            if not isinstance(shape, Mapping):
                raise ValueError(f"expected a JSON object, got {type(shape).__name__}")
        except (httpx.HTTPError, ValueError) as error:
            logger.error("The NLG server %s gave no reply for '%s': %s", self._url, response, error)
            reply = await self._fallback.say(
                response, slots=slots, facts=facts, source=source, channel=channel, tracker_view=tracker_view
            )
            return replace(reply, why=f"the NLG server failed: {error}") if reply else None
        act = DialogueAct(response, tuple(Fact(name, value, source) for name, value in facts.items()))
        return reply_from(response, shape, act, why="worded by the NLG server")

    async def warm_up(self) -> None:
        """Nothing to load."""

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()


def reply_from(response: str, shape: Mapping[str, Any], act: DialogueAct, *, why: str) -> Reply:
    """The reply of an answer in Rasa's shape: `text`, `buttons`, `image`, `custom` and so on."""
    lists = {key: tuple(shape.get(key) or ()) for key in _LISTS}
    known = {"text", "image", "attachment", "custom", *_LISTS}
    return Reply(
        text=shape.get("text"),
        image=shape.get("image"),
        attachment=shape.get("attachment"),
        custom=shape.get("custom") or {},
        metadata={"utter_action": response} | {key: value for key, value in shape.items() if key not in known},
        act=act,
        origin="template",
        why=why,
        **lists,
    )
