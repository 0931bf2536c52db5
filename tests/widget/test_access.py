"""Everybody can use it: keyboard, screen reader, small and magnified screens, both themes and directions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.serving import Served
from tests.widget.browsing import SOON_MS, log, messages, picture, say, wait_for

pytestmark = pytest.mark.slow
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = ("products", "parcel", "image", "fail", "human", "choose")


def show_everything(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    for number, text in enumerate(EVERYTHING, start=1):
        say(page, text)
        log(page).locator(
            f".me:nth-of-type(n):not([data-state=waiting], [data-state=received]) >> nth={number - 1}"
        ).wait_for(timeout=SOON_MS)


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, shadow trees included."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page, options={"runOnly": {"type": "tag", "values": AA}}).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, desk: Served, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    show_everything(page, desk)
    assert violations(page) == []
    for last in ("address", "bye"):
        say(page, last)
        log(page).locator("form, .rating").last.wait_for(timeout=SOON_MS)
        assert violations(page) == []
    page.get_by_role("button", name="从右到左").click()
    assert violations(page) == []
    page.get_by_role("button", name="关闭对话").click()
    assert violations(page) == []
    context.close()


def test_everything_can_be_done_from_the_keyboard(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    text = page.locator("bot-chat textarea")
    text.focus()
    page.keyboard.press("Escape")
    launcher = page.get_by_role("button", name="Open the chat")
    assert launcher.evaluate("button => button.matches(':focus')") and not text.is_visible()
    page.keyboard.press("Enter")
    assert text.evaluate("text => text.matches(':focus')")
    page.keyboard.type("choose")
    page.keyboard.press("Enter")
    log(page).get_by_role("button", name="好").wait_for(timeout=SOON_MS)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert log(page).get_by_role("button", name="好").evaluate("button => button.matches(':focus-visible')")
    page.keyboard.press("Space")
    wait_for(page, "You said /affirm")


def test_enter_that_ends_an_input_methods_composition_does_not_send(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    page.locator("bot-chat textarea").focus()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}  # as input methods report it
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    devtools.send("Input.insertText", {"text": "你好"})
    devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    assert page.locator("bot-chat textarea").input_value() == "你好" and messages(page) == []
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("!")
    page.keyboard.press("Enter")
    wait_for(page, "You said 你好")
    assert desk.assistant.texts() == ["你好\n!"]


def test_only_what_is_new_is_read_out(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "hello")
    wait_for(page, "You said hello")
    region = log(page)
    assert (region.get_attribute("aria-live"), region.get_attribute("aria-relevant")) == ("polite", "additions")
    assert region.get_attribute("aria-label") == "Conversation"
    page.add_init_script(_WATCH)
    page.reload()
    wait_for(page, "You said hello")
    assert page.evaluate("window.lives")[0] == "off", "what was said before the reload is not read out again"
    page.locator("bot-chat [role=log][aria-live=polite]").wait_for()


_WATCH = """window.lives = []; const set = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) { if (name === 'aria-live') lives.push(value); set.call(this, name, value); }"""


def overflow(page: Any) -> int:
    """How many pixels something sticks out to the side, on the page and in the chat."""
    sticks: int = page.evaluate(
        """() => { const root = document.querySelector('bot-chat').shadowRoot;
        const wide = [document.documentElement, root.querySelector('.panel'), root.querySelector('.log')];
        return Math.max(...wide.map(e => e.scrollWidth - e.clientWidth)); }"""
    )
    return sticks


def test_at_200_per_cent_nothing_is_cut_off(browser: Any, desk: Served) -> None:
    # A window of 1280 × 800 that is magnified twice has 640 × 400 CSS pixels.
    context = browser.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2, locale="en-GB")
    page = context.new_page()
    show_everything(page, desk)
    assert overflow(page) <= 0
    assert page.locator("bot-chat textarea").is_visible()
    log(page).get_by_role("button", name="好").click()
    wait_for(page, "You said /affirm")
    picture(page, "chat-zoomed")
    context.close()


def test_on_a_phone_the_chat_fills_the_screen_and_fingers_find_its_buttons(browser: Any, desk: Served) -> None:
    size = {"width": 320, "height": 640}
    context = browser.new_context(viewport=size, device_scale_factor=2, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    show_everything(page, desk)
    assert page.locator("bot-chat .panel").bounding_box() == {"x": 0, "y": 0, **size}
    assert overflow(page) <= 0
    sizes = page.locator("bot-chat button:visible").evaluate_all(
        "buttons => buttons.map(b => Math.min(b.getBoundingClientRect().width, b.getBoundingClientRect().height))"
    )
    assert min(sizes) >= 24
    log(page).get_by_role("button", name="好").tap()
    wait_for(page, "You said /affirm")
    context.close()


def test_nothing_moves_for_those_who_asked_for_that(browser: Any, desk: Served) -> None:
    moving = "document.querySelector('bot-chat').shadowRoot.getAnimations().length"
    for motion, expected in (("reduce", False), ("no-preference", True)):
        context = browser.new_context(reduced_motion=motion)
        page = context.new_page()
        page.goto(desk.url)
        say(page, "slow")
        page.locator("bot-chat .status.dots").wait_for(timeout=SOON_MS)
        assert (page.evaluate(moving) > 0) is expected
        context.close()
    desk.assistant.release.set()


def test_right_to_left_turns_the_whole_chat(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "hello")
    wait_for(page, "You said hello")
    page.get_by_role("button", name="Right to left").click()
    panel, mine = page.locator("bot-chat .panel").bounding_box(), log(page).locator(".me").bounding_box()
    assert panel["x"] < 100, "the chat stands at the line's end, which is left"
    assert mine["x"] - panel["x"] < panel["width"] / 4
    picture(page, "chat-right-to-left")


def test_the_elements_attributes_and_colours_are_the_pages_to_choose(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    page.evaluate(
        """() => { const chat = document.querySelector('bot-chat'); chat.remove();
        const box = document.createElement('div'); box.id = 'box'; document.body.prepend(box);
        Object.assign(box.style, { width: '400px', height: '500px' });
        const mine = document.createElement('bot-chat');
        for (const [name, value] of [['inline', ''], ['language', 'zh'], ['theme', 'dark'], ['heading', '丝织店客服']])
            mine.setAttribute(name, value);
        mine.style.setProperty('--accent', 'rgb(1, 2, 3)');
        box.append(mine); }"""
    )
    panel = page.get_by_role("region", name="丝织店客服")
    box = page.locator("#box").bounding_box()
    assert panel.bounding_box() == box
    assert page.get_by_role("button", name="打开客服对话").count() == 0
    assert panel.evaluate("panel => getComputedStyle(panel).backgroundColor") == "rgb(15, 18, 22)"
    send = page.get_by_role("button", name="发送")
    assert send.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(1, 2, 3)"
    say(page, "你好")
    wait_for(page, "You said 你好")
