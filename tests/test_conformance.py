"""Recorded conversations of real Rasa 3.6.21 projects, replayed in this process."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.actions.base import ActionFailedError, ActionRejected, CustomAnswer
from bot.assistant import Assistant
from bot.domain import Domain
from bot.message import Message, Reply, Understanding
from bot.nlg.speaker import ResponseSpeaker
from bot.nlu.payload import read_payload
from bot.policies.ensemble import Ensemble
from bot.policies.serving import ServedEnsemble
from bot.policies.training import train
from bot.project import Project
from bot.tracker import Tracker

RECORDED = Path(__file__).parents[2] / "shared" / "conformance"
BOTS = sorted(path.name for path in (RECORDED / "bots").iterdir()) if RECORDED.is_dir() else []
KEPT = {
    "action": ("name",),
    "slot": ("name", "value"),
    "active_loop": ("name",),
    "loop_interrupted": ("is_interrupted",),
    "action_execution_rejected": ("name",),
    "followup": ("name",),
}
BARE = {"restart", "rewind", "session_started", "undo", "pause", "resume"}

pytestmark = pytest.mark.skipif(not BOTS, reason="the recordings are not on this machine")


class RecordedActions:
    """Plays the answers that an action server gave."""

    def __init__(self) -> None:
        self.expected: list[dict[str, Any]] = []
        self.mismatch: list[str] = []

    def expect(self, recorded: list[dict[str, Any]]) -> None:
        self.expected, self.mismatch = list(recorded), []

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        for index, call in enumerate(self.expected):
            if call["action"] == name:
                self.mismatch += [f"skipped: {skipped['action']}" for skipped in self.expected[:index]]
                del self.expected[: index + 1]
                if call["status"] == 400:
                    raise ActionRejected(name)
                if call["status"] != 200:
                    raise ActionFailedError(f"status {call['status']}")
                return CustomAnswer(call["response"]["events"], call["response"]["responses"])
        self.mismatch.append(f"unexpected call: {name}")
        return CustomAnswer()

    async def close(self) -> None:
        return None


class Payloads:
    """Understands payloads; anything else has no intent, as in a pipeline without a classifier."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    async def parse(self, text: str) -> Understanding:
        return read_payload(text, self.domain.all_intents) or Understanding(text)


def assistant_for(bot: str) -> tuple[Assistant, RecordedActions]:
    project = Project.load(RECORDED / "bots" / bot)
    actions = RecordedActions()
    policies = train(project.stories, project.domain, project.config.policies)
    speaker = ResponseSpeaker(project.domain.responses, random=Random(1), language=project.config.language)
    assistant = Assistant(
        project.domain, Payloads(project.domain), ServedEnsemble(Ensemble(policies)), speaker, custom_actions=actions
    )
    return assistant, actions


def normalised(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for event in events:
        kind = event["event"]
        if kind in KEPT:
            values = (json.dumps(event.get(key), sort_keys=True, ensure_ascii=False) for key in KEPT[kind])
            found.append((kind, *values))
        elif kind in BARE:
            found.append((kind,))
    return found


def same_text(expected: str | None, actual: str | None, uttered: str | None, variations: Mapping[str, Any]) -> bool:
    if expected == actual:
        return True
    patterns = (re.sub(r"\\\{\w+\\\}", ".*", re.escape(option or "")) for option in variations.get(uttered or "", ()))
    return any(re.fullmatch(pattern, actual or "", re.S) for pattern in patterns)


def differences(
    turn: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    replies: list[Reply],
    tracker: Tracker,
    variations: Mapping[str, Any],
) -> list[str]:
    found = []
    wanted, got = normalised(turn["events"]), normalised(events)
    if wanted != got:
        found.append(f"events\n  want {wanted}\n  got  {got}")
    if len(turn["bot"]) != len(replies):
        found.append(f"replies: want {turn['bot']}, got {replies}")
    else:
        uttered = turn.get("uttered") or []
        for index, (want, reply) in enumerate(zip(turn["bot"], replies, strict=True)):
            name = uttered[index] if len(uttered) == len(turn["bot"]) else None
            if not same_text(want.get("text"), reply.text, name, variations):
                found.append(f"text: want {want.get('text')!r}, got {reply.text!r}")
            payloads = [button.get("payload") for button in want.get("buttons") or []]
            if name not in variations and payloads != [button.get("payload") for button in reply.buttons]:
                found.append(f"buttons: want {payloads}, got {reply.buttons}")
    slots = {
        name: value for name, value in tracker.slots.items() if value is not None and name != "session_started_metadata"
    }
    if slots != {name: value for name, value in turn["slots"].items() if name != "session_started_metadata"}:
        found.append(f"slots: want {turn['slots']}, got {slots}")
    if tracker.active_loop_name != turn["active_loop"]:
        found.append(f"active loop: want {turn['active_loop']}, got {tracker.active_loop_name}")
    return found


async def replay(bot: str) -> tuple[int, int, list[str]]:
    record = json.loads((RECORDED / "transcripts" / f"{bot}.json").read_text(encoding="utf-8"))
    assistant, actions = assistant_for(bot)
    good, total, problems = 0, 0, []
    for number, conversation in enumerate(record["conversations"]):
        sender, seen = f"{bot}-{number}", 0
        total += len(conversation)
        for index, turn in enumerate(conversation):
            actions.expect(turn.get("action_server", []))
            replies = [
                part
                for reply in await assistant.handle(Message(turn["user"], sender), output_channel="collector")
                for part in _parts(reply)
            ]
            tracker = await assistant.tracker(sender)
            events = [event.as_dict() for event in tracker.events[seen:]]
            seen = len(tracker.events)
            found = differences(turn, events, replies, tracker, record.get("variations", {})) + actions.mismatch
            if found:
                problems.append(f"{bot} conversation {number} turn {index} {turn['user']!r}\n " + "\n ".join(found))
                break
            good += 1
    return good, total, problems


def _parts(reply: Reply) -> list[Reply]:
    """What the REST channel makes of a reply: a message for each paragraph, each image and each attachment."""
    from dataclasses import replace

    messages: list[Reply] = []
    if reply.text:
        texts = reply.text.strip().split("\n\n")
        messages += [Reply(text=text) for text in texts[:-1]]
        messages.append(Reply(text=texts[-1], buttons=reply.buttons))
    if reply.custom:
        messages.append(Reply(custom=reply.custom))
    if reply.image:
        messages.append(replace(Reply(), image=reply.image))
    if reply.attachment:
        messages.append(Reply(attachment=reply.attachment))
    return messages


@pytest.mark.parametrize("bot", BOTS)
def test_recorded_conversations_of_rasa_go_the_same_way(bot: str) -> None:
    good, total, problems = asyncio.run(replay(bot))
    assert good == total, f"{good}/{total} turns\n" + "\n".join(problems[:5])
