"""How the starter shop speaks of products: the one that is meant, what it does not sell, and what is cheaper."""

from __future__ import annotations

from typing import Any

import pytest

from tests.starter_talk import StarterTalk


def test_a_product_called_by_its_name_is_meant_however_the_words_were_read(shop: StarterTalk) -> None:
    said = shop.say("小黑裙有红色的吗", "stock_question", colour=["黑", "红色"], product="裙")
    assert "赫本风小黑裙" in said and "没有 红色" in said
    said = shop.say(
        "is the little black dress there in red?", "stock_question", colour=["black", "red"], product="dress"
    )
    assert said.startswith("Little Black Dress does not come in red")


@pytest.mark.parametrize(
    ("question", "intent", "product"),
    [
        ("你们卖冰箱吗", "product_search", "冰箱"),
        ("do you sell fridges?", "product_search", "fridges"),
        ("有沙发吗", "product_search", "沙发"),
        ("how much is a laptop?", "price_question", "laptop"),
        ("洗衣机多少钱", "price_question", "洗衣机"),
    ],
)
def test_what_the_shop_does_not_sell_is_said_and_nothing_else_is_shown(
    shop: StarterTalk, question: str, intent: str, product: str
) -> None:
    said = shop.say(question, intent, product=product)
    assert product in said and ("没有" in said or "nothing" in said or "can't find" in said)
    assert not shop.buttons and "·" not in said


@pytest.mark.parametrize(("question", "product"), [("有没有耳机", "耳机"), ("got any headphones?", "headphones")])
def test_only_things_of_the_kind_are_listed(shop: StarterTalk, question: str, product: str) -> None:
    shop.say(question, "product_search", product=product)
    assert len(shop.buttons) >= 2
    assert all("耳机" in title or "Headphones" in title or "Earbuds" in title for title in shop.buttons)


def test_one_of_the_things_listed_is_found_by_a_part_of_its_name(shop: StarterTalk) -> None:
    shop.say("有没有耳机", "product_search", product="耳机")
    assert "主动降噪头戴耳机 的价格是 699.00元" in shop.say("头戴那款多少钱", "price_question", mention="头戴那款")


@pytest.mark.parametrize(
    ("about", "question", "intent"),
    [("主动降噪头戴耳机多少钱", "有没有便宜点的", "product_recommend"), ("how much are the Noise-Cancelling Headphones?", "anything cheaper?", "price_question")],
)  # fmt: skip
def test_something_cheaper_is_of_the_same_kind_and_costs_less(
    shop: StarterTalk, about: str, question: str, intent: str
) -> None:
    shop.say(about, "price_question", product="主动降噪头戴耳机" if "多少" in about else "Noise-Cancelling Headphones")
    said = shop.say(question, intent)
    assert "耳机" in said or "arbuds" in said or "eadphones" in said
    shown = [item["price"] for item in shop.slot("knowledge_base_listed_objects")]
    assert shown == sorted(shown, reverse=True) and all(price < 699 for price in shown)


def test_that_nothing_is_cheaper_is_said(shop: StarterTalk) -> None:
    shop.say("how much is the Bone China Mug?", "price_question", product="Bone China Mug")
    prices = []
    for _ in range(6):
        said = shop.say("anything cheaper?", "price_question")
        if "·" not in said:
            break
        item = shop.slot("knowledge_base_listed_objects")[-1]
        prices.append(item["price"])
        shop.say(f'/inform{{"product_id": "{item["value"]}"}}')
    assert prices == sorted(prices, reverse=True)
    assert "nothing cheaper" in said


def test_an_exchange_one_size_up_is_understood(shop: StarterTalk) -> None:
    shop.say("你好", "greet")
    shop.say("li.wei@example.cn", "inform", email="li.wei@example.cn")
    shop.say("K3617728的T恤换大一码", "exchange_item", order_number="K3617728", product="T恤", size__new="大一码")
    said = shop.say("支付宝", "inform")
    assert "藏青色，L）换成重磅纯棉圆领T恤（藏青色，XL" in said


def test_the_cheapest_of_a_kind_is_the_one_that_is_meant(shop: StarterTalk) -> None:
    assert "夹式小台灯" in shop.say("想买个台灯，最便宜的多少钱", "price_question", product="台灯")


def test_a_further_condition_narrows_what_was_looked_for(shop: StarterTalk) -> None:
    shop.say("I'd like a jacket", "product_search", product="jacket")
    shop.say("got anything under 300?", "product_search", amount__max="300")
    shown = shop.slot("knowledge_base_listed_objects")
    assert shown and all(item["price"] < 300 for item in shown)
    assert {"Denim Jacket", "Packable Windbreaker"} <= set(shop.buttons)


def test_what_looks_like_no_code_is_not_looked_up_as_one(shop: StarterTalk) -> None:
    said = shop.say("双11还有活动吗", "coupon_or_discount", coupon_code="双11")
    assert "没有查到优惠码" not in said
    assert "没有查到优惠码 NEW99" in shop.say("NEW99能用吗", "coupon_or_discount", coupon_code="NEW99")


@pytest.mark.parametrize(("more", "intent", "entities"), [
    ("anything under 300?", "price_question", {"amount__max": "300"}),
    ("in blue?", "inform", {"colour": "blue"}),
])  # fmt: skip
def test_a_condition_alone_narrows_the_list_however_it_was_read(
    shop: StarterTalk, more: str, intent: str, entities: dict[str, Any]
) -> None:
    shop.say("I'd like a jacket", "product_search", product="jacket")
    assert "Denim Jacket" in shop.say(more, intent, **entities)


def test_a_word_of_the_price_limit_that_was_taken_for_the_name_does_no_harm(shop: StarterTalk) -> None:
    said = shop.say("a red dress under 300", "product_search", colour="red", product="dress under", amount__max="300")
    assert "Floral Wrap Dress" in said and "¥399.00" not in said
