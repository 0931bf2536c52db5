"""A server that is killed at random moments while customers cancel and return orders: what is lost, what done twice?

    python benchmarks/kills.py                       # 200 kills, 50 customers: into benchmarks/results/serving.json
    python benchmarks/kills.py --kills 5 --customers 8 --out /tmp/kills.json

The starter shop with its own actions, rules and responses, and a catalogue in which every customer has many orders.
Customers write over `/ws` what buttons would (payloads), so that no model has to be loaded again after every kill.
Each sends a message until it is acknowledged, over as many connections as that takes. Afterwards the database is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import websockets
from sqlalchemy import create_engine, text
from websockets.exceptions import WebSocketException

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/serving.json"
ORDERS_EACH = 40
ANSWERS_BETWEEN = 5, 40
"""How many messages are acknowledged from one kill to the next: fewest, most."""
_SAID = "SELECT data FROM events WHERE type_name = 'user'"
_OPERATIONS = "SELECT arguments FROM operations"
SENTENCES = {"en": "no longer needed", "zh": "不想要了"}
CONFIG = """
recipe: default.v1
language: zh
assistant_id: kills
pipeline:
- name: LanguageDetector
- name: KeywordIntentClassifier
policies:
- name: RulePolicy
- name: MemoizationPolicy
"""
ENDPOINTS = """
knowledge_base: {{url: "{url}", import: data/catalogue}}
tracker_store: {{type: SQL, url: "{url}"}}
"""


@dataclass(frozen=True)
class Task:
    """One order of a customer, and what is done to it."""

    order_id: str
    intent: str
    payment_method: str

    def messages(self, email: str, language: str) -> Iterator[str]:
        """What the customer says until it is done, and a second yes, which must do nothing more."""
        entities = {"order_number": self.order_id, "email": email}
        if self.intent == "return_item":
            entities["payment_method_id"] = self.payment_method
        yield f"/{self.intent}{json.dumps(entities)}"
        if self.intent == "cancel_order":
            yield "/inform" + json.dumps({"reason": SENTENCES[language]}, ensure_ascii=False)
        yield "/affirm"
        yield "/affirm"


@dataclass
class Customer:
    """Sends one message after the other. `replies` are those it got, by number; `wrong` what must not happen."""

    session: str
    email: str
    language: str
    tasks: Sequence[Task]
    random: random.Random
    seq: int = 0
    acknowledged: list[str] = field(default_factory=list)
    replies: dict[int, dict[str, Any]] = field(default_factory=dict)
    begun: list[Task] = field(default_factory=list)
    missing: int = 0
    doubled: int = 0

    async def talk(self, url: str, stop: asyncio.Event) -> None:
        """Until there is nothing more to do, or `stop` is set; an order that was begun is always finished."""
        texts = self._texts(stop)
        waiting = next(texts, None)
        number = 0
        while waiting is not None:
            try:
                async with websockets.connect(url, open_timeout=20) as connection:
                    await connection.send(json.dumps({"type": "hello", "session": self.session, "seq": self.seq}))
                    while waiting is not None:
                        await self._say(connection, f"{self.session}-{number}", waiting)
                        number, waiting = number + 1, next(texts, None)
                        await asyncio.sleep(self.random.uniform(0, 0.2))
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(self.random.uniform(0.05, 0.3))

    def _texts(self, stop: asyncio.Event) -> Iterator[str]:
        for task in self.tasks:
            if stop.is_set():
                return
            self.begun.append(task)
            yield from task.messages(self.email, self.language)

    async def _say(self, connection: Any, message_id: str, words: str) -> None:
        """Returns when the message is acknowledged; a server that fails or is busy is asked again."""
        said = json.dumps({"type": "message", "id": message_id, "text": words})
        await connection.send(said)
        while True:
            frame = json.loads(await asyncio.wait_for(connection.recv(), 60))
            match frame["type"]:
                case "reply":
                    self._hear(frame)
                case "ack" if frame["id"] == message_id:
                    self.acknowledged.append(message_id)
                    return
                case "error":
                    await asyncio.sleep(0.2)
                    await connection.send(said)

    def _hear(self, frame: dict[str, Any]) -> None:
        seq = frame["seq"]
        if seq <= self.seq:
            self.doubled += 1
        else:
            self.missing += seq - self.seq - 1
            self.seq = seq
        self.replies[seq] = frame


# -- the shop ------------------------------------------------------------------------------------------------------


def make_shop(folder: Path, customers: int, *, url: str, seed: int) -> list[Customer]:
    """The starter in `folder`, trained without models; its customers, each with orders to cancel and to return."""
    ignored = shutil.ignore_patterns("__pycache__", "catalogue_source", "adapter")
    for name in ("data", "actions"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "domain.yml", folder)
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "endpoints.yml").write_text(ENDPOINTS.format(url=url), encoding="utf-8")
    (folder / "credentials.yml").write_text("websocket: {}", encoding="utf-8")
    made = _customers(folder / "data/catalogue", customers, seed)
    _bot(folder, "train").check_returncode()
    return made


def _customers(catalogue: Path, count: int, seed: int) -> list[Customer]:
    """Adds the orders of the first `count` customers to the catalogue: copies of two of the demo's own."""
    rows = [json.loads(line) for line in (catalogue / "orders.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = {"cancel_order": "K6420815", "return_item": "K5146728"}
    models = {intent: next(row for row in rows if row["id"] == order_id) for intent, order_id in kinds.items()}
    people = [json.loads(line) for line in (catalogue / "customers.jsonl").read_text(encoding="utf-8").splitlines()]
    customers = []
    for place, person in enumerate([each for each in people if each["payment_methods"]][:count]):
        tasks = []
        for number in range(ORDERS_EACH):
            intent = ("cancel_order", "return_item")[number % 2]
            task = Task(f"K9{place:03}{number:03}", intent, person["payment_methods"][0]["id"])
            rows.append(_order(models[task.intent], task.order_id, person))
            tasks.append(task)
        chance = random.Random(f"{seed}-{place}")
        customers.append(Customer(f"customer-{place}", person["email"], person["language"], tasks, chance))
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (catalogue / "orders.jsonl").write_text(lines, encoding="utf-8")
    return customers


def _order(model: dict[str, Any], order_id: str, person: dict[str, Any]) -> dict[str, Any]:
    """A copy of an order for somebody else, with one line so that nothing has to be asked."""
    order: dict[str, Any] = json.loads(json.dumps(model).replace(model["id"], order_id))
    order["customer_id"] = person["id"]
    order["lines"] = order["lines"][:1]
    lines = [line["id"] for line in order["lines"]]
    for payment in order["payments"]:
        payment["method_id"] = person["payment_methods"][0]["id"]
    for number, shipment in enumerate(order["shipments"]):
        shipment["tracking_number"] = f"KILL{order_id}{number}"
        shipment["line_ids"] = lines
    order["invoices"] = []
    return order


def _bot(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "bot", *command], cwd=folder, env=_environment(), check=False)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "KNOWLEDGE_BASE_URL"}
    return {**kept, "PYTHONPATH": str(ROOT)}


