"""The inspector tells of each turn what was understood, decided and said, and the conversation as a test file."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient
from typer.testing import CliRunner

from bot.formats.stories import parse_stories
from bot.message import Entity, Intent, Understanding
from bot.server.inspector import create_inspector
from tests.talking import TalkingBot
from tests.widget.browsing import CHROMIUM, QUIET, SOON_MS

HERE = "http://127.0.0.1"
DOMAIN = """
intents: [greet, track]
entities: [order_number]
slots:
  order_number: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: order_number}]}
responses:
  utter_greet: [{text: "Hello! 您好！", buttons: [{title: Track, payload: /track}]}]
  utter_track: [{text: "Order {order_number} <b>is</b> on its way."}]
"""
RULES = """
rules:
- rule: greet back
  steps: [{intent: greet}, {action: utter_greet}]
- rule: say where it is
  steps: [{intent: track}, {action: utter_track}]
"""
UNDERSTOOD = {
    said: Understanding(
        said,
        Intent("track", 0.93),
        (Entity("order_number", "K1", said.index("K1"), said.index("K1") + 2, extractor="Bert", confidence=0.9),),
        (Intent("track", 0.93), Intent("greet", 0.07)),
        language,
    )
    for said, language in (("where is K1?", "en"), ("订单K1到哪了", "zh"))
}


@pytest.fixture
def inspector() -> Iterator[TestClient]:
    bot = TalkingBot(DOMAIN, RULES, understood=UNDERSTOOD)
    with TestClient(create_inspector(bot.assistant), base_url=HERE) as client:
        yield client


def turn(client: TestClient, text: str) -> dict[str, Any]:
    answer = client.post("/turn", json={"sender": "me", "text": text})
    assert answer.status_code == 200
    shape: dict[str, Any] = answer.json()
    return shape


@pytest.mark.parametrize("said", list(UNDERSTOOD))
def test_a_turn_is_told_with_its_evidence_decision_facts_and_times(inspector: TestClient, said: str) -> None:
    told = turn(inspector, said)
    (entity,) = told["understanding"]["entities"]
    assert (entity["value"], said[entity["start"] : entity["end"]]) == ("K1", "K1")
    assert told["understanding"]["intent"]["confidence"] == 0.93
    decided = next(one for one in told["decisions"] if one["action"] == "utter_track")
    assert decided["policy"] == "RulePolicy"
    assert "say where it is" in decided["why"] and re.search(r":\d+", decided["why"]), "the rule with file:line"
    assert told["changed"]["order_number"] == {"before": None, "after": "K1"}
    (reply,) = told["replies"]
    assert reply["act"] == "utter_track" and reply["origin"] == "template"
    assert [(fact["name"], fact["value"]) for fact in reply["facts"]] == [("order_number", "K1")]
    assert {"understand", "track", "decide and act", "save"} <= told["timings"].keys()


def test_the_conversation_is_a_test_file(inspector: TestClient) -> None:
    assert inspector.get("/story", params={"sender": "me"}).status_code == 404
    turn(inspector, "/greet")
    turn(inspector, "订单K1到哪了")
    answer = inspector.get("/story", params={"sender": "me"})
    assert answer.status_code == 200
    stories = parse_stories(answer.text)
    assert len(stories.stories) == 1
    assert "utter_greet" in answer.text and "utter_track" in answer.text


def test_only_this_machine_is_answered_and_only_json_is_read(inspector: TestClient) -> None:
    assert inspector.get("/", headers={"host": "evil.example"}).status_code == 400
    body = '{"sender": "me", "text": "/greet"}'
    assert inspector.post("/turn", content=body, headers={"content-type": "text/plain"}).status_code == 400
    for wrong in ("[]", "{", '{"sender": "", "text": "x"}', '{"sender": 1, "text": "x"}'):
        answer = inspector.post("/turn", content=wrong, headers={"content-type": "application/json"})
        assert answer.status_code == 400


def test_the_page_needs_nothing_from_elsewhere(inspector: TestClient) -> None:
    for name in ("/", "/inspector.js", "/inspector.css"):
        answer = inspector.get(name)
        assert answer.status_code == 200 and "default-src 'none'" in answer.headers["content-security-policy"]
        assert "http://" not in answer.text and "https://" not in answer.text and "innerHTML" not in answer.text


def test_the_command_is_there() -> None:
    from bot.cli.main import app

    done = CliRunner().invoke(app, ["inspect", "--help"])
    assert done.exit_code == 0 and "this machine only" in done.output


@pytest.fixture
def page() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page(viewport={"width": 1400, "height": 900})
        browser.close()


@pytest.fixture
def address() -> Iterator[str]:
    bot = TalkingBot(DOMAIN, RULES, understood=UNDERSTOOD)
    server = uvicorn.Server(uvicorn.Config(create_inspector(bot.assistant), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"{HERE}:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join()


@pytest.mark.slow
def test_a_developer_talks_sees_why_and_saves_a_test(page: Any, address: str, tmp_path: Path) -> None:
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(address)
    page.get_by_label("Message").fill("订单K1到哪了")
    page.keyboard.press("Enter")
    seen = page.get_by_role("region", name="Turn")
    seen.locator("mark").get_by_text("K1").wait_for(timeout=SOON_MS)
    assert page.get_by_role("log").get_by_text("Order K1 <b>is</b> on its way.").is_visible()
    assert "say where it is" in seen.inner_text() and "0.93" in seen.inner_text() and "ms" in seen.inner_text()
    page.get_by_label("Message").fill("/greet")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Track").wait_for(timeout=SOON_MS)
    page.get_by_role("button", name="订单K1到哪了").click()
    seen.locator("mark").get_by_text("K1").wait_for(timeout=SOON_MS)
    page.get_by_role("region", name="Story").get_by_text("utter_greet").wait_for(timeout=SOON_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a test").click()
    download.value.save_as(tmp_path / "test_saved.yml")
    saved = (tmp_path / "test_saved.yml").read_text(encoding="utf-8")
    assert len(parse_stories(saved).stories) == 1 and "订单[K1](order_number)到哪了" in saved
    assert not broken
