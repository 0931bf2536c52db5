"""How the starter shop talks: its main language, thanks in between, doubts, offers and tickets."""

from __future__ import annotations

import pytest

from tests.starter_talk import DOUBT, EMMA, WEI, StarterTalk, starter


def test_the_assistant_begins_in_the_projects_main_language() -> None:
    project, _ = starter()
    assert project.domain.slots["language"].initial_value == project.config.language


def test_a_message_without_words_is_answered_in_the_main_language_until_a_language_is_shown(shop: StarterTalk) -> None:
    assert "需要我做什么" in shop.say("👌", "affirm")
    assert "next" in shop.say("yes", "affirm")
    assert "next" in shop.say("👌", "affirm")


def test_an_account_shows_the_language_when_no_message_has(shop: StarterTalk) -> None:
    assert "Thank you, Emma Clarke" in shop.say(EMMA, "inform", email=EMMA)
    assert shop.slot("language") == "en"


def test_a_message_shows_the_language_sooner_than_the_account(shop: StarterTalk) -> None:
    shop.say("查订单", "list_orders")
    assert "谢谢您" in shop.say(EMMA, "inform", email=EMMA)


@pytest.mark.parametrize(
    ("begun", "thanks", "word", "question"),
    [
        ("我要退货", "谢谢", "不客气", "邮箱"),
        ("I want to return something", "thanks", "You're welcome!", "e-mail"),
    ],
)
def test_thanks_within_a_form_are_short_and_the_question_comes_last(
    shop: StarterTalk, begun: str, thanks: str, word: str, question: str
) -> None:
    shop.say(begun, "return_item")
    first, *last = shop.say(thanks, "thanks").split("\n")
    assert first.startswith(word) and len(first) < 20
    assert len(last) == 1 and question in last[0]
    assert shop.form == "return_form"


