"""The packaged GPT with the starter's adapter: its wordings are its own often enough, and always grounded."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from random import Random

import pytest

from bot.domain import ResponseVariation
from bot.message import Reply
from bot.nlg.config import GptOptions, gpt_phraser
from bot.nlg.interpolation import placeholders
from bot.nlg.pairs import read_acts
from bot.nlg.speaker import ResponseSpeaker
from bot.speaking import ConversationView
from tests.nlg.test_pairs import PAIRS, VALUES

logger = logging.getLogger(__name__)


@pytest.mark.weights
def test_at_least_half_of_the_replies_are_its_own_and_grounded() -> None:
    acts = read_acts(PAIRS)
    responses = {
        act.name: (
            ResponseVariation(text=act.templates[0].replace("[", "{").replace("]", "}"), metadata={"rephrase": True}),
        )
        for act in acts
    }
    options = GptOptions(adapter="data/nlg/adapter", time_budget=60.0)  # a loaded test machine is not what is measured
    phraser = gpt_phraser(options, root=Path(PAIRS).parents[2])
    speaker = ResponseSpeaker(responses, random=Random(1), phraser=phraser)

    async def replies() -> list[Reply | None]:
        await speaker.warm_up()
        return [
            await speaker.say(
                act.name,
                slots={},
                facts={name: VALUES[name] for name in placeholders(responses[act.name][0].text or "")},
                source="action_x",
                channel="cmdline",
                tracker_view=ConversationView(language="en", user_text=act.users[0]),
            )
            for act in acts[::3]
        ]

    said = [reply for reply in asyncio.run(replies()) if reply is not None]
    own = [reply for reply in said if reply.origin == "gpt"]
    logger.info("%d of %d replies are the GPT's own", len(own), len(said))
    assert len(own) >= len(said) / 2, [reply.why for reply in said if reply.origin != "gpt"]
