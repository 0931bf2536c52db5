"""The words for what the database keeps as codes, and how money and times are written, in both languages.

Every function takes a language tag; all that begin with "zh" are Chinese, all others English.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

#: Kind of code → code → (English, Chinese).
LABELS: dict[str, dict[str, tuple[str, str]]] = {
    "order_status": {
        "pending": ("pending", "待处理"),
        "pending (item modified)": ("pending (items modified)", "待处理（商品已修改）"),
        "processed": ("processed", "已处理，待发货"),
        "shipped": ("shipped", "已发货"),
        "delivered": ("delivered", "已签收"),
        "cancelled": ("cancelled", "已取消"),
        "return requested": ("return requested", "已申请退货"),
        "exchange requested": ("exchange requested", "已申请换货"),
    },
    "shipment_event": {
        "picked_up": ("picked up by the carrier", "快递已揽收"),
        "in_transit": ("in transit", "运输中"),
        "customs": ("in customs", "清关中"),
        "out_for_delivery": ("out for delivery", "派送中"),
        "delivered": ("delivered", "已签收"),
        "failed_attempt": ("delivery attempted, nobody was there", "派送未成功"),
        "exception": ("delayed by a problem on the way", "运输异常"),
    },
    "payment_method": {
        "credit_card": ("credit card", "信用卡"),
        "debit_card": ("debit card", "借记卡"),
        "paypal": ("PayPal", "PayPal"),
        "gift_card": ("gift card", "礼品卡"),
        "alipay": ("Alipay", "支付宝"),
        "wechat_pay": ("WeChat Pay", "微信支付"),
        "huabei": ("Huabei", "花呗"),
        "apple_pay": ("Apple Pay", "Apple Pay"),
    },
    "payment_kind": {"payment": ("payment", "付款"), "refund": ("refund", "退款")},
    "payment_status": {
        "completed": ("completed", "已完成"),
        "pending": ("on its way", "处理中"),
        "failed": ("failed", "失败"),
    },
    "return_kind": {"return": ("return", "退货"), "exchange": ("exchange", "换货")},
    "return_status": {
        "requested": ("requested", "已申请"),
        "approved": ("approved", "已同意"),
        "in_transit": ("on its way back to us", "退回途中"),
        "received": ("received by us", "我们已收到"),
        "refunded": ("refunded", "已退款"),
        "exchanged": ("exchanged", "已换货"),
        "rejected": ("rejected", "未通过"),
    },
    "cancel_reason": {
        "no longer needed": ("no longer needed", "不再需要"),
        "ordered by mistake": ("ordered by mistake", "拍错了"),
    },
    "carrier": {
        "SF Express": ("SF Express", "顺丰速运"),
        "YTO": ("YTO Express", "圆通速递"),
        "YTO Express": ("YTO Express", "圆通速递"),
        "ZTO": ("ZTO Express", "中通快递"),
        "ZTO Express": ("ZTO Express", "中通快递"),
        "JD Logistics": ("JD Logistics", "京东物流"),
        "EMS": ("EMS", "邮政EMS"),
        "China Post": ("China Post", "中国邮政"),
        "UPS": ("UPS", "UPS"),
        "FedEx": ("FedEx", "联邦快递"),
        "DHL": ("DHL", "DHL"),
        "USPS": ("USPS", "美国邮政"),
        "Royal Mail": ("Royal Mail", "英国皇家邮政"),
    },
    "coupon_kind": {
        "percent": ("percentage off", "折扣券"),
        "fixed": ("money off", "满减券"),
        "free_shipping": ("free shipping", "包邮券"),
    },
    "invoice_kind": {"personal": ("personal", "个人"), "company": ("company", "企业")},
    "ticket_kind": {
        "complaint": ("complaint", "投诉"),
        "handover": ("conversation with a person", "人工服务"),
        "parcel": ("parcel problem", "包裹问题"),
        "payment": ("payment problem", "支付问题"),
        "account": ("account problem", "账户问题"),
        "question": ("question", "咨询"),
    },
    "address_field": {
        "address1": ("street and number", "详细地址"),
        "address2": ("flat or suite", "门牌号"),
        "city": ("city", "城市"),
        "state": ("state or province", "省份"),
        "country": ("country", "国家"),
        "zip": ("postcode", "邮编"),
    },
    "invoice_field": {"title": ("invoice title", "发票抬头"), "tax_number": ("tax number", "税号")},
}

#: Currency → (English, Chinese) pattern.
_MONEY = {
    "CNY": ("¥{}", "{}元"),
    "USD": ("${}", "{}美元"),
    "EUR": ("€{}", "{}欧元"),
    "GBP": ("£{}", "{}英镑"),
    "HKD": ("HK${}", "{}港元"),
    "TWD": ("NT${}", "{}新台币"),
    "JPY": ("JP¥{}", "{}日元"),
}
_HAN = re.compile(r"[\u3400-\u9fff]")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def label(kind: str, code: str | None, language: str) -> str:
    """The word for a code, e.g. `label("order_status", "shipped", "zh")`; a code without a word is shown as it is.

    Raises KeyError if the kind does not exist.
    """
    if not code:
        return ""
    words = LABELS[kind].get(code)
    return words[_is_chinese(language)] if words else code.replace("_", " ")


def format_money(amount: Decimal, currency: str, language: str) -> str:
    """An amount as it is read: "$1,299.00", ¥99 as "¥99.00", in Chinese 1299.00元. Negative ones keep their sign."""
    pattern = _MONEY.get(currency, (f"{currency} {{}}", f"{{}} {currency}"))[_is_chinese(language)]
    number = f"{abs(amount):.2f}" if _is_chinese(language) else f"{abs(amount):,.2f}"
    return ("-" if amount < 0 else "") + pattern.format(number)


def format_date(moment: datetime, language: str, *, timezone: str = "UTC", now: datetime | None = None) -> str:
    """A day as it is read: "3 Mar 2026", 2026年3月3日; without the year if it is that of `now`."""
    local = moment.astimezone(ZoneInfo(timezone))
    same_year = now is not None and now.astimezone(ZoneInfo(timezone)).year == local.year
    if _is_chinese(language):
        day = f"{local.month}月{local.day}日"
        return day if same_year else f"{local.year}年{day}"
    day = f"{local.day} {_MONTHS[local.month - 1]}"
    return day if same_year else f"{day} {local.year}"


def format_datetime(moment: datetime, language: str, *, timezone: str = "UTC", now: datetime | None = None) -> str:
    """A moment as it is read: "3 Mar 2026, 14:05", 2026年3月3日 14:05."""
    time = f"{moment.astimezone(ZoneInfo(timezone)):%H:%M}"
    day = format_date(moment, language, timezone=timezone, now=now)
    return f"{day} {time}" if _is_chinese(language) else f"{day}, {time}"


def format_list(items: Sequence[str], language: str) -> str:
    """Several things in one sentence: "a, b and c", a、b和c."""
    if len(items) < 2:
        return "".join(items)
    if _is_chinese(language):
        return f"{'、'.join(items[:-1])}和{items[-1]}"
    return f"{', '.join(items[:-1])} and {items[-1]}"


def format_address(address: dict[str, str | None], language: str) -> str:
    """An address in one line, from the largest part in Chinese and from the smallest in English.

    It stays what its owner wrote: a Chinese address is written in the Chinese way for readers of English, too.
    """
    parts = [address.get(name) or "" for name in ("address1", "address2", "city", "state", "zip", "country")]
    is_chinese = _HAN.search(parts[0]) is not None
    if not _is_chinese(language) and not is_chinese:
        return ", ".join(part for part in parts if part)
    street, flat, city, state, postcode, country = parts
    # Municipalities are their own province: 上海上海市 says it twice.
    region = "" if city.startswith(state) else state
    line = f"{country}{region}{city}{street}{flat}" if is_chinese else ", ".join(filter(None, parts[:4]))
    return f"{line}（{postcode}）" if postcode else line


def _is_chinese(language: str) -> bool:
    return language.lower().startswith("zh")
