"""E-mail addresses, URLs, phone and card numbers, postal addresses."""

from __future__ import annotations

import pytest

from bot.nlu.duckling.cards import passes_luhn
from bot.nlu.duckling.extract import extract
from tests.nlu.duckling.reading import WEDNESDAY, found

CONTACTS = [
    ("邮箱li.wei@example.cn。", "email", "li.wei@example.cn", "li.wei@example.cn"),
    ("mail me: a_b+c@mail.example.co.uk, thanks", "email", "a_b+c@mail.example.co.uk", "a_b+c@mail.example.co.uk"),
    ("看https://www.taobao.com/item?id=3，谢谢", "url", "https://www.taobao.com/item?id=3", "https://www.taobao.com/item?id=3"),
    ("visit www.example.co.uk/help.", "url", "www.example.co.uk/help", "www.example.co.uk/help"),
    ("example.com", "url", "example.com", "example.com"),
    ("我手机13800138000", "phone-number", "13800138000", "13800138000"),
    ("138-0013-8000", "phone-number", "138-0013-8000", "13800138000"),
    ("+86 138 0013 8000", "phone-number", "+86 138 0013 8000", "(+86) 13800138000"),
    ("打400-820-8820", "phone-number", "400-820-8820", "4008208820"),
    ("4006-123-456", "phone-number", "4006-123-456", "4006123456"),
    ("010-62345678", "phone-number", "010-62345678", "01062345678"),
    ("+852 9123 4567", "phone-number", "+852 9123 4567", "(+852) 91234567"),
    ("+1 650-701-8887", "phone-number", "+1 650-701-8887", "(+1) 6507018887"),
    ("(650) 701-8887", "phone-number", "(650) 701-8887", "6507018887"),
    ("call +44 20 7946 0958 please", "phone-number", "+44 20 7946 0958", "(+44) 2079460958"),
    ("4111 1111 1111 1111", "credit-card-number", "4111 1111 1111 1111", "4111111111111111"),
    ("5555-5555-5555-4444", "credit-card-number", "5555-5555-5555-4444", "5555555555554444"),
    ("378282246310005", "credit-card-number", "378282246310005", "378282246310005"),
]  # fmt: skip
ADDRESSES: list[tuple[str, str, dict[str, str]]] = [
    (
        "请寄到浙江省杭州市西湖区文三路478号华星时代广场A座1201室",
        "浙江省杭州市西湖区文三路478号华星时代广场A座1201室",
        {
            "province": "浙江省", "city": "杭州市", "district": "西湖区", "road": "文三路", "number": "478号",
            "estate": "华星时代广场", "building": "A座", "room": "1201室",
        },
    ),
    (
        "上海市浦东新区张江镇科苑路88号",
        "上海市浦东新区张江镇科苑路88号",
        {"city": "上海市", "district": "浦东新区", "town": "张江镇", "road": "科苑路", "number": "88号"},
    ),
    (
        "改成成都市武侯区天府大道100号3幢2单元501室，谢谢",
        "成都市武侯区天府大道100号3幢2单元501室",
        {
            "city": "成都市", "district": "武侯区", "road": "天府大道", "number": "100号", "building": "3幢",
            "unit": "2单元", "room": "501室",
        },
    ),
    ("發到三里屯路19號院", "三里屯路19號院", {"road": "三里屯路", "number": "19号院"}),
    (
        "ship to 12 High Street, York, YO1 8QT, UK please",
        "12 High Street, York, YO1 8QT, UK",
        {"house_number": "12", "street": "High Street", "city": "York", "postcode": "YO1 8QT", "country": "UK"},
    ),
    (
        "1600 Amphitheatre Parkway, Mountain View, CA 94043",
        "1600 Amphitheatre Parkway, Mountain View, CA 94043",
        {
            "house_number": "1600", "street": "Amphitheatre Parkway", "city": "Mountain View", "region": "CA",
            "postcode": "94043",
        },
    ),
    (
        "418 Maple Ave, Apt 5 Denver CO 80203",
        "418 Maple Ave, Apt 5 Denver CO 80203",
        {
            "house_number": "418", "street": "Maple Ave", "unit": "Apt 5", "city": "Denver", "region": "CO",
            "postcode": "80203",
        },
    ),
    (
        "12 Baker Street, London NW1 6XE",
        "12 Baker Street, London NW1 6XE",
        {"house_number": "12", "street": "Baker Street", "city": "London", "postcode": "NW1 6XE"},
    ),
    (
        "It is Flat 2, 221B Baker Street, London.",
        "Flat 2, 221B Baker Street, London",
        {"unit": "Flat 2", "house_number": "221B", "street": "Baker Street", "city": "London"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "dimension", "said", "value"), CONTACTS)
def test_contacts(text: str, dimension: str, said: str, value: str) -> None:
    assert found(text) == [(dimension, said, value)]


@pytest.mark.parametrize(("text", "said", "parts"), ADDRESSES)
def test_addresses_come_in_parts(text: str, said: str, parts: dict[str, str]) -> None:
    (address,) = extract(text, WEDNESDAY, ["address"])
    assert text[address.start : address.end] == said
    assert address.info["parts"] == parts


@pytest.mark.parametrize(
    "text",
    [
        "我在上海", "他在路口等我", "网络中心", "这个区别是什么", "市场价", "1号店", "5 on my way", "3 St", "street",
        "K1048213", "abc@def", "a@b", "1.2.3.4", "v2.0", "4111 1111 1111 1112", "e.g. this", "12345678901234567890",
        "快递在路上", "北京哪个区", "发到新地址", "小区门口",
    ],
)  # fmt: skip
def test_what_is_no_contact(text: str) -> None:
    wanted = ("email", "url", "phone-number", "credit-card-number", "address")
    assert [dimension for dimension, *_ in found(text) if dimension in wanted] == []


def test_urls_name_their_domain_and_cards_their_issuer() -> None:
    (url,) = extract("https://www.example.com:8080/a", WEDNESDAY)
    assert url.info == {"value": "https://www.example.com:8080/a", "domain": "example.com"}
    (card,) = extract("4111111111111111", WEDNESDAY)
    assert card.info["issuer"] == "visa"


def test_luhn() -> None:
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")