# -- the kills -----------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """The server, which can be killed and started again on the same port."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def start(self) -> float:
        """Seconds until it answers."""
        started = time.perf_counter()
        command = [sys.executable, "-m", "bot", "run", "-i", "127.0.0.1", "-p", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=_environment(), stdout=log, stderr=log)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return time.perf_counter() - started
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - started > 300:
                    raise SystemExit((self.folder / "server.log").read_text(encoding="utf-8")[-4000:]) from None
                time.sleep(0.02)

    def end(self, by: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(by)
        self.process.wait(60)


def run(
    folder: Path,
    *,
    kills: int,
    customers: int,
    seed: int = 0,
    url: str | None = None,
    instead: Callable[[], None] | None = None,
) -> dict[str, Any]:
    """Kill so often; what was lost and what was done twice. `url` is the database, one of SQLite in `folder` if it is
    not given. `instead` of killing the server another part is taken away and brought back."""
    url = url or f"sqlite:///{folder}/shop.db"
    people = make_shop(folder, customers, url=url, seed=seed)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = Server(folder, free.getsockname()[1])
    starts = [server.start()]
    try:
        asyncio.run(_traffic(server, people, kills, random.Random(seed), starts, instead))
    finally:
        if server.process is not None and server.process.poll() is None:
            server.end(signal.SIGTERM)
    return {**verdict(url, people), "kills": kills, "kills_customers": customers} | {
        "kills_restart_s": round(sorted(starts)[len(starts) // 2], 2)
    }


async def _traffic(
    server: Server,
    people: Sequence[Customer],
    kills: int,
    chance: random.Random,
    starts: list[float],
    instead: Callable[[], None] | None,
) -> None:
    stop = asyncio.Event()
    talks = [asyncio.create_task(each.talk(server.url, stop)) for each in people]
    for _ in range(kills):
        await _until_answered(people, chance.randint(*ANSWERS_BETWEEN), talks)
        await asyncio.sleep(chance.uniform(0, 0.3))
        if instead is not None:
            await asyncio.to_thread(instead)
            continue
        server.end(signal.SIGKILL)
        starts.append(await asyncio.to_thread(server.start))
    stop.set()
    await asyncio.wait_for(asyncio.gather(*talks), 600)


async def _until_answered(people: Sequence[Customer], messages: int, talks: Sequence[asyncio.Task[None]]) -> None:
    """So many more are acknowledged, however slow the machine is."""
    goal = messages + sum(len(each.acknowledged) for each in people)
    while sum(len(each.acknowledged) for each in people) < goal:
        if all(talk.done() for talk in talks):
            raise SystemExit("The customers have no orders left: give them more, or kill less.")
        await asyncio.sleep(0.01)


def verdict(url: str, people: Sequence[Customer]) -> dict[str, Any]:
    """What the database says, beside what the customers have seen."""
    with create_engine(url).connect() as base:
        sound = True
        if base.dialect.name == "sqlite":
            sound = base.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            sound = sound and not base.exec_driver_sql("PRAGMA foreign_key_check").all()
        said = Counter(json.loads(data)["message_id"] for data in base.scalars(text(_SAID)))
        operations = Counter(_plain(arguments)["order_id"] for arguments in base.scalars(text(_OPERATIONS)))
        states: dict[str, str] = {row.id: row.status for row in base.execute(text("SELECT id, status FROM orders"))}
        refunds = Counter(base.scalars(text("SELECT order_id FROM payments WHERE kind = 'refund'")))
        stored: dict[str, dict[int, Any]] = {each.session: {} for each in people}
        for row in base.execute(text("SELECT session, seq, frame FROM outbox")):
            stored[row.session][row.seq] = json.loads(row.frame)
    done = [task for each in people for task in each.begun]
    expected = {"cancel_order": "cancelled", "return_item": "return requested"}
    acknowledged = [message_id for each in people for message_id in each.acknowledged]
    answered = {frame["to"] for each in people for frame in each.replies.values()}
    lost = {
        "messages": sum(not said[message_id] for message_id in acknowledged),
        "replies": sum(each.missing + max(0, max(stored[each.session], default=0) - each.seq) for each in people),
        "answers": sum(message_id not in answered for message_id in acknowledged),
        "operations": sum(states[task.order_id] != expected[task.intent] for task in done),
        "other_words": sum(
            stored[each.session][seq]["text"] != frame["text"]
            for each in people
            for seq, frame in each.replies.items()
            if seq in stored[each.session] and "text" in frame
        ),
    }
    doubled = {
        "messages": sum(count - 1 for count in said.values()),
        "replies": sum(each.doubled for each in people),
        "operations": sum(max(0, operations[task.order_id] - 1) for task in done),
        "refunds": sum(max(0, refunds[task.order_id] - 1) for task in done),
    }
    return {
        "kills_lost": sum(lost.values()),
        "kills_doubled": sum(doubled.values()),
        "kills_database_sound": sound,
        "kills_messages": len(acknowledged),
        "kills_operations": len(done),
        "kills_lost_of": lost,
        "kills_doubled_of": doubled,
    }


def _plain(value: Any) -> Any:
    """JSON that a driver gives as text, or read already."""
    return json.loads(value) if isinstance(value, str) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--customers", type=int, default=50)
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(Path(folder), kills=given.kills, customers=given.customers)
    record = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {"figures": {}}
    record["figures"] |= figures | {"kills_date": datetime.now(UTC).date().isoformat()}
    given.out.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
