"""What the starter shop does with orders: refusals that offer something else, and what is not asked in vain."""

from __future__ import annotations

import re

import pytest

from tests.starter_talk import EMMA, WEI, StarterTalk


@pytest.mark.parametrize(
    ("order_id", "customer", "intent", "refused", "offered", "form"),
    [
        ("K3617728", WEI, "cancel_order", "已签收", "退货", "return_form"),
        ("K7301945", WEI, "return_item", "待处理", "取消订单", "cancel_order_form"),
        ("K7301945", WEI, "exchange_item", "待处理", "修改订单商品", "change_items_form"),
        ("K3617728", WEI, "change_order_items", "已签收", "换货", "exchange_form"),
    ],
)
def test_a_refusal_offers_what_can_be_done_and_a_yes_takes_it_up(
    shop: StarterTalk, order_id: str, customer: str, intent: str, refused: str, offered: str, form: str
) -> None:
    shop.say("你好", "greet")
    shop.say(customer, "inform", email=customer)
    said = shop.say(f"请帮我办 {order_id} {intent}", intent, order_number=order_id)
    assert refused in said
    assert shop.buttons == [offered, "不用了"]
    shop.say("好的", "affirm")
    assert (shop.form, shop.slot("order_id"), shop.slot("offered")) == (form, order_id, None)


