"""Tracker stores, lock stores, event brokers and generators written for Rasa, in whole conversations."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import Assistant
from bot.errors import ProjectError
from bot.message import Message
from bot.project import Project
from bot.training import train
from tests.compat.projects import write_project

FILES_STORE = '''
import json
from pathlib import Path
from typing import Iterable, Optional, Text

from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class FilesStore(TrackerStore, SerializedTrackerAsText):
    """A file for each conversation."""

    def __init__(self, domain: Domain, host: Optional[Text] = None, event_broker=None, folder: Text = "", **kwargs):
        self.folder = Path(folder)
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        path = self.folder / f"{tracker.sender_id}.json"
        path.write_text(self.serialise_tracker(tracker))

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        path = self.folder / f"{sender_id}.json"
        return self.deserialise_tracker(sender_id, path.read_text()) if path.is_file() else None

    async def keys(self) -> Iterable[Text]:
        return [path.stem for path in self.folder.glob("*.json")]


class PlainStore(TrackerStore):
    """As older ones are written: without `async`."""

    kept = {}

    def save(self, tracker):
        self.kept[tracker.sender_id] = [event.as_dict() for event in tracker.events]

    def retrieve(self, sender_id):
        events = self.kept.get(sender_id)
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    def retrieve_full_tracker(self, conversation_id):
        return self.retrieve(conversation_id)

    def keys(self):
        return self.kept.keys()


class NoStore:
    pass
'''
LOCKS = '''
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LockStore


class TextLocks(LockStore):
    """Keeps locks as text, as one in a database would."""

    def __init__(self, endpoint_config):
        self.kept, self.log = {}, open(endpoint_config.kwargs["log"], "a", buffering=1)

    def get_lock(self, conversation_id):
        import json
        kept = self.kept.get(conversation_id)
        return TicketLock.from_dict(json.loads(kept)) if kept else None

    def save_lock(self, lock):
        self.kept[lock.conversation_id] = lock.dumps()
        self.log.write(f"{lock.conversation_id} {len(lock.tickets)}\\n")

    def delete_lock(self, conversation_id):
        self.kept.pop(conversation_id, None)
'''
BROKER = """
import json
from rasa.core.brokers.broker import EventBroker


class LinesBroker(EventBroker):
    def __init__(self, path):
        self.path = path

    @classmethod
    async def from_endpoint_config(cls, broker_config, event_loop=None):
        return cls(broker_config.kwargs["path"])

    def publish(self, event):
        with open(self.path, "a") as file:
            file.write(json.dumps([event["sender_id"], event["event"]]) + "\\n")
"""
GENERATOR = """
from typing import Any, Dict, Optional, Text

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.trackers import DialogueStateTracker


class Polite(TemplatedNaturalLanguageGenerator):
    def __init__(self, endpoint_config=None, domain=None):
        super().__init__(domain.responses)
        self.title = endpoint_config.kwargs["title"]

    async def generate(self, utter_action: Text, tracker: DialogueStateTracker, output_channel: Text, **kwargs: Any
                       ) -> Optional[Dict[Text, Any]]:
        response = await super().generate(utter_action, tracker, output_channel, **kwargs)
        if utter_action == "utter_order":
            return None
        intent = tracker.latest_message.intent["name"]
        return {**response, "text": f"{self.title}: {response['text']} ({intent}, {output_channel})",
                "buttons": [{"title": "好", "payload": "/greet"}]}
