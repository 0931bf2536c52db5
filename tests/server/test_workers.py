"""Several workers on one port: one that dies is replaced, and all end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.project import Project
from bot.training import train
from tests.cli.running import environment, write_project
from tests.stores.conftest import free_port, wait_for_port
from tests.stores.conftest import redis_port as redis_port

WORK = """
import os, sys, time
from pathlib import Path
from bot.errors import UsageError
from bot.server.workers import run_workers

def work():
    (Path(sys.argv[1]) / str(os.getpid())).touch()
    if sys.argv[2] == "fails":
        raise SystemExit(3)
    time.sleep(60)

try:
    run_workers(2, work)
except UsageError as error:
    print(error)
    raise SystemExit(1)
"""


def _start(folder: Path, how: str = "waits") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORK, str(folder), how]
    return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)


def _pids(folder: Path) -> list[int]:
    return [int(file.name) for file in folder.iterdir()]


def _are_alive(pids: list[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_worker_that_is_killed_is_replaced_and_all_end_with_the_first_process(tmp_path: Path) -> None:
    first = _start(tmp_path)
    _wait(lambda: len(_pids(tmp_path)) == 2)
    os.kill(_pids(tmp_path)[0], signal.SIGKILL)
    _wait(lambda: len(_pids(tmp_path)) == 3)
    first.terminate()
    assert first.wait(20) == 0
    assert not _are_alive(_pids(tmp_path))


def test_workers_that_cannot_start_are_not_started_for_ever(tmp_path: Path) -> None:
    first = _start(tmp_path, "fails")
    said, _ = first.communicate(timeout=20)
    assert (first.returncode, said) == (1, "a worker could not start; it has said why.\n")
    assert len(_pids(tmp_path)) <= 2


@pytest.mark.parametrize(
    ("endpoints", "missing"),
    [("", "lock_store"), ("lock_store: {type: redis, url: 127.0.0.1}\n", "tracker_store")],
)
def test_workers_that_could_not_meet_are_refused(tmp_path: Path, endpoints: str, missing: str) -> None:
    project = write_project(tmp_path / "project")
    (project / "endpoints.yml").write_text(endpoints, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "run", "--workers", "2", "--project", str(project)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert missing in done.stderr


@pytest.mark.slow
def test_customers_are_answered_while_a_worker_is_killed(tmp_path: Path, redis_port: int) -> None:
    project = write_project(tmp_path / "project")
    redis = f"{{type: redis, url: 127.0.0.1, port: {redis_port}}}"
    (project / "endpoints.yml").write_text(f"lock_store: {redis}\ntracker_store: {redis}\n", encoding="utf-8")
    train(Project.load(project))
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-m", "bot", "run", "--workers", "2", "-i", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as out:
        first = subprocess.Popen(command, cwd=project, stdout=out, stderr=out, env=environment())
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children")
    try:
        wait_for_port(port, log, seconds=60)
        _say(port, "li")
        os.kill(int(children.read_text(encoding="ascii").split()[0]), signal.SIGKILL)
        for number in range(20):
            _say(port, f"customer {number}")
        _wait(lambda: len(children.read_text(encoding="ascii").split()) == 2)
    finally:
        first.terminate()
        assert first.wait(60) == 0


def _say(port: int, sender: str) -> None:
    """A request that the killed worker had taken is sent again, as a client with its message id may."""
    body = {"sender": sender, "message": "/greet", "message_id": "m1"}
    for _ in range(3):
        try:
            answer = httpx.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", json=body, timeout=60)
        except httpx.TransportError:
            continue
        assert answer.json()[0]["text"]
        return
    raise AssertionError("nobody answered")
