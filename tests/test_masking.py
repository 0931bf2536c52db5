"""Personal data does not get into logs and the debug panel."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.debug_panel import rows
from bot.events import SlotSet
from bot.masking import about, mask, mask_logs
from bot.message import DialogueAct, Entity, Fact, Intent, Reply, Understanding
from bot.trace import TurnTrace
from tests.talking import TalkingBot

CATALOGUE = Path(__file__).resolve().parents[1] / "data/catalogue"
DOMAIN = """
intents: [inform]
slots:
  customer_name: {type: text, mappings: [{type: custom}]}
actions: [action_break]
"""
RULES = "rules: [{rule: r, steps: [{intent: inform}, {action: action_break}]}]"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler of the root logger writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger().addHandler(handler)
    mask_logs()
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("The turn of li.wei@example.cn failed", "The turn of [email] failed"),
        ("call me on 138 0013 8000 please", "call me on [phone] please"),
        ("打 13800138000 给我", "打 [phone] 给我"),
        ("+33 6 39 98 60 52", "[phone]"),
        ("SF1234567890123 is on its way", "[number] is on its way"),
        ("paid with credit_card_1098 and 4111 1111 1111 1111", "paid with [payment] and [payment]"),
        ("寄到上海市静安区南京西路1266号2栋1203室", "寄到[address]"),
        ("to 12 High Street, York", "to [address]"),
    ],
)
def test_what_can_be_told_by_its_form_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-28 08:23:13,123 INFO bot.assistant: Doing a turn of 'a81f0d2b' again",
        "rule 'Track an order' (data/rules/orders.yml:4:3)",
        "订单 K1048213 的包裹 3 件，共 ¥1,299.00",
        "Serving /srv/shop on port 5005",
    ],
)
def test_what_is_not_personal_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_no_contact_of_a_customer_of_the_starter_gets_through() -> None:
    customers = [json.loads(line) for line in (CATALOGUE / "customers.jsonl").read_text(encoding="utf-8").splitlines()]
    for customer in customers:
        line = mask(f"{customer['email']} / {customer['phone']} / {customer['payment_methods'][0]['id']}")
        assert line == "[email] / [phone] / [payment]", customer["id"]


@pytest.mark.parametrize(("name", "said"), [("Emma Clarke", "for emma clarke, Emma"), ("李伟", "李伟的订单")])
def test_the_name_of_the_customer_whose_turn_it_is_is_masked(name: str, said: str, written: io.StringIO) -> None:
    bot = TalkingBot(DOMAIN)
    tracker = bot.tracker()
    tracker.update(SlotSet(name="customer_name", value=name))
    with about(tracker):
        logging.getLogger("bot").error("An action failed %s", said)
    assert "[name]" in written.getvalue() and name.split()[0].lower() not in written.getvalue().lower()


def test_an_action_that_fails_tells_the_log_no_name_even_in_its_traceback(written: io.StringIO) -> None:
    def fail(tracker: object) -> dict[str, object]:
        raise ValueError("no parcel for 李伟, li.wei@example.cn")

    bot = TalkingBot(DOMAIN, RULES, actions={"action_break": fail})
    bot.say("/inform")
    assert "ValueError: no parcel for" in written.getvalue()
    assert "[email]" in written.getvalue() and "li.wei" not in written.getvalue()


def test_the_panel_shows_no_personal_data() -> None:
    text = "Emma Clarke, emma.clarke@example.com"
    trace = TurnTrace(
        understanding=Understanding(
            text,
            Intent("inform", 0.9),
            (Entity("email", "emma.clarke@example.com"), Entity("person_name", "Emma Clarke")),
        ),
        slots_after={"customer_name": "Emma Clarke", "listed": [{"recipient": "Emma Clarke", "id": "K1"}]},
        replies=[
            Reply("…", act=DialogueAct("utter_sent", (Fact("address", "1 Main Road, York", "database"),))),
            Reply("…", act=DialogueAct("utter_parcel", (Fact("place", "at Emma Clarke's", "database"),))),
        ],
    )
    shown = "\n".join(f"{label} {line}" for label, line in rows(trace))
    assert "Emma" not in shown and "emma" not in shown and "Main Road" not in shown
    assert "K1" in shown and "[address]" in shown and "[email]" in shown
