"""Two servers of one bot: conversations and locks in Redis, models from a model server, events in a file."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.project import Project
from bot.training import train
from tests.cli.running import DOMAIN, environment, write_project
from tests.model_server import Models
from tests.stores.conftest import free_port, wait_for_port

pytestmark = pytest.mark.slow

ENDPOINTS = """
tracker_store: {{type: redis, url: 127.0.0.1, port: {redis}}}
lock_store: {{type: redis, url: 127.0.0.1, port: {redis}}}
event_broker: {{type: file, path: events.log}}
models: {{url: "{models}", wait_time_between_pulls: 1}}
"""


def model_of(folder: Path, name: str, greeting: str) -> Path:
    project = write_project(folder / "project", domain=DOMAIN.replace("您好!", greeting))
    model = shutil.copy(train(Project.load(project)).model, folder / f"{name}.tar.gz")
    shutil.rmtree(project)
    return Path(model)


@contextmanager
def worker(project: Path) -> Iterator[str]:
    """The URL of a `bot run` of its own."""
    port, log = free_port(), project / f"log-{free_port()}"
    command = [sys.executable, "-m", "bot", "run", "-i", "127.0.0.1", "-p", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=project, stdout=out, stderr=out, env=environment())
    try:
        wait_for_port(port, log, seconds=60)
        yield f"http://127.0.0.1:{port}/webhooks/rest/webhook"
    finally:
        server.terminate()
        server.wait(60)


async def say(client: httpx.AsyncClient, url: str, sender: str) -> str:
    answer = await client.post(url, json={"sender": sender, "message": "/greet"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return str(answer.json()[0]["text"])


async def talk(urls: list[str], models: Models, newer: Path) -> list[str]:
    """Many messages of few customers to both workers at once, with an exchange of the model in between."""
    async with httpx.AsyncClient() as client:

        async def messages(count: int) -> list[str]:
            sent = (say(client, urls[number % 2], f"客户{number // 2 % 3}") for number in range(count))
            return list(await asyncio.gather(*sent))

        said = await messages(36)
        models.archive = newer
        for _ in range(200):
            said += await messages(6)
            if set(said[-6:]) == {"欢迎"}:
                return said
            await asyncio.sleep(0.1)
    pytest.fail(f"the newer model was not used: {said[-6:]}")


def test_no_message_is_lost_between_workers_and_models(redis_port: int, tmp_path: Path) -> None:
    import redis

    plain: Any = redis.Redis(port=redis_port)
    plain.flushall()
    older, newer = model_of(tmp_path, "older", "您好"), model_of(tmp_path, "newer", "欢迎")
    models = Models(older)
    with ExitStack() as stack:
        url = stack.enter_context(models.served())
        project = write_project(tmp_path / "here", endpoints=ENDPOINTS.format(redis=redis_port, models=url))
        urls = [stack.enter_context(worker(project)) for _ in range(2)]
        said = asyncio.run(talk(urls, models, newer))
    assert set(said) == {"您好", "欢迎"}

    stored = {key.decode(): json.loads(plain.get(key) or b"")["events"] for key in plain.keys("tracker:*")}
    assert sum(event["event"] == "user" for events in stored.values() for event in events) == len(said)
    for events in stored.values():
        # No turn begins before the one before it has ended: a message always comes after listening.
        after = [events[index - 1] for index, event in enumerate(events) if event["event"] == "user"]
        assert {event.get("name") for event in after} == {"action_listen"}
    published = [json.loads(line) for line in (project / "events.log").read_text(encoding="utf-8").splitlines()]
    for key, events in stored.items():
        of_this = [event for event in published if f"tracker:{event['sender_id']}" == key]
        assert sorted(map(identity, of_this)) == sorted(map(identity, events))
    plain.close()


def identity(event: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in event.items() if name != "sender_id"}, sort_keys=True)
