"""What an action is, how it speaks, and what running one can end in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.domain import Domain
from bot.errors import KefuError
from bot.events import BotUttered, Event, UserUttered
from bot.message import DialogueAct, Fact, Reply
from bot.speaking import ConversationView, Speaker
from bot.tracker import EventVerbosity, Tracker

_TURNS_SHOWN = 6


class ActionRejected(Exception):  # noqa: N818 - not an error: the action asks for another prediction
    """An action refuses to run, so that the policies decide again, without it."""

    def __init__(self, action: str, message: str = "") -> None:
        self.action = action
        super().__init__(message or f"the action '{action}' refused to run")


class ActionFailedError(KefuError):
    """An action could not be run: it does not exist, its server does not answer, or its answer makes no sense."""


class Action(Protocol):
    """Something that the bot does. `run` returns the events that follow from it, in order; it changes nothing itself.

    Raises ActionRejected to have the policies decide again, anything else when it fails.
    """

    @property
    def name(self) -> str: ...

    async def run(self, tracker: Tracker, domain: Domain, voice: Voice) -> list[Event]: ...


@dataclass(frozen=True, slots=True)
class CustomAnswer:
    """What an action of the project answered, in the JSON shapes of the action server protocol."""

    events: Sequence[Mapping[str, Any]] = ()
    responses: Sequence[Mapping[str, Any]] = ()


class CustomActions(Protocol):
    """Runs the project's own actions, in this process or on an action server."""

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        """Raises ActionRejected when the action refuses, ActionFailedError or the action's own error when it fails."""
        ...

    async def close(self) -> None: ...


class NoCustomActions:
    """For projects that have none."""

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        raise ActionFailedError(
            f"Nobody can run the action '{name}': the project has no package `actions`, and endpoints.yml has no "
            "`action_endpoint`."
        )

    async def close(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker, on the channel that this turn's replies go out on."""

    speaker: Speaker
    channel: str

    async def say(
        self, response: str, tracker: Tracker, *, facts: Mapping[str, Any] | None = None, source: str = ""
    ) -> BotUttered | None:
        """The utterance of a response; None when the domain has none that fits."""
        reply = await self.reply(response, tracker, facts=facts or {}, source=source or response)
        return BotUttered.of_reply(reply, utter_action=response) if reply else None

    async def reply(self, response: str, tracker: Tracker, *, facts: Mapping[str, Any], source: str) -> Reply | None:
        return await self.speaker.say(
            response,
            slots=tracker.slots,
            facts=facts,
            source=source,
            channel=self.channel,
            tracker_view=view_of(tracker),
        )


_BUILT_IN_KEYS = (
    "text",
    "buttons",
    "elements",
    "custom",
    "template",
    "response",
    "image",
    "attachment",
    "quick_replies",
)


async def utter_answers(answer: CustomAnswer, tracker: Tracker, voice: Voice, *, source: str) -> list[Event]:
    """The utterances that a project's action asked for: responses of the domain, its own texts, or both together."""
    said: list[Event] = []
    for message in answer.responses:
        response = message.get("response")
        facts = {key: value for key, value in message.items() if key not in _BUILT_IN_KEYS}
        draft: Reply | None = Reply(origin="action", why=f"text of {source}")
        if response:
            draft = await voice.reply(response, tracker, facts=facts, source=source)
        if draft is not None:
            reply = _with_own_parts(draft, message, source)
            extra = {} if response else {key: value for key, value in facts.items() if value}
            said.append(BotUttered.of_reply(reply, utter_action=response, **extra))
    return said


def _with_own_parts(draft: Reply, message: Mapping[str, Any], source: str) -> Reply:
    """What the action gives itself wins over the response, but for buttons, which are added."""
    given = {key: message[key] for key in ("text", "image", "attachment", "custom") if message.get(key)}
    for key in ("elements", "quick_replies"):
        if message.get(key):
            given[key] = tuple(message[key])
    buttons = (*draft.buttons, *(message.get("buttons") or ()))
    act = draft.act or DialogueAct(
        source, tuple(Fact(k, v, source) for k, v in message.items() if k not in _BUILT_IN_KEYS)
    )
    return replace(draft, **given, buttons=buttons, act=act)


def view_of(tracker: Tracker) -> ConversationView:
    """The glance at the conversation that wording a reply may take."""
    message = tracker.latest_message
    language = tracker.get_slot("language") or message.parse_data.get("language")
    return ConversationView(
        language=language if isinstance(language, str) else None,
        user_text=message.text or "",
        intent=message.intent_name,
        turns=tuple(_last_turns(tracker)),
        sender_id=tracker.sender_id,
        tracker_state=lambda: tracker.as_dict(EventVerbosity.ALL),
    )


def _last_turns(tracker: Tracker) -> Iterable[tuple[str, str]]:
    turns: list[tuple[str, str]] = []
    for event in tracker.events_back():
        if isinstance(event, UserUttered | BotUttered) and event.text:
            turns.append(("user" if isinstance(event, UserUttered) else "bot", event.text))
        if len(turns) == _TURNS_SHOWN:
            break
    return reversed(turns)