def test_a_yes_to_what_may_have_been_meant_goes_on_with_the_message(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    asked = shop.say("K1048213 咋个情况了", DOUBT, doubted=("track_order",), order_number="K1048213")
    assert "您是想“查快递”吗" in asked
    assert "京东物流" in shop.say("好的", "affirm")


def test_a_yes_to_several_meanings_takes_the_likeliest_and_a_number_the_other(shop: StarterTalk) -> None:
    shop.say("hmm K6420815 money", DOUBT, doubted=("refund_status", "cancel_order"), order_number="K6420815")
    assert shop.buttons == ["Where is my refund?", "Cancel an order"]
    shop.say("yes", "affirm")
    assert shop.form == "refund_status_form"
    shop.sender = "other"
    shop.say("hmm K6420815 money")
    shop.say("2", "inform")
    assert shop.form == "cancel_order_form" and shop.slot("order_id") == "K6420815"


def test_one_of_several_meanings_is_picked_whatever_the_picking_was_read_as(shop: StarterTalk) -> None:
    shop.say("hmm money back", DOUBT, doubted=("price_question", "refund_status"))
    shop.say("the second one", "price_question", mention="the second one")
    assert shop.form == "refund_status_form"


def test_a_button_that_tells_the_meaning_answers_the_message_itself(shop: StarterTalk) -> None:
    shop.say("支持七天无理由吗", DOUBT, doubted=("policy_question", "return_item"))
    assert "7天" in shop.press("问购物规则")


def test_a_no_to_what_may_have_been_meant_is_a_no(shop: StarterTalk) -> None:
    shop.say("K1048213 咋个情况了", DOUBT, doubted=("track_order",), order_number="K1048213")
    assert "好的" in shop.say("不是", "deny")
    assert shop.form is None and shop.slot("offered") is None


@pytest.mark.parametrize(("first", "second", "yes"), [("噗噗", "哇啦啦", "好"), ("blorp", "wibble", "ok")])
def test_two_misunderstandings_in_a_row_offer_a_human_whom_one_yes_brings(
    shop: StarterTalk, first: str, second: str, yes: str
) -> None:
    shop.say(first, DOUBT)
    shop.say(second, DOUBT)
    assert shop.buttons[0] in ("转人工", "Talk to a human")
    shop.say(yes, "affirm")
    assert shop.value("SELECT kind FROM tickets WHERE conversation_id = 'me'") == "handover"


def test_within_a_form_two_misunderstandings_offer_a_human_as_well(shop: StarterTalk) -> None:
    shop.say("我要取消订单", "cancel_order")
    assert shop.say("噗噗", DOUBT, doubted=("track_order",)).count("\n") == 1, "one word, and the question again"
    assert "转人工" in shop.say("哇啦啦", DOUBT)
    shop.say("不用", "deny")
    assert shop.form == "cancel_order_form"
    shop.say("噗噗噗", DOUBT)
    shop.say("哇啦", DOUBT)
    assert "人工客服" in shop.say("好", "affirm")
    assert shop.form is None


def test_a_yes_to_the_change_is_no_yes_to_a_human_offered_in_between(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.say("取消K7301945，拍错了", "cancel_order", order_number="K7301945", reason="拍错了")
    shop.say("噗噗", DOUBT)
    assert "确认取消" in shop.say("哇啦啦", DOUBT)
    shop.say("确认", "affirm")
    assert shop.value("SELECT status FROM orders WHERE id = 'K7301945'") == "cancelled"
    assert shop.value("SELECT count(*) FROM tickets WHERE conversation_id = 'me'") == 0


def test_an_offer_lapses_when_something_else_is_talked_about(shop: StarterTalk) -> None:
    shop.say("什么垃圾店", "complaint")
    shop.say("你能做什么", "ask_capabilities")
    assert "接下来" in shop.say("好的", "affirm")
    assert shop.value("SELECT kind FROM tickets WHERE conversation_id = 'me'") == "complaint"


@pytest.mark.parametrize(
    ("rude", "nonsense", "yes"), [("一群骗子！", "阿巴阿巴", "要"), ("you crooks!", "grr blah", "yes please")]
)
def test_a_complaint_is_one_ticket_whatever_is_added_and_whoever_takes_it_over(
    shop: StarterTalk, rude: str, nonsense: str, yes: str
) -> None:
    shop.say(rude, "complaint")
    shop.say(nonsense, "complaint")
    said = shop.say(yes, "affirm")
    assert shop.value("SELECT count(*) FROM tickets WHERE conversation_id = 'me'") == 1
    assert str(shop.value("SELECT id FROM tickets WHERE conversation_id = 'me'")) in said
    summary = str(shop.value("SELECT summary FROM tickets WHERE conversation_id = 'me'"))
    assert summary.startswith(f"{rude}\n{nonsense}\n")
    assert shop.value("SELECT count(*) FROM operations WHERE name = 'transfer_to_human'") == 1


@pytest.mark.parametrize(("yes", "it"), [("yes, do it", "it"), ("好，就这个", "这个")])
def test_the_yes_is_to_what_was_proposed_whatever_was_looked_at_in_between(
    shop: StarterTalk, yes: str, it: str
) -> None:
    shop.say("cancel the lamp", "cancel_order", order_number="K6420815", email=EMMA)
    assert "K8851390" in shop.say("where is K8851390?", "track_order", order_number="K8851390")
    assert "K6420815" in shop.say("no longer needed", "inform", reason="no longer needed")
    assert "K6420815" in shop.say(yes, "affirm", mention=it)
    assert shop.value("SELECT status FROM orders WHERE id = 'K6420815'") == "cancelled"
    assert shop.value("SELECT status FROM orders WHERE id = 'K8851390'") == "shipped"


@pytest.mark.parametrize(
    ("question", "fee"), [("what do you charge for shipping?", "99 CNY"), ("邮费谁出啊，怎么收", "99")]
)
def test_what_the_message_wants_says_which_articles_come_first(shop: StarterTalk, question: str, fee: str) -> None:
    assert fee in shop.say(question, "shipping_cost")


def test_half_an_order_may_be_missing_because_the_other_parcel_is_on_its_way(shop: StarterTalk) -> None:
    said = shop.say("怎么只收到一半", "missing_or_damaged_parcel", order_number="K5920376", phone="15400005710")
    assert "2 个包裹" in said and "中通快递" in said
    assert shop.value("SELECT count(*) FROM operations WHERE name = 'open_ticket'") == 1
