"""What the conversation asks of whoever words its replies: the Speaker, and the little it may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.message import Reply

Draft = Callable[[str], None]

listening: ContextVar[Draft | None] = ContextVar("listening", default=None)
"""Who of this turn wants to see a wording as it grows. Called from any thread with the text so far; "" takes it back."""


def _no_state() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A read-only glance at the conversation.

    `turns` are the last few (who, text), who being "user" or "bot". `tracker_state` gives Rasa's tracker JSON when
    somebody needs it (an NLG server does); it is called at most once a reply.
    """

    language: str | None = None
    user_text: str = ""
    intent: str | None = None
    turns: tuple[tuple[str, str], ...] = ()
    sender_id: str = "default"
    tracker_state: Callable[[], Mapping[str, Any]] = field(default=_no_state, repr=False)


class Speaker(Protocol):
    """Turns the name of a response and its facts into a Reply."""

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
        """The worded reply, or None when the domain has no variation of `response` that fits.

        `facts` are the keyword arguments of the utterance, `source` names the action that gave them;
        they win over slots of the same name.
        """
        ...
