"""Which items, which other variant, which payment method, which reason: the customer's words against the database's rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, utils

from actions.catalogue import replacements as other_variants
from actions.orders import line_fits
from actions.turn import Turn
from bot.dst.numbers import cardinal
from knowledge_base.models import Order, OrderLine, PaymentMethod, Variant
from knowledge_base.sessions import ShopSession

_ALL = re.compile(r"\b(all|both|every\w*|whole|entire)\b|全部|所有|都|整单|全都", re.IGNORECASE)
_MISTAKE = re.compile(r"mistak|accident|wrong|error|didn.?t mean|误|错|手滑|重复", re.IGNORECASE)
_METHOD_WORDS = {
    "credit_card": r"credit|debit|\bcard\b(?!.*gift)|visa|master|amex|信用卡|银行卡|储蓄卡",
    "gift_card": r"gift|礼品卡|礼物卡|购物卡",
    "paypal": r"pay\s?pal|贝宝",
    "alipay": r"alipay|支付宝|花呗",
    "wechat_pay": r"we\s?chat|微信",
}


def lines_of(order: Order, item_ids: Sequence[str]) -> list[OrderLine]:
    """The order's line of each id, in the ids' order; ids of other orders are left out."""
    by_id = {line.id: line for line in order.lines}
    return [by_id[item_id] for item_id in item_ids if item_id in by_id]


def items(order: Order, turn: Turn, *, current: Sequence[str] | None) -> list[str] | None:
    """Line ids, one for each piece, that the customer means; None when it is open which."""
    by_id = {line.id: line for line in order.lines}
    pointed = [str(value) for value in turn.values("item_id") if value in by_id]
    if pointed:
        return _pieces([by_id[item_id] for item_id in pointed], turn)
    if current and all(item_id in by_id for item_id in current) and not turn.said("product", "mention"):
        return list(current)
    words = [
        *turn.values("product"),
        *turn.values("product", role="old"),
        *turn.values("colour", role="old"),
        *turn.values("size", role="old"),
    ]
    fitting = [line for line in order.lines if words and line_fits(line, words)]
    if not fitting and _ALL.search(turn.text):
        fitting = list(order.lines)
    if len(fitting) == 1 or (fitting and _ALL.search(turn.text)):
        return _pieces(fitting, turn)
    if current and all(item_id in by_id for item_id in current):
        return list(current)
    return _pieces(order.lines, turn) if len(order.lines) == 1 else None


def _pieces(lines: Sequence[OrderLine], turn: Turn) -> list[str]:
    """One id for each piece: as many as the customer says of a line, else all of it."""
    said = cardinal(str(turn.value("quantity"))) if turn.value("quantity") else None
    return [line.id for line in lines for _ in range(min(said, line.quantity) if said else line.quantity)]


def replacements(
    session: ShopSession, lines: Sequence[OrderLine], turn: Turn, *, current: Sequence[str] | None
) -> list[str] | None:
    """For each line the variant that the customer wants instead; None when that is open."""
    pointed = [str(value) for value in turn.values("variant_id")]
    if pointed:
        return (pointed * len(lines))[: len(lines)]
    wanted = [
        *turn.values("colour", role="new"),
        *turn.values("size", role="new"),
        *turn.values("colour"),
        *turn.values("size"),
    ]
    if not wanted:
        return list(current) if current and _same_products(session, lines, current) else None
    chosen = [_only(other_variants(session, line.variant, [str(word) for word in wanted])) for line in lines]
    return [variant.id for variant in chosen if variant] if all(chosen) else None


def _only(variants: Sequence[Variant]) -> Variant | None:
    return variants[0] if len(variants) == 1 else None


def _same_products(session: ShopSession, lines: Sequence[OrderLine], variant_ids: Sequence[str]) -> bool:
    variants = [session.get(Variant, variant_id) for variant_id in variant_ids]
    return len(variants) == len(lines) and all(
        variant is not None and variant.product_id == line.variant.product_id
        for line, variant in zip(lines, variants, strict=True)
    )


def payment_method(methods: Sequence[PaymentMethod], turn: Turn) -> str | None:
    """The id of the one method that the customer names in this message."""
    pointed = turn.value("payment_method_id")
    if pointed is not None:
        return str(pointed)
    said = turn.value("payment_method", role="new") or turn.value("payment_method")
    if said is None:
        return None
    text = unicodedata.normalize("NFKC", str(said))
    if digits := re.search(r"\d{4}", text):
        fitting = [method for method in methods if method.last_four == digits.group()]
    else:
        kinds = {kind for kind, words in _METHOD_WORDS.items() if re.search(words, text, re.IGNORECASE)}
        fitting = [method for method in methods if method.kind in kinds]
        fitting = fitting or [m for m in methods if m.label and _alike(text, m.label)]
    return fitting[0].id if len(fitting) == 1 else None


def _alike(a: str, b: str) -> bool:
    return fuzz.partial_ratio(a, b, processor=utils.default_process) >= 85


def cancel_reason(told: str) -> str:
    """The shop's word for a reason that the customer tells in their own."""
    return "ordered by mistake" if _MISTAKE.search(told) else "no longer needed"
