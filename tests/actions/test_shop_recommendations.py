"""How the starter shop recommends: what goes with a thing, what is like it, what suits what was bought, and why."""

from __future__ import annotations

import pytest

from tests.starter_talk import EMMA, WEI, StarterTalk


@pytest.mark.parametrize(
    ("question", "product", "said_of_all", "shown"),
    [
        ("what goes well with the Floral Wrap Dress?", "Floral Wrap Dress", "go well with Floral Wrap Dress", "Ballet Flats"),
        ("碎花裹身连衣裙怎么搭配", "碎花裹身连衣裙", "和碎花裹身连衣裙搭配", "软底芭蕾平底鞋"),
        ("anything similar to the Floral Wrap Dress?", "Floral Wrap Dress", "like Floral Wrap Dress", "Dress"),
        ("有没有和碎花裹身连衣裙类似的", "碎花裹身连衣裙", "和碎花裹身连衣裙类似的", "裙"),
    ],
)  # fmt: skip
def test_what_goes_with_a_thing_is_not_what_is_like_it(
    shop: StarterTalk, question: str, product: str, said_of_all: str, shown: str
) -> None:
    said = shop.say(question, "product_recommend", product=product)
    assert said_of_all in said.splitlines()[0]
    assert shown in said
    assert product not in shop.buttons and len(shop.buttons) >= 2


def test_it_is_recommended_although_it_was_taken_for_a_search(shop: StarterTalk) -> None:
    said = shop.say("碎花裹身连衣裙可以搭配什么", "product_search", product="碎花裹身连衣裙")
    assert "和碎花裹身连衣裙搭配" in said
    shop.say("two matching bedside lamps", "product_search", product="bedside lamps", quantity="two")
    assert "Lamp" in shop.buttons[0] or "Light" in shop.buttons[0]


def test_what_is_talked_about_needs_no_name(shop: StarterTalk) -> None:
    shop.say("how much is the Ballet Flats?", "price_question", product="Ballet Flats")
    assert "like Ballet Flats" in shop.say("something similar please", "product_recommend")
    shop.say("云跑缓震跑鞋多少钱", "price_question", product="云跑缓震跑鞋")
    assert "和云跑缓震跑鞋搭配" in shop.say("有什么可以搭配的", "product_recommend")


@pytest.mark.parametrize(
    ("email", "question", "said_of_all", "because"),
    [
        (EMMA, "what would you recommend to me?", "Going by what you bought", "goes with your Architect Swing-Arm Lamp"),
        (WEI, "给我推荐点东西吧", "根据您买过的商品", "可以搭配您买过的316不锈钢保温杯"),
    ],
)  # fmt: skip
def test_a_customer_is_recommended_things_by_what_they_bought_and_told_why(
    shop: StarterTalk, email: str, question: str, said_of_all: str, because: str
) -> None:
    asked_back = shop.say(question, "product_recommend")
    assert said_of_all not in asked_back and not shop.buttons  # nobody knows yet who this is
    shop.say("show me my orders" if email == EMMA else "看看我的订单", "list_orders")
    shop.say(email, "inform", email=email)
    said = shop.say(question, "product_recommend")
    assert said_of_all in said and because in said
    assert len(shop.buttons) == 5
    first = shop.buttons[0]
    assert shop.press(first)


def test_what_a_customer_has_is_not_recommended_to_them(shop: StarterTalk) -> None:
    asked = "what goes with the Floral Wrap Dress?"
    shop.say(asked, "product_recommend", product="Floral Wrap Dress")
    assert "Ballet Flats" in shop.buttons
    shop.say("show me my orders", "list_orders")
    shop.say(EMMA, "inform", email=EMMA)
    shop.say(asked, "product_recommend", product="Floral Wrap Dress")
    assert "Ballet Flats" not in shop.buttons and shop.buttons
