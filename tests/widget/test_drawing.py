"""What replies look like, and what pressing them sends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.serving import Served
from tests.widget.browsing import SOON_MS, log, messages, say, wait_for

pytestmark = pytest.mark.slow


def test_products_are_cards_with_buttons_and_links(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "products")
    wait_for(page, "Here they are:")
    cards = log(page).get_by_role("list", name="Products").get_by_role("listitem")
    assert cards.all_inner_texts() == ["Linen Dress\n¥299.00\nShow me", "羊毛衫\n¥459.00\n缺货"]
    assert cards.nth(1).get_by_role("link").get_attribute("href") == f"{desk.url}/shop"
    cards.nth(0).get_by_role("button", name="Show me").click()
    wait_for(page, "You said /dress")
    assert messages(page)[-2:] == ["Show me", "You said /dress"]


def test_a_parcels_way_is_a_list_that_says_where_it_is_now(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "parcel")
    steps = log(page).get_by_role("region", name="Parcel SF100").get_by_role("listitem")
    steps.first.wait_for(timeout=SOON_MS)
    assert [text.replace("\n", " ") for text in steps.all_inner_texts()] == [
        "picked up (done) 1 May",
        "in transit (now) 2 May",
        "delivered (to come)",
    ]
    assert steps.nth(1).get_attribute("aria-current") == "step"


def test_an_address_is_filled_in_and_sent_as_it_would_be_written(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "address")
    form = log(page).get_by_role("form", name="New address")
    form.get_by_label("City").fill("Leeds")
    form.get_by_role("button", name="Save").click()
    street = form.get_by_label("Street")
    assert street.get_attribute("aria-invalid") == "true"
    assert street.evaluate("input => input.matches(':focus') && input.validationMessage") == "Please fill this in."
    street.fill("12 High Street")
    page.keyboard.press("Enter")
    wait_for(page, "You said 12 High Street, Leeds")
    assert desk.assistant.texts()[-1] == "12 High Street, Leeds"
    assert form.count() == 0  # what has been answered cannot be answered again


def test_choices_answer_and_go(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "choose")
    log(page).get_by_role("button", name="好").click()
    wait_for(page, "You said /affirm")
    assert log(page).get_by_role("button", name="不").count() == 0
    assert page.locator("bot-chat textarea").evaluate("text => text.matches(':focus')")
    page.reload()
    wait_for(page, "You said /affirm")
    assert log(page).get_by_role("button", name="不").count() == 0


def test_the_customer_is_asked_whether_they_were_content(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "bye")
    log(page).get_by_role("group", name="Were you content?").get_by_role("button", name="4 of 5").click()
    wait_for(page, 'You said /inform{"satisfaction":"4"}')
    assert "Your rating: 4 of 5" in messages(page)


def test_who_is_speaking_is_shown_and_still_is_after_a_reload(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "human")
    page.get_by_text("A colleague will take over.").wait_for(timeout=SOON_MS)
    say(page, "joined")
    page.get_by_text("You are talking to Li.").wait_for(timeout=SOON_MS)
    page.reload()
    page.get_by_text("You are talking to Li.").wait_for(timeout=SOON_MS)


def test_images_that_are_missing_become_links_and_addresses_are_links(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "image")
    wait_for(page, "See")
    log(page).get_by_role("link", name="Image").wait_for(timeout=SOON_MS)
    link = log(page).get_by_role("link", name="https://kefu.example/a?b=1", exact=True)
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_a_payload_that_only_the_page_knows_is_handed_to_the_page(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    page.evaluate(
        "addEventListener('bot-chat-custom', event => event.detail.show(`It is ${event.detail.payload.weather}`))"
    )
    say(page, "unknown")
    wait_for(page, "It is sunny")


def test_a_reply_in_the_making_is_seen_but_read_out_only_when_it_is_whole(page: Any, desk: Served) -> None:
    page.goto(desk.url)
    say(page, "draft")
    draft = page.locator("bot-chat .draft")
    draft.get_by_text("This is what there is.").wait_for(timeout=SOON_MS)
    assert draft.get_attribute("aria-hidden") == "true"
    desk.assistant.release.set()
    wait_for(page, "You said draft")
    assert not draft.is_visible()
    assert messages(page) == ["draft", "You said draft"]
