"""The Speaker: a response's template, reworded by the GPT when it is marked for that and the wording is grounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from bot.domain import ResponseVariation
from bot.message import Reply
from bot.nlg.base import Phraser, PhraseRequest
from bot.nlg.templates import Rendering, render
from bot.speaking import ConversationView


class ResponseSpeaker:
    """Says the domain's responses.

    A variation with `metadata: {rephrase: true}` is worded by `phraser` where one is given and speaks the language;
    `rephrase: {optional: [name, ...]}` names facts that the wording may leave out. All others are verbatim.
    """

    def __init__(
        self,
        responses: Mapping[str, Sequence[ResponseVariation]],
        *,
        random: Random,
        phraser: Phraser | None = None,
        language: str | None = None,
    ) -> None:
        self._responses = responses
        self._random = random
        self._phraser = phraser
        self._language = language

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
        rendering = render(
            response,
            self._responses.get(response, ()),
            slots=slots,
            facts=facts,
            source=source,
            channel=channel,
            random=self._random,
        )
        if rendering is None:
            return None
        if not rendering.variation.rephrase or not rendering.head:
            return replace(rendering.reply, why="verbatim response")
        return await self._worded(rendering, tracker_view)

    async def warm_up(self) -> None:
        """Load the model, if there is one."""
        if self._phraser is not None:
            await self._phraser.warm_up()

    def close(self) -> None:
        """Let the model go, if there is one."""
        close = getattr(self._phraser, "close", None)
        if close is not None:
            close()

    async def _worded(self, rendering: Rendering, view: ConversationView) -> Reply:
        reply = rendering.reply
        language = view.language or self._language
        if self._phraser is None:
            return replace(reply, why="no GPT is configured")
        if language is None or not self._phraser.speaks(language):
            return replace(reply, why=f"the GPT does not speak {language or 'an unknown language'}")
        assert reply.act is not None and rendering.variation.text is not None and rendering.head is not None
        phrasing = await self._phraser.phrase(
            PhraseRequest(
                act=reply.act,
                template=rendering.variation.text,
                text=rendering.head,
                values=rendering.values,
                language=language,
                view=view,
                optional=_optional(rendering.variation),
                seed=self._random.getrandbits(32),
            )
        )
        if phrasing.text is None:
            return replace(reply, why=phrasing.why)
        text = "\n".join([phrasing.text, *rendering.lines])
        return replace(reply, text=text, origin="gpt", why=phrasing.why)


def _optional(variation: ResponseVariation) -> frozenset[str]:
    marked = variation.metadata.get("rephrase")
    return frozenset(marked.get("optional", ())) if isinstance(marked, Mapping) else frozenset()
