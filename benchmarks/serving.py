"""The server under load, beside Rasa 3.6 with the same bot in one run; and a thousand open sockets.

    python benchmarks/serving.py --rasa PATH/TO/rasa      # adds to benchmarks/results/serving.json

The bot is the one that `rasa init` makes, trained by each of both as it is. Every customer says things drawn by chance
from the bot's own examples, the same to both. Each server has one core to itself (taskset) and the customers another,
so that they do not slow it down; with one core in all they share it. Without `--rasa` (or $KEFU_RASA), the `rasa`
command of an environment with Rasa 3.6, nothing is compared. `--work` keeps both trained bots for another run.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from serving_load import Load, over_rest, over_sockets
from starter import machine

from bot.formats.data import read_data
from bot.formats.problem_list import ProblemList
from bot.message import Message
from bot.trace import TurnTrace

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/serving.json"
WIDGET = ROOT / "bot/server/static/bot-chat.js"
USERS = 32
TURNS = 15
ROUNDS = {"kefu": 6, "rasa": 2}
STARTS = {"kefu": 5, "rasa": 2}
SESSIONS, EVERY_SECONDS, SOCKET_SECONDS = 1000, 20.0, 80.0
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CUSTOMERS_CORE = CORES[0], CORES[-1]
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rasa", type=Path, default=os.environ.get("KEFU_RASA"))
    parser.add_argument("--work", type=Path, help="a folder that keeps both trained bots")
    parser.add_argument("--train-only", action="store_true", help="make and train the bots, measure nothing")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (given.work or Path(scratch)).resolve()
        peers = bots(work, given.rasa and Path(given.rasa).resolve())
        if given.train_only:
            return
        os.sched_setaffinity(0, {CUSTOMERS_CORE})
        figures = measure(peers, work)
    record = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {"figures": {}}
    record |= {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "seeds": [0]}
    record["figures"] |= figures
    given.out.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=2))


# -- the bots ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peer:
    """A trained bot and the command that serves it."""

    name: str
    folder: Path
    command: tuple[str, ...]


def bots(work: Path, rasa: Path | None) -> list[Peer]:
    """Both bots, made and trained where they are not yet."""
    ours, theirs = work / "kefu", work / "rasa"
    if rasa is None and not ours.exists():
        raise SystemExit("The bot comes from `rasa init`: give --rasa, or a --work that holds it already.")
    if rasa and not (theirs / "models").is_dir():
        theirs.mkdir(parents=True, exist_ok=True)
        run([str(rasa), "init", "--no-prompt", "--init-dir", str(theirs)], theirs)
    if not ours.exists():
        shutil.copytree(theirs, ours, ignore=shutil.ignore_patterns("models", ".rasa", "tests", "actions"))
    if not (ours / "models").is_dir():
        run([sys.executable, "-m", "bot", "train"], ours)
    peers = [Peer("kefu", ours, (sys.executable, "-m", "bot", "run", "-i", "127.0.0.1", "-p"))]
    return peers + ([Peer("rasa", theirs, (str(rasa), "run", "-i", "127.0.0.1", "-p"))] if rasa else [])


def run(command: Sequence[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}


def examples(folder: Path) -> list[str]:
    """Everything that the bot has been shown of what customers say."""
    return [each.text for each in read_data([folder / "data"], ProblemList()).training_data.examples]


# -- measuring -----------------------------------------------------------------------------------------------------


def measure(peers: Sequence[Peer], work: Path) -> Figures:
    texts = examples(work / "kefu")
    measured = {peer.name: serve(peer, texts) for peer in peers}
    figures: Figures = {
        "cores": f"server on core {SERVER_CORE}, customers on core {CUSTOMERS_CORE}",
        "users": USERS,
        "turns_each": TURNS,
        **{f"{name}_{key}": value for name, found in measured.items() for key, value in found.items()},
    }
    if "rasa" in measured:
        ours, theirs = measured["kefu"], measured["rasa"]
        figures |= {
            "turns_per_s_vs_rasa": round(ours["turns_per_s"] / theirs["turns_per_s"], 2),
            "p95_vs_rasa": round(ours["p95_ms"] / theirs["p95_ms"], 4),
            "start_vs_rasa": round(ours["start_s"] / theirs["start_s"], 4),
            "memory_vs_rasa": round(ours["memory_mb"] / theirs["memory_mb"], 3),
        }
    figures |= sockets(peers[0], texts)
    figures["stages_ms"] = stages(peers[0], texts)
    figures["widget_gzip_kb"] = round(len(gzip.compress(WIDGET.read_bytes(), 9, mtime=0)) / 1000, 1)
    return figures


def talks(texts: Sequence[str], seed: int, *, users: int = USERS) -> list[list[str]]:
    drawn = random.Random(seed)
    return [[drawn.choice(texts) for _ in range(TURNS)] for _ in range(users)]


def serve(peer: Peer, texts: Sequence[str]) -> Figures:
    """Starts, then customers over REST: so many at once, and one alone."""
    starts = []
    for _ in range(STARTS[peer.name] - 1):
        with server(peer) as running:
            starts.append(running.started_in)
    with server(peer) as running:
        starts.append(running.started_in)
        url = f"{running.url}/webhooks/rest/webhook"
        asyncio.run(over_rest(url, talks(texts, 0), "warm-up"))
        before = cpu_seconds(running.pid)
        load = together([asyncio.run(over_rest(url, talks(texts, n), f"r{n}")) for n in range(ROUNDS[peer.name])])
        cpu = cpu_seconds(running.pid) - before
        alone = asyncio.run(over_rest(url, talks(texts, 99, users=1), "alone"))
        return {
            "start_s": round(statistics.median(starts), 2),
            "memory_mb": round(memory_mb(running.pid)),
            **load.figures(),
            "cpu_ms_per_turn": round(1000 * cpu / len(load.latencies), 2),
            "alone_p50_ms": round(alone.percentile_ms(0.5), 1),
        }


def together(loads: Sequence[Load]) -> Load:
    latencies = [latency for load in loads for latency in load.latencies]
    return Load(latencies, sum(load.seconds for load in loads), sum(load.silent for load in loads))


def sockets(peer: Peer, texts: Sequence[str]) -> Figures:
    """A thousand open sockets on one process."""
    with server(peer) as running:
        url = running.url.replace("http", "ws") + "/ws"
        drawn = random.Random(0)
        found = asyncio.run(
            over_sockets(url, texts, sessions=SESSIONS, every=EVERY_SECONDS, seconds=SOCKET_SECONDS, random=drawn)
        )
        memory = memory_mb(running.pid)
    return {
        "sockets_1000_p95_ms": round(found.load.percentile_ms(0.95), 1),
        "sockets_1000_p50_ms": round(found.load.percentile_ms(0.5), 1),
        "sockets_1000_sent": found.sent,
        "sockets_1000_lost": found.lost,
        "sockets_1000_per_s": round(SESSIONS / EVERY_SECONDS, 1),
        "sockets_1000_memory_mb": round(memory),
    }


def stages(peer: Peer, texts: Sequence[str]) -> Figures:
    """Where the time of a turn goes, without the network: milliseconds on average, for one customer and for many.

    With many, a stage also waits for what is computed for others; the stages that run no model hardly do.
    """
    return {f"{users} customer{'s' * (users > 1)}": staged(peer, texts, users) for users in (1, USERS)}


def staged(peer: Peer, texts: Sequence[str], users: int) -> Figures:
    """In a process of its own on the server's core."""
    asked = {"folder": str(peer.folder), "talks": talks(texts, 7, users=users)}
    command = [sys.executable, "-c", "from serving import print_stages; print_stages()"]
    python_path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    with on(SERVER_CORE):
        done = subprocess.run(
            command,
            input=json.dumps(asked),
            env={**environment(), "PYTHONPATH": python_path},
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        )
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def print_stages() -> None:
    """What the process of `staged` does: turns with the assistant itself, each with a trace."""
    from bot.assistant import Assistant

    asked = json.load(sys.stdin)
    assistant = Assistant.load(Path(asked["folder"]))
    whole: list[float] = []
    spent: dict[str, list[float]] = {}

    async def customer(number: int, texts: Sequence[str], *, counts: bool) -> None:
        for text in texts:
            trace, started = TurnTrace(), time.perf_counter()
            await assistant.handle(Message(text, f"{counts}-{number}"), trace=trace)
            if counts:
                whole.append(time.perf_counter() - started)
                for stage, seconds in trace.timings.items():
                    spent.setdefault(stage, []).append(seconds)

    async def everybody(*, counts: bool) -> None:
        await asyncio.gather(*(customer(n, texts, counts=counts) for n, texts in enumerate(asked["talks"])))

    asyncio.run(everybody(counts=False))
    asyncio.run(everybody(counts=True))
    means = {stage: 1000 * sum(seconds) / len(whole) for stage, seconds in spent.items()}
    turn = 1000 * statistics.fmean(whole)
    found = {**means, "the rest of the turn": turn - sum(means.values()), "turn": turn}
    print(json.dumps({stage: round(value, 2) for stage, value in found.items()}))


# -- servers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Running:
    url: str
    pid: int
    started_in: float
    """Seconds until the first answer to a customer."""


@contextmanager
def server(peer: Peer) -> Iterator[Running]:
    """The peer's server on its core, stopped afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = subprocess.DEVNULL
    started = time.perf_counter()
    with on(SERVER_CORE):
        process = subprocess.Popen(
            [*peer.command, str(port)], cwd=peer.folder, stdin=quiet, stdout=quiet, stderr=quiet, env=environment()
        )
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(url):
            if process.poll() is not None or time.perf_counter() - started > 300:
                raise SystemExit(f"{peer.name} did not come up: {process.args}")
            time.sleep(0.05)
        yield Running(url, process.pid, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(url: str) -> bool:
    try:
        said = httpx.post(f"{url}/webhooks/rest/webhook", json={"sender": "first", "message": "hello"}, timeout=60)
        return bool(said.status_code == 200 and said.json())
    except (httpx.HTTPError, ValueError):
        return False


@contextmanager
def on(core: int) -> Iterator[None]:
    """Processes that are started meanwhile run on this core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def memory_mb(pid: int) -> float:
    """Resident memory in megabytes of 10^6 bytes."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS"))


def cpu_seconds(pid: int) -> float:
    """What a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
