"""Numbers, ordinals, money, durations, quantities and measures in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from bot.nlu.duckling.extract import extract
from tests.nlu.duckling.reading import WEDNESDAY, found

NUMBERS = [
    ("三百五", "三百五", 350),
    ("两千三", "两千三", 2300),
    ("两千零三", "两千零三", 2003),
    ("一万二", "一万二", 12_000),
    ("一千零一十五", "一千零一十五", 1015),
    ("两百二十万", "两百二十万", 2_200_000),
    ("一亿三千万", "一亿三千万", 130_000_000),
    ("兩萬五", "兩萬五", 25_000),
    ("叁佰伍拾", "叁佰伍拾", 350),
    ("二零二四", "二零二四", 2024),
    ("三点五", "三点五", 3.5),
    ("1.5万", "1.5万", 15_000),
    ("半打鸡蛋", "半打", 6),
    ("一打", "一打", 12),
    ("１２３", "１２３", 123),
    ("1,234.5", "1,234.5", 1234.5),
    ("2.5k", "2.5k", 2500),
    ("-5", "-5", -5),
    ("a dozen eggs", "a dozen", 12),
    ("half a dozen", "half a dozen", 6),
    ("twenty-three", "twenty-three", 23),
    ("two hundred and fifty", "two hundred and fifty", 250),
    ("one million two hundred thousand", "one million two hundred thousand", 1_200_000),
    ("2 million", "2 million", 2_000_000),
    ("I have one question", "one", 1),
    ("iPhone 15", "15", 15),
    ("撞凹一块", "一", 1),
    ("我有一个问题", "一", 1),
]
ORDINALS = [
    ("第三个", "第三", 3),
    ("第二十三条", "第二十三", 23),
    ("第1单", "第1", 1),
    ("the second one", "second", 2),
    ("my 3rd order", "3rd", 3),
    ("twenty-first", "twenty-first", 21),
]
MONEY = [
    ("我要三百块", "三百块", (300, "CNY")),
    ("三百五十塊錢", "三百五十塊錢", (350, "CNY")),
    ("¥99", "¥99", (99, "CNY")),
    ("￥1,299.00", "￥1,299.00", (1299, "CNY")),
    ("1.5万元", "1.5万元", (15_000, "CNY")),
    ("就差一块", "一块", (1, "CNY")),
    ("五毛", "五毛", (0.5, "CNY")),
    ("三块五", "三块五", (3.5, "CNY")),
    ("99块9", "99块9", (99.9, "CNY")),
    ("两块五毛二", "两块五毛二", (2.52, "CNY")),
    ("3块钱5毛", "3块钱5毛", (3.5, "CNY")),
    ("99元买的", "99元", (99, "CNY")),
    ("20美元", "20美元", (20, "$")),
    ("50欧", "50欧", (50, "EUR")),
    ("100到200块", "100到200块", (100, 200, "CNY")),
    ("$50", "$50", (50, "$")),
    ("$1,299.99", "$1,299.99", (1299.99, "$")),
    ("20 bucks", "20 bucks", (20, "$")),
    ("5 pounds", "5 pounds", (5, "£")),
    ("£20", "£20", (20, "£")),
    ("99 yuan", "99 yuan", (99, "CNY")),
    ("two hundred dollars", "two hundred dollars", (200, "$")),
    ("20 dollars and 50 cents", "20 dollars and 50 cents", (20.5, "$")),
    ("under $50", "$50", (50, "$")),
    ("free over 99 euros", "99 euros", (99, "EUR")),
    ("between 50 and 100 dollars", "50 and 100 dollars", (50, 100, "$")),
    ("$50-$100", "$50-$100", (50, 100, "$")),
]
DURATIONS = [
    ("三天", "三天", (3, "day")),
    ("半小时", "半小时", (30, "minute")),
    ("一个半月", "一个半月", (45, "day")),
    ("两个半小时", "两个半小时", (150, "minute")),
    ("一年半", "一年半", (18, "month")),
    ("半年", "半年", (6, "month")),
    ("兩個禮拜", "兩個禮拜", (2, "week")),
    ("一刻钟", "一刻钟", (15, "minute")),
    ("1小时30分钟", "1小时30分钟", (90, "minute")),
    ("7天无理由退货", "7天", (7, "day")),
    ("3-5天到货", "3-5天", (3, 5, "day")),
    ("two weeks", "two weeks", (2, "week")),
    ("half an hour", "half an hour", (30, "minute")),
    ("an hour and a half", "an hour and a half", (90, "minute")),
    ("one and a half hours", "one and a half hours", (90, "minute")),
    ("2 hours 30 minutes", "2 hours 30 minutes", (150, "minute")),
    ("a couple of days", "a couple of days", (2, "day")),
    ("a fortnight", "a fortnight", (2, "week")),
]
MEASURES = [
    ("两斤", "quantity", "两斤", (2, "catty")),
    ("一斤半", "quantity", "一斤半", (1.5, "catty")),
    ("二两", "quantity", "二两", (2, "tael")),
    ("3件", "quantity", "3件", (3, "piece")),
    ("買兩雙", "quantity", "兩雙", (2, "pair")),
    ("三点五公斤", "quantity", "三点五公斤", (3500, "gram")),
    ("2 kg", "quantity", "2 kg", (2000, "gram")),
    ("3 lbs", "quantity", "3 lbs", (3, "pound")),
    ("2 boxes", "quantity", "2 boxes", (2, "box")),
    ("500ml", "volume", "500ml", (500, "millilitre")),
    ("3升", "volume", "3升", (3, "litre")),
    ("5公里", "distance", "5公里", (5, "kilometre")),
    ("1.8米", "distance", "1.8米", (1.8, "metre")),
    ("身高一米七五", "distance", "一米七五", (1.75, "metre")),
    ("5 miles", "distance", "5 miles", (5, "mile")),
    ("37.5度", "temperature", "37.5度", (37.5, "degree")),
    ("零下5度", "temperature", "零下5度", (-5, "degree")),
    ("20 degrees celsius", "temperature", "20 degrees celsius", (20, "celsius")),
]
ALL = [
    *[(text, "number", said, value) for text, said, value in NUMBERS],
    *[(text, "ordinal", said, value) for text, said, value in ORDINALS],
    *[(text, "amount-of-money", said, value) for text, said, value in MONEY],
    *[(text, "duration", said, value) for text, said, value in DURATIONS],
    *MEASURES,
]


@pytest.mark.parametrize(("text", "dimension", "said", "value"), ALL)
def test_amounts(text: str, dimension: str, said: str, value: Any) -> None:
    assert found(text) == [(dimension, said, value)]


@pytest.mark.parametrize(
    "text",
    [
        "十几个人", "几百块", "三百多", "好几千", "十来个", "三四百块", "一两天", "两三个", "统一发货", "一起买", "万一坏了",
        "千万别寄错", "五星好评", "九折", "这一款", "K1048213", "order K-3", "1.2.3", "this one", "which one", "20260305123456",
        "百分百", "三分之一", "百分之五", "128G", "三五天",
    ],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    assert found(text) == []


def test_the_json_is_ducklings() -> None:
    (duration,) = extract("三天", WEDNESDAY)
    assert duration.info == {
        "value": 3,
        "unit": "day",
        "day": 3,
        "type": "value",
        "normalized": {"value": 259_200, "unit": "second"},
    }
    (working,) = extract("5至7个工作日", WEDNESDAY)
    assert working.info == {
        "from": {"value": 5, "unit": "day"},
        "to": {"value": 7, "unit": "day"},
        "type": "interval",
        "working": True,
    }
    (money,) = extract("$50-$100", WEDNESDAY)
    assert money.info == {"type": "interval", "from": {"value": 50, "unit": "$"}, "to": {"value": 100, "unit": "$"}}
    (shoes,) = extract("3 pairs of shoes", WEDNESDAY)
    assert shoes.info == {"value": 3, "unit": "pair", "product": "shoes", "type": "value"}
