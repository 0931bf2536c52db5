"""The project's rasa_sdk actions in this process and on an action server: the same answers."""

from __future__ import annotations

import asyncio
import json
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.actions.base import ActionFailedError, ActionRejected
from bot.actions.local import LocalActions
from bot.actions.remote import RemoteActions
from bot.events import ActionExecuted, UserUttered
from bot.formats.domain import parse_domain
from bot.tracker import Tracker

DOMAIN = parse_domain(
    "slots: {city: {type: text, mappings: [{type: custom}]}}\nactions: [action_hello, {action_domain: {send_domain: true}}]\n"
)
SOURCE = """
from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection


class Hello(Action):
    def name(self):
        return "action_hello"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(response="utter_hello", who=tracker.latest_message["text"])
        return [SlotSet("city", tracker.sender_id)]


class Slow(Action):
    def name(self):
        return "action_async"

    async def run(self, dispatcher, tracker, domain):
        import asyncio
        await asyncio.sleep(0)
        return [SlotSet("city", str(len(tracker.events)))]


class Refuses(Action):
    def name(self):
        return "action_refuses"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection(self.name(), "not now")


class Breaks(Action):
    def name(self):
        return "action_breaks"

    def run(self, dispatcher, tracker, domain):
        raise KeyError("x")


class Validate(FormValidationAction):
    def name(self):
        return "validate_trip"

    def validate_city(self, value, dispatcher, tracker, domain):
        return {"city": value.strip()}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "actions" / "hello.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


def tracker() -> Tracker:
    events = [ActionExecuted("action_listen"), UserUttered.of("你好", {"text": "你好", "intent": {"name": "greet"}})]
    return Tracker.from_events("me", events, DOMAIN)


def run(project: Path, name: str) -> Any:
    actions = LocalActions.load(project)
    assert actions is not None
    return asyncio.run(actions.run(name, tracker(), DOMAIN))


def test_actions_are_found_in_the_package_and_answer_as_over_http(project: Path) -> None:
    actions = LocalActions.load(project)
    assert actions is not None
    assert actions.names == ["action_async", "action_breaks", "action_hello", "action_refuses", "validate_trip"]
    answer = run(project, "action_hello")
    assert answer.events == [{"event": "slot", "timestamp": None, "name": "city", "value": "me"}]
    assert (answer.responses[0]["response"], answer.responses[0]["who"]) == ("utter_hello", "你好")


def test_coroutines_run_too(project: Path) -> None:
    assert run(project, "action_async").events[0]["value"] == "2"


def test_a_refusal_an_error_and_an_unknown_name(project: Path) -> None:
    with pytest.raises(ActionRejected, match="not now"):
        run(project, "action_refuses")
    with pytest.raises(KeyError):
        run(project, "action_breaks")
    with pytest.raises(ActionFailedError, match="Did you mean 'action_hello'"):
        run(project, "action_helo")


def test_another_projects_actions_do_not_leak_in(project: Path, tmp_path: Path) -> None:
    LocalActions.load(project)
    other = tmp_path / "other"
    other.mkdir()
    text = SOURCE.replace("action_hello", "action_other").split("class Slow")[0]
    (other / "actions.py").write_text(text, encoding="utf-8")
    found = LocalActions.load(other)
    assert found is not None and found.names == ["action_other"]
    assert LocalActions.load(tmp_path / "none") is None


# -- over HTTP ----------------------------------------------------------------------------------------------------------


class Server:
    """An action server that answers with what it is given, one answer after the other."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        content = request.content
        if request.headers.get("Content-Encoding") == "deflate":
            content = zlib.decompress(content)
        self.bodies.append(json.loads(content))
        self.requests.append(request)
        status, answer = self.answers.pop(0)
        return httpx.Response(status, json=answer)


def ask(server: Server, name: str = "action_hello", **options: Any) -> Any:
    client = httpx.AsyncClient(transport=httpx.MockTransport(server))
    actions = RemoteActions("http://actions/webhook?shop=7", client=client, **options)
    return asyncio.run(actions.run(name, tracker(), DOMAIN))


OK = (200, {"events": [{"event": "slot", "name": "city", "value": "x"}], "responses": [{"text": "hi"}]})


def test_a_request_holds_tracker_and_domain() -> None:
    server = Server(OK)
    answer = ask(server, token="secret", headers={"X-Shop": "1"})
    body = server.bodies[0]
    assert (answer.events[0]["value"], answer.responses[0]["text"]) == ("x", "hi")
    assert (body["next_action"], body["sender_id"], body["version"]) == ("action_hello", "me", "3.6.21")
    assert [event["event"] for event in body["tracker"]["events"]] == ["action", "user"]
    assert "city" in body["domain"]["slots"]
    assert dict(server.requests[0].url.params) == {"shop": "7", "token": "secret"}
    assert server.requests[0].headers["X-Shop"] == "1"


def test_the_domain_is_sent_to_those_that_ask_for_it() -> None:
    server = Server(OK, OK)
    ask(server, selective_domain=True)
    ask(server, "action_domain", selective_domain=True)
    assert ["domain" in body for body in server.bodies] == [False, True]
    assert [request.url.query for request in server.requests] == [b"shop=7", b"shop=7"]


def test_a_server_that_lacks_the_domain_gets_it() -> None:
    server = Server((449, {"error": "domain?"}), OK)
    assert ask(server, selective_domain=True).responses
    assert ["domain" in body for body in server.bodies] == [False, True]


def test_requests_can_be_compressed() -> None:
    server = Server(OK)
    assert ask(server, compress=True).responses
    assert server.requests[0].headers["Content-Encoding"] == "deflate"


def test_what_can_go_wrong() -> None:
    with pytest.raises(ActionRejected, match="later"):
        ask(Server((400, {"action_name": "action_hello", "error": "later"})))
    with pytest.raises(ActionFailedError, match="knows no action 'action_hello'"):
        ask(Server((404, {})))
    with pytest.raises(ActionFailedError, match="status 500"):
        ask(Server((500, {"error": "x"})))
    with pytest.raises(ActionFailedError, match="lists of objects"):
        ask(Server((200, {"events": "none"})))

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    actions = RemoteActions("http://actions", client=httpx.AsyncClient(transport=httpx.MockTransport(gone)))
    with pytest.raises(ActionFailedError, match="Is it running"):
        asyncio.run(actions.run("action_hello", tracker(), DOMAIN))
