"""Conversations: reading them, adding to them, acting in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from fastapi.responses import PlainTextResponse

from bot.domain import ACTION_LISTEN, ACTION_SESSION_START
from bot.event_json import event_from_dict as read_event
from bot.events import (
    ActionExecuted,
    BotUttered,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    SessionStarted,
)
from bot.formats.conversation import write_conversation
from bot.server.api.bodies import ActionToRun, NewMessage, Trigger
from bot.server.delivery import Delivery
from bot.server.problems import ApiError
from bot.server.running import Running
from bot.tracker import EventVerbosity, Tracker

Include = Annotated[str, Query(alias="include_events", description="NONE, APPLIED, AFTER_RESTART or ALL.")]
Channel = Annotated[
    str | None, Query(description="A channel's name, or `latest`; without, the answer has what is said.")
]
State = dict[str, Any]
AFTER_RESTART = EventVerbosity.AFTER_RESTART.name


def conversation_routes(running: Running, delivery: Delivery) -> APIRouter:
    router = APIRouter(prefix="/conversations/{conversation_id:path}", tags=["Tracker"])

    @router.get("/tracker")
    async def tracker(conversation_id: str, include: Include = AFTER_RESTART, until: float | None = None) -> State:
        """The conversation's state; `until` a time in seconds as it was then."""
        found = await running.assistant.tracker(conversation_id)
        return _until(_begun(found), until).as_dict(_verbosity(include))

    @router.post("/tracker/events")
    async def append_events(
        conversation_id: str,
        body: Annotated[list[State] | State, Body()],
        include: Include = AFTER_RESTART,
        output_channel: Channel = None,
        execute_side_effects: bool = False,
    ) -> State:
        """Add events to the conversation as they are; with side effects, what they say is sent and reminders are set."""
        events = _events(body)
        verbosity = _verbosity(include)
        changed = await running.assistant.append_events(conversation_id, events)
        if execute_side_effects:
            replies = [event.as_reply() for event in events if isinstance(event, BotUttered)]
            await delivery.send(delivery.name(output_channel, changed), conversation_id, replies)
            reminders = [event for event in events if isinstance(event, ReminderScheduled | ReminderCancelled)]
            running.assistant.reminders.take_up(conversation_id, reminders)
        return changed.as_dict(verbosity)

    @router.put("/tracker/events")
    async def replace_events(
        conversation_id: str, body: Annotated[list[State] | State, Body()], include: Include = AFTER_RESTART
    ) -> State:
        """Make these the conversation's events."""
        verbosity = _verbosity(include)
        return (await running.assistant.replace_events(conversation_id, _events(body))).as_dict(verbosity)

    @router.get("/story", response_class=PlainTextResponse)
    async def story(conversation_id: str, until: float | None = None, all_sessions: bool = False) -> str:
        """The conversation as a test story."""
        found = _until(await _existing(running, conversation_id), until)
        sessions = found.sessions() if all_sessions else found.sessions()[-1:]
        return write_conversation(conversation_id, sessions)

    @router.post("/messages")
    async def add_message(conversation_id: str, message: NewMessage, include: Include = AFTER_RESTART) -> State:
        """Store a message of the customer, and the slots that it fills; nothing is answered."""
        verbosity = _verbosity(include)
        changed = await running.assistant.log_message(conversation_id, message.text, message.parse_data)
        return changed.as_dict(verbosity)

    @router.post("/trigger_intent")
    async def trigger_intent(
        conversation_id: str, trigger: Trigger, include: Include = AFTER_RESTART, output_channel: Channel = None
    ) -> State:
        """Act as if the customer had said this intent."""
        assistant = running.assistant
        verbosity = _verbosity(include)
        if trigger.name.split("/", 1)[0] not in assistant.domain.all_intents:
            raise ApiError(404, "NotFound", f"The intent {trigger.name} does not exist in the domain.")
        channel = delivery.name(output_channel, await assistant.tracker(conversation_id))
        replies = await assistant.trigger_intent(conversation_id, trigger.name, trigger.entities, channel=channel)
        said = await delivery.send(channel, conversation_id, replies)
        return {"tracker": (await assistant.tracker(conversation_id)).as_dict(verbosity), "messages": said}

    @router.post("/execute", deprecated=True)
    async def execute(
        conversation_id: str, action: ActionToRun, include: Include = AFTER_RESTART, output_channel: Channel = None
    ) -> State:
        """Run an action, whatever the policies say."""
        assistant = running.assistant
        verbosity = _verbosity(include)
        channel = delivery.name(output_channel, await _existing(running, conversation_id))
        replies = await assistant.execute(
            conversation_id, action.name, policy=action.policy, confidence=action.confidence or 0.0, channel=channel
        )
        said = await delivery.send(channel, conversation_id, replies)
        return {"tracker": (await assistant.tracker(conversation_id)).as_dict(verbosity), "messages": said}

    @router.post("/predict")
    async def predict(conversation_id: str) -> State:
        """What the policies would do next: every action with its score, the best first."""
        await _existing(running, conversation_id)
        found = await running.assistant.predict_next(conversation_id)
        return found | {"scores": sorted(found["scores"], key=lambda each: (-each["score"], each["action"]))}

    return router


async def _existing(running: Running, conversation_id: str) -> Tracker:
    """The conversation; raises ApiError 404 when nothing has ever been said or done in it."""
    found = await running.assistant.tracker(conversation_id)
    if not found.events:
        raise ApiError(404, "Not found", "Conversation ID not found.")
    return found


def _verbosity(name: str) -> EventVerbosity:
    try:
        return EventVerbosity[name.upper()]
    except KeyError:
        known = ", ".join(each.name for each in EventVerbosity)
        raise ApiError(
            400,
            "BadRequest",
            f"Invalid parameter value for 'include_events'. Should be one of {known}.",
            {"parameter": "include_events", "in": "query"},
        ) from None


def _events(body: list[State] | State) -> list[Event]:
    shapes = body if isinstance(body, list) else [body]
    if not shapes:
        raise ApiError(400, "BadRequest", "Couldn't extract proper events from the request body: there are none.")
    try:
        return [read_event(shape) for shape in shapes]
    except (KeyError, TypeError, ValueError) as error:
        raise ApiError(400, "BadRequest", f"Couldn't extract proper events from the request body: {error}") from error


def _until(tracker: Tracker, time: float | None) -> Tracker:
    if time is None:
        return tracker
    kept: Sequence[Event] = [event for event in tracker.events if (event.timestamp or 0.0) <= time]
    return Tracker.from_events(tracker.sender_id, kept, tracker.domain)


def _begun(tracker: Tracker) -> Tracker:
    """A conversation that has not begun, as if it had; Rasa shows it so, and nothing is stored."""
    if tracker.events:
        return tracker
    return tracker.branch(
        [ActionExecuted(ACTION_SESSION_START, confidence=1.0), SessionStarted(), ActionExecuted(ACTION_LISTEN)]
    )