"""
FILES = {
    "addons/store.py": FILES_STORE,
    "addons/locks.py": LOCKS,
    "addons/broker.py": BROKER,
    "addons/words.py": GENERATOR,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rules = """
    rules:
    - rule: greeting
      steps:
      - intent: greet
      - action: utter_greet
    - rule: order
      steps:
      - intent: order
      - action: utter_order
    """
    root = write_project(tmp_path, {**FILES, "data/rules.yml": rules})
    train(Project.load(root))
    return root


def configured(root: Path, endpoints: str) -> Path:
    (root / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    return root


def talk(root: Path, *texts: str, sender: str = "li") -> list[str | None]:
    """What a freshly loaded assistant answers."""

    async def run() -> list[str | None]:
        assistant = Assistant.load(root)
        said = [reply.text for text in texts for reply in await assistant.handle(Message(text, sender))]
        await assistant.close()
        return said

    return asyncio.run(run())


def test_a_tracker_store_keeps_conversations_over_restarts(root: Path) -> None:
    configured(root, f"tracker_store:\n  type: addons.store.FilesStore\n  folder: {root}\n")
    talk(root, "/greet")
    talk(root, "/order")
    kept = json.loads((root / "li.json").read_text(encoding="utf-8"))
    names = [event["event"] for event in kept["events"]]
    assert names.count("user") == 2 and names.count("session_started") == 1 and kept["name"] == "li"

    async def read() -> tuple[list[str], int]:
        assistant = Assistant.load(root)
        ids, events = await assistant.store.sender_ids(), (await assistant.tracker("li")).events
        await assistant.store.delete("li")
        left = len((await assistant.tracker("li")).events)
        await assistant.close()
        assert left == 0
        return ids, len(events)

    assert asyncio.run(read()) == (["li"], len(names))


def test_a_store_written_without_async_does_too(root: Path) -> None:
    configured(root, "tracker_store:\n  type: addons.store.PlainStore\n")
    assert talk(root, "/greet", "/greet") == ["Hello! 你好!"] * 2


def test_a_lock_store_gives_tickets(root: Path) -> None:
    configured(root, f"lock_store:\n  type: addons.locks.TextLocks\n  log: {root / 'locks.txt'}\n")

    async def run() -> int:
        assistant = Assistant.load(root)
        async with assistant.locks.lock("li"):
            turn = asyncio.create_task(assistant.handle(Message("/greet", "li")))
            await asyncio.sleep(0.01)
            assert not turn.done()
        said = await turn
        await assistant.close()
        return len(said)

    assert asyncio.run(run()) == 1
    log = (root / "locks.txt").read_text(encoding="utf-8").splitlines()
    assert log[:2] == ["li 1", "li 2"] and log[-1] == "li 0"


def test_an_event_broker_hears_every_event(root: Path) -> None:
    configured(root, f"event_broker:\n  type: addons.broker.LinesBroker\n  path: {root / 'events.txt'}\n")
    talk(root, "/greet")
    heard = [json.loads(line) for line in (root / "events.txt").read_text(encoding="utf-8").splitlines()]
    assert {sender for sender, _ in heard} == {"li"}
    assert [name for _, name in heard].count("user") == 1 and ["li", "bot"] in heard


def test_a_generator_words_responses(root: Path) -> None:
    configured(root, "nlg:\n  type: addons.words.Polite\n  title: 客服\n")

    async def run() -> list[Any]:
        assistant = Assistant.load(root)
        greeted = await assistant.handle(Message("/greet", "li"))
        ordered = await assistant.handle(Message("/order", "li"))
        await assistant.close()
        return [*greeted, *ordered]

    (reply,) = asyncio.run(run())
    assert reply.text == "客服: Hello! 你好! (greet, cmdline)"
    assert reply.buttons == ({"title": "好", "payload": "/greet"},)


@pytest.mark.parametrize(
    ("endpoints", "said"),
    [
        ("tracker_store:\n  type: addons.store.NoStore\n", "is no subclass of Rasa's TrackerStore"),
        ("tracker_store:\n  type: addons.store.FileStore\n", "Did you mean 'FilesStore'?"),
        ("lock_store:\n  type: addons.locks.TextLocks\n", "cannot be made: KeyError: 'log'"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(root: Path, endpoints: str, said: str) -> None:
    configured(root, endpoints)
    with pytest.raises(ProjectError) as caught:
        Assistant.load(root)
    assert said in str(caught.value) and f"{root}/endpoints.yml:" in str(caught.value)
