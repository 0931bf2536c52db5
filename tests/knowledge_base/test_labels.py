"""Words, money and times in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

import pytest

from knowledge_base.importing.records import OrderRecord, PaymentMethodRecord, ReturnRecord, ShipmentEventRecord
from knowledge_base.labels import LABELS, format_address, format_date, format_datetime, format_list, format_money, label


@pytest.mark.parametrize(
    ("kind", "record", "field"),
    [
        ("order_status", OrderRecord, "status"),
        ("payment_method", PaymentMethodRecord, "kind"),
        ("return_status", ReturnRecord, "status"),
        ("shipment_event", ShipmentEventRecord, "kind"),
    ],
)
def test_every_code_that_can_be_imported_has_words(kind: str, record: type, field: str) -> None:
    codes = get_args(record.model_fields[field].annotation)  # type: ignore[attr-defined]
    assert codes
    assert set(codes) <= set(LABELS[kind])


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert label("order_status", "shipped", "zh-CN") == "已发货"
    assert label("carrier", "Yodel", "zh") == "Yodel"
    assert label("payment_method", "store_credit", "en") == "store credit"


def test_money() -> None:
    assert format_money(Decimal("1299"), "USD", "en") == "$1,299.00"
    assert format_money(Decimal("1299.5"), "CNY", "zh") == "1299.50元"
    assert format_money(Decimal("-3"), "CHF", "en") == "-CHF 3.00"


def test_times_are_shown_in_the_zone_of_the_reader() -> None:
    moment = datetime(2026, 3, 3, 20, 5, tzinfo=UTC)
    assert format_datetime(moment, "en") == "3 Mar 2026, 20:05"
    assert format_datetime(moment, "zh", timezone="Asia/Shanghai") == "2026年3月4日 04:05"
    assert format_date(moment, "zh", now=datetime(2026, 12, 1, tzinfo=UTC)) == "3月3日"


def test_lists_and_addresses() -> None:
    assert format_list(["a", "b", "c"], "en") == "a, b and c"
    assert format_list(["甲", "乙"], "zh") == "甲和乙"
    home: dict[str, str | None] = {"address1": "中山路88号", "city": "上海市", "state": "上海", "zip": "200001"}
    assert format_address(home, "zh") == "上海市中山路88号（200001）"
    baker: dict[str, str | None] = {"address1": "1 Baker St", "city": "London", "country": "UK", "zip": "NW1 6XE"}
    assert format_address(baker, "en") == "1 Baker St, London, NW1 6XE, UK"
    assert format_address(home, "en") == format_address(home, "zh"), "it stays what its owner wrote"
    eglise: dict[str, str | None] = {"address1": "3 Rue de l'Église", "city": "Paris", "zip": "75015"}
    assert format_address(eglise, "zh") == "3 Rue de l'Église, Paris（75015）"
    assert format_address(eglise, "en") == "3 Rue de l'Église, Paris, 75015"
