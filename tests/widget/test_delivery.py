"""Nothing lost, nothing twice: a real browser on a line that breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.serving import Served
from tests.widget.browsing import SOON_MS, Line, cut, log, messages, say, wait_for

pytestmark = pytest.mark.slow
AWAY = "No connection. What you write is kept and sent when it is back."


def heard(desk: Served) -> list[str]:
    return [message.text for message in desk.assistant.heard]


def test_a_line_that_breaks_in_mid_turn_loses_nothing_and_says_nothing_twice(
    page: Any, desk: Served, line: Line
) -> None:
    page.goto(line.url)
    say(page, "hello")
    wait_for(page, "You said hello")
    say(page, "slow 你好")
    page.get_by_text("The assistant is typing").wait_for(timeout=SOON_MS)
    log(page).get_by_text("Received").wait_for()
    with cut(line):
        page.get_by_text(AWAY).wait_for(timeout=SOON_MS)
        desk.assistant.release.set()
        say(page, "written without a line")
    wait_for(page, "You said written without a line")
    assert messages(page) == [
        "hello",
        "You said hello",
        "slow 你好",
        "written without a line",
        "You said slow 你好",
        "You said written without a line",
    ]
    assert heard(desk) == ["hello", "slow 你好", "written without a line"]
    page.locator("bot-chat .status:empty").wait_for(state="attached")
    log(page).get_by_text("Delivered").last.wait_for()


def test_what_was_written_offline_survives_a_reload_and_is_sent_once(page: Any, desk: Served, line: Line) -> None:
    page.goto(line.url)
    say(page, "hello")
    wait_for(page, "You said hello")
    with cut(line):
        say(page, "first")
        say(page, "第二")
        page.locator("bot-chat textarea").type("half a sen")
        # The page itself cannot be loaded over a broken line, so it is left and come back to.
        page.goto("about:blank")
    page.goto(line.url)
    wait_for(page, "You said 第二")
    assert heard(desk) == ["hello", "first", "第二"]
    assert page.locator("bot-chat textarea").input_value() == "half a sen"


def test_two_tabs_are_one_conversation(context: Any, desk: Served, line: Line) -> None:
    one, two = context.new_page(), context.new_page()
    one.goto(line.url)
    say(one, "from one")
    wait_for(one, "You said from one")
    two.goto(line.url)
    wait_for(two, "You said from one")
    say(two, "来自第二个")
    wait_for(one, "You said 来自第二个")
    wait_for(two, "You said 来自第二个")
    assert messages(one) == messages(two) == ["from one", "You said from one", "来自第二个", "You said 来自第二个"]
    one.get_by_role("button", name="New conversation").click()
    log(two).locator(".me").first.wait_for(state="detached", timeout=SOON_MS)
    say(two, "anew")
    wait_for(one, "You said anew")
    senders = {message.text: message.sender_id for message in desk.assistant.heard}
    assert senders["from one"] == senders["来自第二个"] != senders["anew"]


def test_a_page_loaded_anew_in_mid_turn_shows_that_it_is_being_answered(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "slow")
    log(page).get_by_text("Received").wait_for(timeout=SOON_MS)
    page.reload()
    page.get_by_text("The assistant is typing").wait_for(timeout=SOON_MS)
    desk.assistant.release.set()
    wait_for(page, "You said slow")
    page.locator("bot-chat .status:empty").wait_for(state="attached")
    assert heard(desk) == ["slow"]


def test_a_conversation_that_rested_for_a_week_is_forgotten(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "hello")
    wait_for(page, "You said hello")
    page.evaluate(
        """() => { for (const [key, text] of Object.entries(localStorage)) { if (!key.includes(' e:')) continue;
        const entry = JSON.parse(text); entry.place[3] -= 8 * 24 * 3600 * 1000; localStorage[key] = JSON.stringify(entry); } }"""
    )
    page.reload()
    say(page, "anew")
    wait_for(page, "You said anew")
    assert messages(page) == ["anew", "You said anew"]
    assert desk.assistant.heard[0].sender_id != desk.assistant.heard[1].sender_id


def test_a_visitor_who_never_asks_costs_the_server_nothing(page: Any, desk: Served) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.route(f"{desk.url}/", lambda route: route.fulfill(body=_PAGE.format(desk.url), content_type="text/html"))
    page.goto(desk.url)
    page.get_by_role("button", name="打开客服对话").wait_for()
    page.wait_for_timeout(300)
    assert sockets == []
    page.evaluate("document.querySelector('bot-chat').say('你好')")
    page.get_by_role("button", name="打开客服对话，1 条新消息").wait_for(timeout=SOON_MS)
    assert len(sockets) == 1


def test_a_hurried_customer_is_answered_in_order(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    said = ["slow", *(f"message {number}" for number in range(30))]
    for text in said:
        say(page, text)
    desk.assistant.release.set()
    wait_for(page, f"You said {said[-1]}")
    assert heard(desk) == said


def test_what_comes_while_the_chat_is_closed_is_counted(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "slow")
    log(page).get_by_text("Received").wait_for(timeout=SOON_MS)
    page.get_by_role("button", name="Close the chat").click()
    desk.assistant.release.set()
    launcher = page.get_by_role("button", name="Open the chat, 1 new")
    launcher.click(timeout=SOON_MS)
    assert not launcher.is_visible() and messages(page)[-1] == "You said slow"


def test_a_message_whose_turn_failed_is_sent_again_by_hand(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "fail")
    log(page).get_by_text("Not answered").wait_for(timeout=SOON_MS)
    log(page).get_by_role("button", name="Send again").click()
    wait_for(page, "You said fail")
    ids = [message.message_id for message in desk.assistant.heard]
    assert len(ids) == 2 and ids[0] == ids[1]


def test_one_script_tag_embeds_the_chat_in_a_page_of_another_origin(page: Any, desk: Served) -> None:
    address = "http://localhost:8/"  # nothing listens there: the page comes from the test
    page.route(address, lambda route: route.fulfill(body=_PAGE.format(desk.url), content_type="text/html"))
    page.goto(address)
    page.get_by_role("button", name="打开客服对话").click()
    say(page, "你好")
    wait_for(page, "You said 你好")


_PAGE = '<!doctype html><html lang="zh"><title>店</title><script src="{}/bot-chat.js" defer></script><p>店</p></html>'
