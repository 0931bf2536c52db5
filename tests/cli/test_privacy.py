import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.domain import Domain
from bot.events import SlotSet, UserUttered
from bot.stores.sql import SqlTrackerStore
from bot.tracker import Tracker
from tests.cli.running import bot, write_project

ENDPOINTS = "knowledge_base:\n  url: sqlite:///shop.db\ntracker_store:\n  type: SQL\n  url: sqlite:///talks.db\n"
CUSTOMERS = [
    {"id": "C1", "first_name": "Emma", "last_name": "Clarke", "email": "emma@example.com"},
    {"id": "C2", "first_name": "Wei", "last_name": "Li", "email": "wei@example.com"},
]
ORDERS = [{"id": "K1", "customer_id": "C1", "status": "pending", "address": {"address1": "1 High St"}, "lines": []}]


def project(folder: Path) -> Path:
    write_project(folder, endpoints=ENDPOINTS)
    data = folder / "shop"
    data.mkdir()
    for name, rows in (("customers", CUSTOMERS), ("orders", ORDERS)):
        (data / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = bot("kb", "import", "shop", cwd=folder)
    assert done.returncode == 0, done.stderr
    asyncio.run(_talk(f"sqlite:///{folder / 'talks.db'}"))
    events = [{"sender_id": "web-1", "text": "mine"}, {"sender_id": "web-2", "text": "another's"}]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (folder / "unpublished_events.jsonl").write_text(lines, encoding="utf-8")
    return folder


async def _talk(url: str) -> None:
    """web-1 was verified as Emma, web-2 as somebody else; C1 is a conversation named after the customer."""
    store = SqlTrackerStore(url)

    def make(sender_id: str, events: Any) -> Tracker:
        return Tracker.from_events(sender_id, events, Domain())

    for sender_id, customer in (("web-1", "C1"), ("web-2", "C2"), ("C1", None)):
        tracker = await store.load(sender_id, make)
        tracker.update(UserUttered(f"I write as {sender_id}"))
        if customer:
            tracker.update(SlotSet("customer_id", customer))
        await store.save(tracker)
    await store.close()


def test_a_customer_gets_everything_and_is_forgotten(tmp_path: Path) -> None:
    folder = project(tmp_path)
    exported = bot("privacy", "export", "emma@example.com", cwd=folder)
    assert exported.returncode == 0, exported.stderr
    record = json.loads(exported.stdout)
    assert record["customer"] == "C1"
    assert set(record["conversations"]) == {"web-1", "C1"}
    assert record["knowledge_base"]["orders"][0]["address"]["address1"] == "1 High St"
    assert [event["text"] for event in record["unpublished_events"]] == ["mine"]

    refused = bot("privacy", "forget", "C1", "--yes", cwd=folder)
    assert refused.returncode == 1 and "K1" in refused.stderr and "--force" in refused.stderr
    kept = bot("privacy", "forget", "C1", "--force", cwd=folder, stdin="n\n")
    assert kept.returncode == 1
    assert json.loads(bot("privacy", "export", "C1", cwd=folder).stdout) == record

    done = bot("privacy", "forget", "C1", "--force", "--yes", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "2 conversations are deleted" in done.stderr + done.stdout
    left = json.loads(bot("privacy", "export", "C1", cwd=folder).stdout)
    assert left["conversations"] == {} and left["unpublished_events"] == []
    for file in ("shop.db", "talks.db"):
        with closing(sqlite3.connect(folder / file)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            dump = "\n".join(database.iterdump())
        assert "Emma" not in dump and "High St" not in dump and "write as web-1" not in dump
        assert file != "talks.db" or "write as web-2" in dump
    assert "another's" in (folder / "unpublished_events.jsonl").read_text(encoding="utf-8")


def test_somebody_unknown_is_said_to_be(tmp_path: Path) -> None:
    unknown = bot("privacy", "export", "nobody@example.com", cwd=project(tmp_path))
    assert unknown.returncode == 1 and "nobody@example.com" in unknown.stderr and "Traceback" not in unknown.stderr
