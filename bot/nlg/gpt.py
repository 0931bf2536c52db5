"""The GPT that words replies: asked with slots instead of values, checked against the facts, and never waited for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.nlg.base import PhraseRequest, Phrasing
from bot.nlg.drafts import Drafts
from bot.nlg.generators import Generator, GeneratorError, Order
from bot.nlg.interpolation import placeholders
from bot.nlg.judging import judge
from bot.nlg.slots import hide_values, to_slots
from bot.speaking import listening

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GptLimits:
    """`candidates` wordings are tried at most, one after the other; `seconds` is what a reply may wait for all of it."""

    candidates: int = 3
    seconds: float = 4.0
    languages: tuple[str, ...] = ("en",)


class GptPhraser:
    """A `bot.nlg.base.Phraser` around a generator. The model lives in one worker thread of its own."""

    def __init__(self, generator: Generator, limits: GptLimits) -> None:
        self._generator = generator
        self._limits = limits
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gpt")
        self._loaded = False
        self._broken = ""
        self._closed = False

    def speaks(self, language: str | None) -> bool:
        """`languages` may be ["*"] for a model that speaks all."""
        languages = self._limits.languages
        return "*" in languages or (language or "").replace("_", "-").split("-")[0].lower() in languages

    async def warm_up(self) -> None:
        """Load the model now. A failure is logged once and shows in the `why` of every reply."""
        await asyncio.get_running_loop().run_in_executor(self._worker, self._load)

    async def phrase(self, request: PhraseRequest) -> Phrasing:
        """The first grounded wording within the limits."""
        deadline = time.monotonic() + self._limits.seconds
        drafts = Drafts(request, listening.get())
        work = asyncio.get_running_loop().run_in_executor(self._worker, self._phrase, request, deadline, drafts)
        try:
            # The worker stops by itself at the deadline; the little more is for what it does after the last token.
            return await asyncio.wait_for(asyncio.shield(work), self._limits.seconds + 0.25)
        except TimeoutError:
            drafts.end()
            work.add_done_callback(lambda done: done.cancelled() or done.exception())
            return Phrasing(None, f"the GPT took more than {self._limits.seconds:g} s")

    def close(self) -> None:
        """End the worker thread after what it is doing."""
        self._closed = True
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _load(self) -> None:
        if self._loaded or self._broken:
            return
        try:
            self._generator.load()
            self._loaded = True
        except GeneratorError as error:
            self._broken = str(error)
            if self._closed:  # the conversation ended while the model was still being loaded
                return
            logger.error("The GPT cannot be used, replies go out as their templates: %s", error)

    def _phrase(self, request: PhraseRequest, deadline: float, drafts: Drafts) -> Phrasing:
        if time.monotonic() > deadline:
            return Phrasing(None, "the GPT was busy with an earlier reply")
        self._load()
        if self._broken:
            return Phrasing(None, f"the GPT cannot be used: {self._broken}")
        refusals: list[str] = []
        try:
            for wording in self._wordings(request, deadline, drafts):
                text, refusal = judge(wording, request)
                if text is not None:
                    return Phrasing(text, f"own wording, try {len(refusals) + 1}; every value comes from the facts")
                drafts.take_back()
                refusals.append(refusal)
        except GeneratorError as error:
            logger.warning("%s", error)
            return Phrasing(None, f"the GPT failed: {error}")
        if not refusals:
            return Phrasing(None, "the GPT had no wording in time")
        return Phrasing(None, f"{len(refusals)} wordings refused: {' | '.join(dict.fromkeys(refusals))}")

    def _wordings(self, request: PhraseRequest, deadline: float, drafts: Drafts) -> Iterator[str]:
        names = placeholders(request.template)
        order = Order(
            act=request.act.name,
            template=" ".join(to_slots(request.template).split()),
            user_text=hide_values(request.view.user_text, request.values, names),
            language=request.language,
            turns=tuple((who, hide_values(text, request.values, names)) for who, text in request.view.turns),
            seed=request.seed,
            progress=drafts.grow if drafts.are_wanted else None,
        )
        return self._generator.generate(order, count=self._limits.candidates, deadline=deadline)


def best_languages(languages: Sequence[str]) -> tuple[str, ...]:
    """Language codes as the phraser compares them: lower case, without regions."""
    return tuple(language.replace("_", "-").split("-")[0].lower() for language in languages)
