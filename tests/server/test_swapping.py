"""Exchanging the model while messages come in: each is answered, and no conversation notices."""

from __future__ import annotations

import asyncio
import gc
import shutil
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.message import Message
from bot.project import Project
from bot.server.running import Running
from bot.training import train
from tests.cli.running import DOMAIN, write_project
from tests.model_server import Models
from tests.talking import TalkingBot

RULES = """
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
- rule: slow
  steps: [{intent: slow}, {action: action_slow}]
- rule: later
  steps: [{intent: later}, {action: action_remind}]
- rule: reminded
  steps: [{intent: EXTERNAL_due}, {action: utter_greet}]
"""


def domain(version: str) -> str:
    return f"""
intents: [greet, slow, later, EXTERNAL_due]
actions: [action_slow, action_remind]
responses:
  utter_greet: [{{text: 您好 from {version}}}]
  utter_slow: [{{text: slow from {version}}}]
"""


class Parts:
    """An assistant's NLU that says when it is closed."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.is_closed = False

    async def parse(self, text: str) -> Any:
        assert not self.is_closed, "a model that was let go is asked"
        await asyncio.sleep(0.002)
        return await self.inner.parse(text)

    def close(self) -> None:
        self.is_closed = True


def bot_of(version: str, *, parts: Mapping[str, Any] | None = None, **actions: Any) -> TalkingBot:
    bot = TalkingBot(domain(version), RULES, actions=actions, **(parts or {}))
    bot.assistant.nlu = Parts(bot.assistant.nlu)
    return bot


def texts(replies: Any) -> list[str | None]:
    return [reply.text for reply in replies]


def test_messages_sent_during_exchanges_are_all_answered() -> None:
    bots = {f"model {number}": bot_of(f"model {number}") for number in range(5)}

    async def talk() -> list[str | None]:
        running = Running(bots["model 0"].assistant, load=lambda path: bots[path.name].assistant)

        async def one(sender: str) -> list[str | None]:
            said: list[str | None] = []
            for _ in range(5):
                said += texts(await running.handle(Message("/greet", sender)))
            return said

        async def exchange() -> None:
            for number in range(1, 5):
                await asyncio.sleep(0.02)
                await running.swap(Path(f"model {number}"))

        *said, _ = await asyncio.gather(*(one(f"customer {number % 8}") for number in range(40)), exchange())
        said.append(texts(await running.handle(Message("/greet", "last"))))
        before = [bot.assistant.nlu for bot in bots.values()][:-1]
        await running.close()
        assert all(nlu.is_closed for nlu in before if isinstance(nlu, Parts))
        return [text for texts_ in said if texts_ for text in texts_]

    said = asyncio.run(talk())
    assert len(said) == 201
    assert len(set(said)) > 1 and said[-1] == "您好 from model 4"


def test_a_turn_ends_with_the_model_it_began_with_and_the_conversation_goes_on() -> None:
    async def talk() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()
        old, new = bot_of("old"), bot_of("new")

        async def slow(name: str, *_: Any) -> Any:
            begun.set()
            await go_on.wait()
            return await answer(name, *_)

        old.actions.scripts["action_slow"] = lambda tracker: {"responses": [{"response": "utter_slow"}]}
        answer = old.actions.run
        old.actions.run = slow  # type: ignore[method-assign, assignment]
        running = Running(old.assistant, load=lambda _: new.assistant)
        nlu: Any = old.assistant.nlu

        first = asyncio.create_task(running.handle(Message("/slow", "me")))
        await begun.wait()
        await running.swap(Path("new"))
        second = asyncio.create_task(running.handle(Message("/greet", "me")))
        assert texts(await running.handle(Message("/greet", "another"))) == ["您好 from new"]
        assert not second.done(), "it waits for its turn"
        assert not nlu.is_closed, "a turn of the old model is still open"
        go_on.set()
        assert texts(await first) == ["slow from old"]
        assert texts(await second) == ["您好 from new"]
        await running.close()
        assert nlu.is_closed
        said = [event.text for event in (await new.assistant.tracker("me")).events if event.type_name == "user"]  # type: ignore[attr-defined]
        assert said == ["/slow", "/greet"]

    asyncio.run(talk())


def test_reminders_of_before_are_acted_on_by_the_new_model() -> None:
    when = {"event": "reminder", "intent": "EXTERNAL_due", "date_time": "1970-01-12T13:46:40.05+00:00", "name": "r"}
    old, new = bot_of("old", action_remind=lambda tracker: {"events": [when]}), bot_of("new")

    async def talk() -> list[str | None]:
        pushed: asyncio.Queue[list[str | None]] = asyncio.Queue()

        async def push(sender: str, channel: str, replies: Any) -> None:
            pushed.put_nowait(texts(replies))

        running = Running(old.assistant, load=lambda _: new.assistant)
        running.speak_through(push)
        await running.handle(Message("/later", "me"))
        await running.swap(Path("new"))
        said = await asyncio.wait_for(pushed.get(), 10)
        await running.close()
        return said

    assert asyncio.run(talk()) == ["您好 from new"]


def test_nothing_is_kept_of_a_model_that_was_exchanged() -> None:
    async def talk() -> None:
        parts = {"clock": time.time}
        first = bot_of("model 0", parts=parts).assistant
        before = weakref.ref(first)
        running = Running(first, load=lambda path: bot_of(path.name, parts=parts).assistant)
        del first
        await running.handle(Message("/greet", "me"))
        for number in (1, 2):
            await running.swap(Path(f"model {number}"))
            assert texts(await running.handle(Message("/greet", "me"))) == [f"您好 from model {number}"]
            await asyncio.gather(*running._retiring)
            gc.collect()
            assert before() is None
            before = weakref.ref(running.assistant)
        await running.close()

    asyncio.run(talk())


def test_a_model_that_cannot_be_loaded_changes_nothing() -> None:
    def fail(_: Path) -> Assistant:
        raise OSError("broken")

    async def talk() -> None:
        running = Running(bot_of("old").assistant, load=fail)
        with pytest.raises(OSError, match="broken"):
            await running.swap(Path("new"))
        assert texts(await running.handle(Message("/greet", "me"))) == ["您好 from old"]

    asyncio.run(talk())


# -- over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """A model of the same bot with another greeting, trained on another machine."""
    there = write_project(tmp_path / "there", domain=DOMAIN.replace("您好!", "欢迎!"))
    archive = train(Project.load(there)).model
    moved = tmp_path / "other.tar.gz"
    shutil.copy(archive, moved)
    shutil.rmtree(there)
    return moved


def greeting(client: TestClient, sender: str = "me") -> str:
    answer = client.post("/webhooks/rest/webhook", json={"sender": sender, "message": "/greet"}).json()
    return str(answer[0]["text"])


def test_a_model_brings_its_domain(client: TestClient, other_model: Path) -> None:
    assert greeting(client) == "您好!"
    assert client.put("/model", json={"model_file": str(other_model)}).status_code == 204
    assert greeting(client) == "欢迎!"
    said = [
        event["text"] for event in client.get("/conversations/me/tracker").json()["events"] if event["event"] == "bot"
    ]
    assert said == ["您好!", "欢迎!"], "the conversation has gone on"


def test_a_model_is_taken_from_a_model_server(client: TestClient, other_model: Path) -> None:
    with Models(other_model).served() as url:
        assert client.put("/model", json={"model_server": {"url": url}}).status_code == 204
    assert greeting(client) == "欢迎!"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"model_server": {"url": "http://127.0.0.1:1/"}}, "no model that can be used"),
        ({"model_server": {"token": "x"}}, "'model_server' is not valid: url"),
        ({"remote_storage": "aws"}, "`remote_storage` (aws, gcs, azure) is not supported"),
    ],
)
def test_a_source_that_gives_no_model_is_refused(client: TestClient, body: dict[str, Any], message: str) -> None:
    answer = client.put("/model", json=body)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert greeting(client) == "您好!"
