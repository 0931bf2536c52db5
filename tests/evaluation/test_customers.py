"""Simulated customers: what they say, what they take a reply for, and how what was done is judged."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from bot.errors import UsageError
from bot.evaluation.customers.customer import Customer
from bot.evaluation.customers.phrasings import FOLDER, Phrasings, read_phrasings
from bot.evaluation.customers.report import figures
from bot.evaluation.customers.talk import Outcome, is_same
from bot.evaluation.customers.tasks import Task, Wanted, read_tasks
from bot.evaluation.customers.wishes import Method, Piece, Self, Wish
from bot.message import Reply

ROOT = Path(__file__).resolve().parents[2]
GRILL = Piece(
    "1",
    {"en": "Grill", "zh": "烧烤架"},
    {"type": "electric", "size": "medium"},
    {"en": "electric, size: medium", "zh": "电动，尺码：中号"},
    True,
    "2",
    {"type": "charcoal", "size": "medium"},
    {"en": "charcoal, size: medium", "zh": "木炭，尺码：中号"},
)
CARD = Method("credit_card_1", "credit_card", "visa", "1234", True)
WISH = Wish("exchange_delivered_order_items", "#W1234567", (GRILL,), CARD)
ANNA = Self("Anna Weiss", "anna.weiss@example.com", "12345", "email")
YES_NO = ({"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"})


@pytest.fixture(params=["en", "zh", "held_out/en", "held_out/zh"])
def phrasings(request: pytest.FixtureRequest) -> Phrasings:
    return read_phrasings(ROOT / FOLDER / f"{request.param}.yml", {})


def customer(phrasings: Phrasings, seed: int, wish: Wish = WISH) -> Customer:
    return Customer(ANNA, [wish], phrasings, Random(seed))


def english() -> Phrasings:
    return read_phrasings(ROOT / FOLDER / "en.yml", {})


def test_every_sentence_can_be_filled_in(phrasings: Phrasings) -> None:
    said = {customer(phrasings, seed).opens() for seed in range(300)}
    assert len(said) > 60
    assert not [text for text in said if re.search(r"[{}]", text)]


def test_the_same_seed_says_the_same(phrasings: Phrasings) -> None:
    assert customer(phrasings, 7).opens() == customer(phrasings, 7).opens()


def test_who_they_are_is_told_when_asked(phrasings: Phrasings) -> None:
    asked = {"en": "Please tell me your e-mail address.", "zh": "请先告诉我账户的邮箱。"}[phrasings.language]
    assert ANNA.email in customer(phrasings, 1).answers([Reply(asked)])


def test_a_reader_objects_to_a_proposal_that_is_not_what_they_want() -> None:
    proposal = "I would exchange Grill (electric, size: medium) of order #W1234567 for Grill (gas). {} Shall I?"
    someone = customer(english(), 3)
    someone.manner = type(someone.manner)(False, "whole", False, "email", 1.0, False, True)
    answer = someone.answers([Reply(proposal.format("The difference goes to credit card 1234."), buttons=YES_NO)])
    assert answer != "/affirm" and "charcoal" in answer
    right = proposal.replace("Grill (gas)", "Grill (charcoal, size: medium)").format("credit card 1234")
    assert someone.answers([Reply(right, buttons=YES_NO)]) == "/affirm"


def test_a_question_for_something_unknown_is_answered_with_the_request() -> None:
    assert "#W1234567" in customer(english(), 5).answers([Reply("I did not understand that.")])


def test_items_are_compared_as_pairs() -> None:
    wanted = Wanted("exchange", {"order_id": "#W1", "item_ids": ["1", "2"], "new_item_ids": ["3", "4"]})
    assert is_same(wanted, Wanted("exchange", {**wanted.arguments, "item_ids": ["2", "1"], "new_item_ids": ["4", "3"]}))
    assert not is_same(wanted, Wanted("exchange", {**wanted.arguments, "new_item_ids": ["4", "3"]}))
    assert not is_same(wanted, Wanted("exchange", {**wanted.arguments, "order_id": "#W2"}))
    assert not is_same(wanted, Wanted("return", dict(wanted.arguments)))


def test_what_nobody_wanted_is_a_wrong_write_and_a_ticket_is_not() -> None:
    wanted = Wanted("cancel_pending_order", {"order_id": "#W1"})
    task = Task("t", "anna", (wanted,))
    other = Wanted("cancel_pending_order", {"order_id": "#W2"})
    ticket = Wanted("transfer_to_human", {"summary": "…"})

    def outcome(*done: Wanted) -> Outcome:
        return Outcome(task, "en", done, (wanted,), 4, (), 0.1)

    assert outcome(wanted).is_right and not outcome().is_right
    assert outcome(wanted, other).wrong == (other,)
    assert outcome(ticket).wrong == ()
    assert figures([outcome(wanted), outcome(other)])["en"] == 50.0
    assert figures([outcome(wanted), outcome(other)])["wrong_writes"] == 1


def test_a_line_that_is_no_task_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    good = {"user_id": "anna", "actions": [{"name": "cancel_pending_order", "arguments": {"order_id": "#W1"}}]}
    path.write_text(json.dumps(good) + "\n\n" + '{"user_id": "anna"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"tasks\.jsonl:3: this is no task \('actions' is missing\)"):
        read_tasks(path)


def test_phrasings_that_lack_something_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "en.yml"
    path.write_text("language: en\ngreetings: [hi]\n", encoding="utf-8")
    with pytest.raises(UsageError, match="hears, begins"):
        read_phrasings(path, {})