def test_the_button_of_an_offer_does_the_same(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    said = shop.say("cancel K5146728", "cancel_order", order_number="K5146728")
    assert "delivered" in said and "Would you like to return" in said
    shop.press("Return something")
    assert (shop.form, shop.slot("order_id")) == ("return_form", "K5146728")


def test_a_shipped_order_is_shown_and_a_cancelled_ones_refund_is_looked_up(shop: StarterTalk) -> None:
    shop.say("你好", "greet")
    shop.say(WEI, "inform", email=WEI)
    shop.say("退 K1048213", "return_item", order_number="K1048213")
    assert "京东物流" in shop.say("好", "affirm")
    assert "已经取消" in shop.say("取消 K8405261", "cancel_order", order_number="K8405261")
    assert "退款" in shop.say("查一下吧", "affirm")


def test_no_to_an_offer_changes_nothing(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.say("取消 K3617728", "cancel_order", order_number="K3617728")
    assert "好的" in shop.say("不用", "deny")
    assert shop.form is None and shop.value("SELECT count(*) FROM operations") == 0


def test_an_invoice_that_exists_is_told_before_anything_is_asked(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say("K3617728 开票", "invoice_request", order_number="K3617728")
    assert "已有发票" in said and "抬头" not in said
    assert shop.form is None


def test_orders_with_an_invoice_are_not_offered_for_one(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.say("我要开发票", "invoice_request")
    assert shop.form == "invoice_form" and "K3617728" not in shop.replies[-1].text  # type: ignore[operator]
    assert "K8405261" not in shop.replies[-1].text, "it is cancelled"  # type: ignore[operator]


def test_what_an_order_forbids_is_said_before_the_details_are_asked(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say("K1048213 换个地址", "change_address", order_number="K1048213")
    assert "已发货" in said and "新的收货地址" not in said


@pytest.mark.parametrize(
    ("question", "answer", "again"),
    [("退款要几天", "工作日", "原因"), ("how long does a refund take?", "working days", "why")],
)
def test_how_long_refunds_take_is_answered_in_the_middle_of_something_else(
    shop: StarterTalk, question: str, answer: str, again: str
) -> None:
    shop.say("取消订单" if again == "原因" else "cancel my order", "cancel_order")
    shop.say(WEI, "inform", email=WEI)
    said = shop.say(question, "refund_status")
    assert answer in said and again in said and "没有退款" not in said and "no refund" not in said
    assert (shop.form, shop.slot("order_id")) == ("cancel_order_form", "K7301945")


def test_a_refund_of_an_order_named_is_looked_up_in_the_middle_of_something_else(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say("cancel K6420815", "cancel_order", order_number="K6420815")
    said = shop.say("and the refund of K9207413?", "refund_status", order_number="K9207413")
    assert "¥1,099.00" in said and "why" in said


def test_english_replies_about_a_chinese_parcel_are_english(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(WEI, "inform", email=WEI)
    for order_id in ("K1048213", "K1759842", "K5920376", "K2846107", "K3617728"):
        said = shop.say(f"where is {order_id}", "track_order", order_number=order_id)
        assert order_id in said and not re.search(r"[\u4e00-\u9fff]", said), said


def test_a_chinese_address_stays_one_for_an_english_reader(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(WEI, "inform", email=WEI)
    said = shop.say("what is in K1048213", "order_details", order_number="K1048213")
    address = said.rpartition("Delivery address: ")[2]
    assert re.match(r"中国上海市\w+", address), address
    assert not re.search(r"[\u4e00-\u9fff]", said.replace(address, ""))


def test_a_second_order_in_the_same_message_is_come_back_to(shop: StarterTalk) -> None:
    shop.say("cancel K6420815 and where is K8851390", "cancel_order", order_number=["K6420815", "K8851390"])
    assert "why" in shop.say(EMMA, "inform", email=EMMA)
    shop.say('/inform{"reason_code": "no longer needed"}')
    said = shop.say("yes", "affirm")
    assert "K6420815 is cancelled" in said and "You also named order K8851390" in said
    assert "DHL" in shop.say("yes please", "affirm")


def test_two_orders_to_be_tracked_are_both_told(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say("K1048213和K1759842到哪了", "track_order", order_number=["K1048213", "K1759842"])
    assert "K1048213" in said and "K1759842" in said
    assert "K1759842" not in shop.say("K5920376呢", "track_order", order_number="K5920376")


def test_an_order_number_is_no_street(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.say("改一下收货地址", "change_address")
    assert "新的收货地址" in shop.say("K7301945", "inform", order_number="K7301945")
    assert shop.slot("address1") is None
    assert "徐汇区漕溪北路18号" in shop.say("上海市徐汇区漕溪北路18号 200030", "inform")


def test_an_order_is_found_by_what_is_in_it_whatever_its_state(shop: StarterTalk) -> None:
    shop.say("where is the mug i bought", "track_order", product="mug")
    assert "K5146728" in shop.say(EMMA, "inform", email=EMMA)


def test_an_answer_that_does_not_help_counts_as_not_understood(shop: StarterTalk) -> None:
    shop.say(EMMA, "inform", email=EMMA)
    shop.say("where is my parcel", "track_order")
    assert "other words" in shop.say("the splendid one", "inform")
    assert "human colleague" in shop.say("you know", "inform")
    assert "human colleague" in shop.say("yes", "affirm")
    assert shop.value("SELECT count(*) FROM tickets WHERE conversation_id = 'me'") == 1


def test_another_operation_goes_on_with_the_order_that_was_being_talked_about(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say("cancel the lamp order", "cancel_order", product="lamp")
    assert shop.slot("order_id") == "K6420815"
    said = shop.say("do i get all my mony back?", "return_item")
    assert "K6420815" in said and "K5146728" not in said
    shop.say("yes", "affirm")
    assert (shop.form, shop.slot("order_id")) == ("cancel_order_form", "K6420815")
    assert shop.value("SELECT count(*) FROM operations") == 0


def test_another_thing_named_is_looked_for_in_all_orders(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say("cancel the lamp order", "cancel_order", product="lamp")
    assert "K5146728" in shop.say("oh and return the mug", "return_item", product="mug")


def test_what_is_refused_stays_what_is_talked_about(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say("return the headphones from K8851390", "return_item", order_number="K8851390", product="headphones")
    assert "K8851390" in shop.say("then exchange it", "exchange_item", mention="it")
    assert "DHL" in shop.say("where is it", "track_order", mention="it")


def test_a_thing_is_no_reason(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.say("取消订单", "cancel_order")
    assert "原因" in shop.say("保温杯", "inform", product="保温杯").split("\n")[-1]
    assert "确认取消" in shop.say("家里已经有了", "inform")


def test_that_a_thing_does_not_come_as_wanted_is_said(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say(
        "K3617728的耳机换成白色", "exchange_item", order_number="K3617728", product="耳机", colour__new="白色"
    )
    assert "没有白色" in said and "银色" in said
    assert "支付宝" in shop.say("那要银色", "inform", colour="银色")
    assert "银色" in shop.say("支付宝", "inform") and shop.slot("requested_slot") == "confirm"


def test_a_thing_in_an_order_is_found_by_what_it_is(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say("杯子发货了吗", "track_order", product="杯子")
    assert "K7301945" in said and "K1048213" not in said


def test_several_things_named_are_all_returned_and_a_change_of_mind_replaces_one(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    shop.say("K3617728退T恤和耳机", "return_item", order_number="K3617728", product=["T恤", "耳机"])
    said = shop.say("退到支付宝", "inform")
    assert "T恤（藏青色，L）" in said and "耳机（黑色）" in said and "788.00元" in said
    shop.say("算了", "abort")
    said = shop.say("K3617728退T恤，退到支付宝", "return_item", order_number="K3617728", product="T恤")
    assert "89.00元" in said
    said = shop.say("不要退T恤了 退数据线", "return_item", product=["T恤", "数据线"])
    assert "数据线" in said and "T恤" not in said


def test_of_several_things_named_the_one_is_exchanged_that_comes_as_wanted(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say(
        "K3617728 T恤换成白色的XL 差价用支付宝 然后充电线退了",
        "exchange_item",
        order_number="K3617728",
        product=["T恤", "充电"],
        colour__new="白色",
        size="XL",
    )
    assert "换成重磅纯棉圆领T恤（白色，XL" in said


def test_what_is_to_be_kept_is_not_returned_with_the_rest(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    said = shop.say("keep the dress, return the flats", "return_item", product=["dress", "flats"])
    assert "credit card 3435" in said and "gift card 2506" in said
    assert "¥199.00" in shop.say("credit card 3435", "inform")
    shop.say("stop", "abort")
    shop.say("return the dress and the flats", "return_item", product=["dress", "flats"])
    assert "¥468.00" in shop.say("to my credit card please", "inform")


@pytest.mark.parametrize(
    "said",
    ["change the lamp in K6420815 to white and charge my PayPal", "K6420815的台灯换成白色，用PayPal付差价"],
)
def test_what_is_paid_for_may_be_said_with_what_is_to_change(shop: StarterTalk, said: str) -> None:
    shop.say("hello" if said.isascii() else "你好", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    proposed = shop.say(said, "change_payment", order_number="K6420815")
    assert ("(white)" in proposed or "（白色）" in proposed) and shop.slot("requested_slot") == "confirm"
    shop.say("yes" if said.isascii() else "好", "affirm")
    assert shop.value("SELECT name FROM operations") == "modify_pending_order_items"


def test_two_things_alike_and_the_answers_before_are_remembered(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say("I want to exchange the flats for a size 39", "exchange_item", product="flats")
    shop.say(EMMA, "inform", email=EMMA)
    assert "size: 39" in shop.say("credit card 3435", "inform")


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("K6420815 - please stop it, I don't want it shipped", True),
        ("cancel K6420815, I no longer need it", False),
        ("please cancel K6420815, I hadn't meant to order that", False),
    ],
)
def test_only_a_reason_that_is_stated_is_not_asked_for(shop: StarterTalk, said: str, asks: bool) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say(said, "cancel_order", order_number="K6420815")
    assert shop.slot("requested_slot") == ("reason" if asks else "confirm")


def test_who_it_is_stands_in_the_text_whatever_the_model_makes_of_it(shop: StarterTalk) -> None:
    code = shop.value(f"SELECT zip FROM addresses WHERE customer_id = (SELECT id FROM customers WHERE email = '{WEI}')")
    shop.say("I want to return something", "return_item")
    assert "K3617728" in shop.say(f"This is Wei Li. Zip: {code}.", "inform")


def test_what_has_arrived_is_exchanged_where_a_change_was_asked_for(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say("change the flats of K5146728 to size 39", "change_order_items", order_number="K5146728", product="flats")
    assert "exchange" in shop.say("credit card 3435", "inform") and shop.slot("requested_slot") == "confirm"


def test_what_arrived_broken_is_looked_for_among_what_was_sent(shop: StarterTalk) -> None:
    shop.say("hello", "greet")
    shop.say(EMMA, "inform", email=EMMA)
    said = shop.say("I bought a lamp and it arrived broken", "missing_or_damaged_parcel", product="lamp")
    assert "K6420815" not in said and "K5146728" in said


def test_what_is_out_of_stock_is_told_before_it_is_asked_how_to_pay(shop: StarterTalk) -> None:
    shop.say(WEI, "inform", email=WEI)
    said = shop.say("K3617728的T恤换成灰色XXL的", "exchange_item", order_number="K3617728", product="T恤")
    assert "哪一款" in said and shop.slot("requested_slot") == "new_item_ids"
