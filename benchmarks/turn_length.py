"""What a turn costs at the beginning of a conversation and after a thousand turns.

    python benchmarks/turn_length.py          # writes benchmarks/results/turn_length.json

A restaurant bot with a form, its validation action in the same process, rules and stories, talked to by payloads, so
that what is measured is the framework. For each store: the processor time of a round of ten turns (a greeting, the
form from beginning to end with a question in between, thanks), as the median over several conversations; each of
them is measured in its first rounds and again when it has more than a thousand turns. The conversations take turns
with each other, so that a machine which becomes slower or faster does so for both.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assistant import Assistant
from bot.message import Message
from bot.project import Project
from bot.stores.base import TrackerStore
from bot.stores.memory import MemoryTrackerStore
from bot.stores.sql import SqlTrackerStore
from bot.training import train

RESULT = Path(__file__).with_name("results") / "turn_length.json"
ROUND = (
    "/greet",
    "/request_restaurant",
    '/inform{"cuisine": "sichuan"}',
    '/inform{"number": "4"}',
    "/chitchat",
    '/inform{"number": "12"}',
    '/inform{"seating": "outside"}',
    "/affirm",
    "/thank",
    "/deny",
)
EARLY_ROUNDS = (1, 2, 3)  # turns 11 to 40
LATE_ROUNDS = (100, 101, 102)  # turns 1,001 to 1,030
CONVERSATIONS = 6

FILES = {
    "config.yml": """
recipe: default.v1
language: en
assistant_id: restaurant
pipeline: []
policies:
- name: AugmentedMemoizationPolicy
- name: RulePolicy
""",
    "domain.yml": """
version: "3.1"
intents: [greet, request_restaurant, inform, chitchat, affirm, deny, thank]
entities: [cuisine, number, seating]
slots:
  cuisine: {type: text, mappings: [{type: from_entity, entity: cuisine}]}
  num_people: {type: any, influence_conversation: false, mappings: [{type: from_entity, entity: number}]}
  seating: {type: categorical, values: [inside, outside], mappings: [{type: from_entity, entity: seating}]}
forms:
  restaurant_form: {required_slots: [cuisine, num_people, seating]}
responses:
  utter_greet: [{text: Hello!}]
  utter_ask_cuisine: [{text: Which cuisine?}]
  utter_ask_num_people: [{text: For how many?}]
  utter_ask_seating: [{text: Inside or outside?}]
  utter_chitchat: [{text: I would rather talk of restaurants.}]
  utter_found: [{text: "{cuisine} for {num_people}, {seating}: shall I book?"}]
  utter_booked: [{text: Booked.}]
  utter_welcome: [{text: You are welcome.}]
  utter_too_many: [{text: Eight at most.}]
  utter_goodbye: [{text: Until next time.}]
  utter_default: [{text: I did not understand.}]
actions: [validate_restaurant_form, action_forget]
session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: true}
""",
    "data/rules.yml": """
rules:
- rule: begin the form
  steps: [{intent: request_restaurant}, {action: restaurant_form}, {active_loop: restaurant_form}]
- rule: end the form
  condition: [{active_loop: restaurant_form}]
  steps:
  - action: restaurant_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_found
- rule: chitchat
  steps: [{intent: chitchat}, {action: utter_chitchat}]
- rule: thanks
  steps: [{intent: thank}, {action: utter_welcome}, {action: action_forget}]
- rule: goodbye
  steps: [{intent: deny}, {action: utter_goodbye}]
""",
    "data/stories.yml": """
stories:
- story: greeting
  steps: [{intent: greet}, {action: utter_greet}]
- story: booking
  steps:
  - intent: greet
  - action: utter_greet
  - intent: request_restaurant
  - action: restaurant_form
  - active_loop: restaurant_form
  - active_loop: null
  - action: utter_found
  - intent: affirm
  - action: utter_booked
""",
    "actions.py": """
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import AllSlotsReset


class ValidateRestaurantForm(FormValidationAction):
    def name(self):
        return "validate_restaurant_form"

    def validate_num_people(self, value, dispatcher, tracker, domain):
        if int(value) <= 8:
            return {"num_people": int(value)}
        dispatcher.utter_message(response="utter_too_many")
        return {"num_people": None}


class Forget(Action):
    def name(self):
        return "action_forget"

    def run(self, dispatcher, tracker, domain):
        return [AllSlotsReset()]
""",
}


def main() -> None:
    logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder:
        root = Path(folder)
        for name, text in FILES.items():
            path = root / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        project = Project.load(root)
        train(project)
        stores = {"memory": MemoryTrackerStore(), "sql": SqlTrackerStore(f"sqlite:///{root}/talk.db")}
        figures = {name: asyncio.run(measure(project, store)) for name, store in stores.items()}
    record = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "seeds": [],
        "figures": {"conversations": CONVERSATIONS, "turns_a_round": len(ROUND), **figures},
    }
    RESULT.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, ensure_ascii=False, indent=2))


async def measure(project: Project, store: TrackerStore) -> dict[str, Any]:
    """Processor milliseconds of a turn, early and late, and the late ones as a multiple of the early ones."""
    assistant = Assistant.load(project, store=store)
    await talk(assistant, "warm-up", EARLY_ROUNDS[0])
    long = [f"long {number}" for number in range(CONVERSATIONS)]
    for sender in long:
        for _ in range(LATE_ROUNDS[0]):
            await talk(assistant, sender, 1)
    early: list[float] = []
    late: list[float] = []
    for number, sender in enumerate(long):
        gc.collect()
        new = f"new {number}"
        await talk(assistant, new, EARLY_ROUNDS[0])
        for _ in EARLY_ROUNDS:
            early.append(await talk(assistant, new, 1))
            late.append(await talk(assistant, sender, 1))
    before, after = (statistics.median(times) / len(ROUND) * 1000 for times in (early, late))
    events = len((await assistant.tracker(long[0])).events)
    await assistant.close()
    return {
        "turns": len(ROUND) * (LATE_ROUNDS[0] + len(LATE_ROUNDS)),
        "events": events,
        "cpu_ms_a_turn_after_10_turns": round(before, 3),
        "cpu_ms_a_turn_after_1000_turns": round(after, 3),
        "ratio": round(after / before, 3),
    }


async def talk(assistant: Assistant, sender: str, rounds: int) -> float:
    """Seconds of processor time, of all threads."""
    started = time.process_time()
    for _ in range(rounds):
        for text in ROUND:
            replies = await assistant.handle(Message(text, sender))
            assert replies, f"no reply to {text}"
    return time.process_time() - started


def machine() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{cpu}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
