"""What a phraser is: something that rewords a filled template, or says why it did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.message import DialogueAct
from bot.speaking import ConversationView


@dataclass(frozen=True, slots=True)
class PhraseRequest:
    """A reply to be worded.

    `template` is the chosen variation as the domain has it, with `{names}`; `text` is the same, filled from `values`.
    `optional` names the facts that a wording may leave out; `seed` makes the wording repeatable.
    """

    act: DialogueAct
    template: str
    text: str
    values: Mapping[str, Any]
    language: str
    view: ConversationView
    optional: frozenset[str] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Phrasing:
    """`text` None means that the template goes out; `why` says so in words that --debug can show."""

    text: str | None
    why: str


class Phraser(Protocol):
    """Words replies. Never raises for a model that fails: that is a Phrasing without text."""

    def speaks(self, language: str | None) -> bool:
        """Whether it can word replies in this language (ISO 639 code)."""
        ...

    async def phrase(self, request: PhraseRequest) -> Phrasing:
        """A wording that the grounding check has passed, or none."""
        ...

    async def warm_up(self) -> None:
        """Load what is heavy, so that the first reply does not wait for it."""
        ...
