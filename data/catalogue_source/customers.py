"""One hundred invented customers with addresses and payment methods: half Chinese, half from abroad."""

from __future__ import annotations

import random
import unicodedata

from .reader import Row, money, read, words

_CARDS_EN = ("Visa", "Mastercard", "American Express")
_CARDS_ZH = ("招商银行信用卡", "工商银行信用卡", "建设银行信用卡", "中国银行信用卡")
# Numbers reserved for fiction: Ofcom, the North American 555-01xx, ACMA, Bundesnetzagentur, Arcep.
_PHONES = {"GB": "+44 7700 900{:03d}", "US": "+1 {area} 555 01{:02d}", "CA": "+1 {area} 555 01{:02d}",
           "DE": "+49 30 23125{:03d}", "FR": "+33 6 39 98 {:02d} {:02d}"}  # fmt: skip
_PHONES_AU = ("+61 491 570 006", "+61 491 570 156", "+61 491 570 157", "+61 491 570 158")
COUNTRIES = {"GB": "United Kingdom", "US": "United States", "CA": "Canada", "AU": "Australia", "DE": "Germany",
             "FR": "France"}  # fmt: skip
_AREAS = {"WA": 206, "TX": 512, "IL": 312, "NY": 212, "CO": 303, "OR": 503, "CA": 415, "MA": 617, "GA": 404, "PA": 215,
          "QC": 514, "ON": 416, "BC": 604}  # fmt: skip


def customer_rows(rng: random.Random) -> list[Row]:
    """Return the rows of customers.jsonl, Chinese and western names in turn; C1001 and C1002 are the demo customers.

    `member_level` is filled in by `orders.member_levels`, which knows what each has spent.
    """
    people = read("people.toml")
    rows = []
    for index, (chinese, western) in enumerate(zip(people["chinese"], people["western"], strict=True)):
        rows.append(_chinese(1001 + 2 * index, *chinese, rng=rng))
        rows.append(_western(1002 + 2 * index, *western, index=index, rng=rng))
    return rows


def _chinese(number: int, first: str, last: str, written: str, city: str, *, rng: random.Random) -> Row:
    phone = f"1{rng.choice('3578')}{rng.randint(0, 9)}0000{rng.randint(0, 9999):04d}"
    home = _chinese_address(city, written, phone, rng)
    addresses = [{"id": f"A{number}1", "label": "家", **home, "is_default": True}]
    if number == 1001 or rng.random() < 0.5:
        work = _chinese_address(city, written, phone, rng) | {"address2": f"{rng.randint(3, 28)}楼前台"}
        addresses.append({"id": f"A{number}2", "label": "公司", **work, "is_default": False})
    if number == 1001:
        addresses[0] |= {"address1": "静安区南京西路1266号", "address2": "2栋1203室", "zip": "200040"}
    masked = f"{phone[:3]}****{phone[-4:]}"
    methods = [_method("alipay", number, f"支付宝（{masked}）"), _method("wechat_pay", number, f"微信支付（{masked}）")]
    if number == 1001 or rng.random() < 0.55:
        methods.append(_card(number, rng.choice(_CARDS_ZH) + "（尾号{}）", rng))
    if number == 1001 or rng.random() < 0.35:
        methods.append(_gift_card(number, "礼品卡（尾号{}）", rng))
    return _customer(number, first, last, phone, "zh", "example.cn", addresses, methods) | {"name_zh": written}


def _chinese_address(city: str, recipient: str, phone: str, rng: random.Random) -> Row:
    name, province, _, postcode, districts, roads = read_places()["china"][city]
    district, road = rng.choice(list(zip(districts.split(), roads.split(), strict=False)))
    return {"recipient": recipient, "address1": f"{district}{road}{rng.randint(8, 998)}号",
            "address2": f"{rng.randint(1, 18)}栋{rng.randint(1, 28)}0{rng.randint(1, 6)}室",
            "city": f"{name}市", "state": province, "country": "中国", "zip": f"{postcode}{rng.randint(10, 99)}",
            "phone": phone}  # fmt: skip


def _western(number: int, first: str, last: str, city: str, *, index: int, rng: random.Random) -> Row:
    _, state, country, _, postcodes, streets, _, _ = read_places()["abroad"][city]
    if country == "AU":
        phone = _PHONES_AU[index % len(_PHONES_AU)]
    else:
        phone = _PHONES[country].format(index + 12, rng.randint(10, 99), area=_AREAS.get(state, 0))
    place = rng.randrange(len(words(postcodes)))
    street = f"{rng.randint(2, 240)} {words(streets)[place]}"
    flat = rng.choice(("", f"Flat {rng.randint(1, 12)}" if country == "GB" else f"Apt {rng.randint(1, 40)}"))
    base = {"recipient": f"{first} {last}", "city": city, "state": state, "country": COUNTRIES[country], "phone": phone}
    home = {**base, "address1": street, "address2": flat, "zip": words(postcodes)[place]}
    if number == 1002:
        home |= {"address1": "3 Whitehall Place", "address2": "Flat 5", "zip": "SW1A 2AB"}
    addresses = [{"id": f"A{number}1", "label": "Home", **home, "is_default": True}]
    if number == 1002 or rng.random() < 0.4:
        work = {**base, "address1": f"{rng.randint(1, 90)} {words(streets)[-1]}", "address2": "Reception",
                "zip": words(postcodes)[-1]}  # fmt: skip
        addresses.append({"id": f"A{number}2", "label": "Work", **work, "is_default": False})
    methods = [_card(number, rng.choice(_CARDS_EN) + " ending in {}", rng)]
    email = _email(first, last, "example.com")
    if number == 1002 or rng.random() < 0.7:
        methods.append(_method("paypal", number, f"PayPal ({email})"))
    if number == 1002 or len(methods) < 2 or rng.random() < 0.3:
        methods.append(_gift_card(number, "Gift card ending in {}", rng))
    return _customer(number, first, last, phone, "en", "example.com", addresses, methods) | {"name_zh": None}


def read_places() -> Row:
    """Return the cities of China and abroad."""
    return read("places.toml")


def _customer(number: int, first: str, last: str, phone: str, language: str, domain: str, addresses: list[Row],
              methods: list[Row]) -> Row:  # fmt: skip
    return {"id": f"C{number}", "first_name": first, "last_name": last, "name_zh": None,
            "email": _email(*((last, first) if language == "zh" else (first, last)), domain), "phone": phone,
            "language": language, "member_level": "regular", "addresses": addresses,
            "payment_methods": methods}  # fmt: skip


def _email(first: str, last: str, domain: str) -> str:
    plain = unicodedata.normalize("NFKD", f"{first}.{last}".replace("ü", "v")).encode("ascii", "ignore").decode()
    return f"{plain.lower()}@{domain}"


def _method(kind: str, number: int, label: str) -> Row:
    return {"id": f"{kind}_{number}", "kind": kind, "label": label, "last_four": None, "balance": None}


def _card(number: int, label: str, rng: random.Random) -> Row:
    four = f"{rng.randint(1000, 9999)}"
    return _method("credit_card", number, label.format(four)) | {"last_four": four}


def _gift_card(number: int, label: str, rng: random.Random) -> Row:
    four = f"{rng.randint(1000, 9999)}"
    balance = money(rng.choice((5000, 10000, 20000, 32000, 50000)))
    return _method("gift_card", number, label.format(four)) | {"last_four": four, "balance": balance}
