"""Which items, which other variant, which payment method, which reason: the customer's words against the database's rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, utils

from actions.catalogue import fitting
from actions.catalogue import replacements as other_variants
from actions.orders import line_fits
from actions.pieces import Told
from actions.turn import Turn
from bot.dst.numbers import cardinal
from knowledge_base.models import Order, OrderLine, PaymentMethod, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.sessions import ShopSession

_MISTAKE = re.compile(
    r"mis+take|accident|\bwrong|\berror|\bslip|\boops|unintention|inadvertent|duplicate|\btwice\b"
    r"|(?:did|had|was|were)(?:n.?t| not) (?:mean|meant|intend|suppose|want to order)|(?:clicked|ordered|bought) (?:too|one too)"
    r"|误|誤|错|錯|手滑|手抖|重复|重複|不小心|没想(?:要)?(?:下单|买)|按到|点到",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"no longer|(?:don.?t|do not) need|(?:don.?t|do not) want (?:it|them|this|that|the order) ?(?:any ?more|any longer|now)"
    r"|chang\w* (?:of )?my mind|no use for|not needed|unnecessary|不想要|不需要|不要了|不用了|用不[上着到了]|没用了|改主意|改变主意|後悔|后悔",
    re.IGNORECASE,
)
_MAY_BE_UNWANTED = re.compile(r"(?:don.?t|do not) want", re.IGNORECASE)
_PIECES = re.compile(
    r"(?<![第这那哪一二两三四五六七八九十0-9])(?:只|就|仅)?\s*([0-9]+|[一两俩二三四五六七八九十])\s*[根件条條双雙只個个支盒套本台瓶包副]"
    r"|\b(?:only |just )?(\d+|one|two|three|four|five) (?:of|piece|cable|pair)",
    re.IGNORECASE,
)
_GOES_TO = r"(?:\b(?:to|on|onto|with|via|use|using|by)\b(?: my| the)?|退到|退回|用|走|到)\W{0,2}"
_METHOD_WORDS = {
    "credit_card": r"credit ?card|debit|(?<!gift )(?<!gift)\bcard\b|\bvisa\b|master ?card|amex|信用卡|银行卡|储蓄卡",
    "gift_card": r"gift ?card|礼品卡|礼物卡|购物卡|\bgift\b",
    "paypal": r"pay\s?pal|贝宝",
    "alipay": r"alipay|支付宝|花呗",
    "wechat_pay": r"we\s?chat|微信",
}


def lines_of(order: Order, item_ids: Sequence[str]) -> list[OrderLine]:
    """The order's line of each id, in the ids' order; ids of other orders are left out."""
    by_id = {line.id: line for line in order.lines}
    return [by_id[item_id] for item_id in item_ids if item_id in by_id]


def items(
    session: ShopSession, order: Order, turn: Turn, told: Told, *, current: Sequence[str] | None
) -> list[str] | None:
    """Line ids, one for each piece, that the customer means; None when it is open which."""
    if told.open:
        return None
    if told.lines:
        ids = [line.id for line in told.lines]
        is_kept = bool(current) and set(current or ()) == set(ids) and not turn.said("quantity")
        return list(current or ()) if is_kept and not _PIECES.search(turn.text) else _pieces(told.lines, turn)
    by_id = {line.id: line for line in order.lines}
    kept = list(current) if current and all(item_id in by_id for item_id in current) else None
    meant = [] if kept else _lines_named(order.lines, turn)
    if len(meant) == 1:
        return _pieces(meant, turn)
    if kept:
        return kept
    return _pieces(order.lines, turn) if len(order.lines) == 1 else None


def _lines_named(lines: Sequence[OrderLine], turn: Turn) -> list[OrderLine]:
    """The lines of the things that the message names nearly; among several of a kind those with an option it names."""
    words = [str(word) for word in turn.values("product", any_role=True) if word]
    found = [line for line in lines if any(line_fits(line, [word]) for word in words)]
    if len(found) == 1:
        return found
    options = [str(word) for word in _option_words(turn)]
    narrowed = [line for line in found or lines if any(line_fits(line, [word]) for word in options)]
    return narrowed or found


def _option_words(turn: Turn) -> list[str]:
    """The colour and size words of the message, whatever role the model gave them: those meant as new first."""
    return [
        str(value)
        for role in ("new", None, "old")
        for entity in ("colour", "size")
        for value in turn.values(entity, role=role)
    ]


def _pieces(lines: Sequence[OrderLine], turn: Turn) -> list[str]:
    """One id for each piece: as many as the customer says of a line, else all of it."""
    said = cardinal(str(turn.value("quantity"))) if turn.value("quantity") else None
    if said is None and len(lines) == 1 and (found := _PIECES.search(turn.text)):
        said = cardinal(found[1] or found[2])
    return [line.id for line in lines for _ in range(min(said, line.quantity) if said else line.quantity)]


def replacements(
    session: ShopSession, lines: Sequence[OrderLine], turn: Turn, told: Told, *, current: Sequence[str] | None
) -> list[str] | None:
    """For each line the variant that the customer wants instead; None when that is open for one of them."""
    found = [replacement(session, line, turn, told) for line in lines]
    if all(found):
        return [variant.id for variant in found if variant]
    kept = list(current) if current and not any(told.variants(line) for line in lines) else None
    return kept if kept and _same_products(session, lines, kept) and not _option_words(turn) else None


def replacement(session: ShopSession, line: OrderLine, turn: Turn, told: Told) -> Variant | None:
    """The variant that a line is to become, None when that is open."""
    if variants := told.variants(line):
        return _only(variants)
    words = _option_words(turn)
    if not words or told.wanted.get(line.id):
        return None
    return _only(other_variants(session, line.variant, _new_to(session, line, words)))


def unknown_options(session: ShopSession, lines: Sequence[OrderLine], turn: Turn) -> list[str]:
    """The colours and sizes named that the first line's product does not come in."""
    words = _option_words(turn)
    return [word for word in words if lines and not fitting(session, lines[0].variant.product, [word])]


def _new_to(session: ShopSession, line: OrderLine, words: Sequence[str]) -> list[str]:
    """The words that are no option of the line's variant; all of them when it has all of them."""
    return [word for word in words if line.variant not in fitting(session, line.variant.product, [word])] or list(words)


def _only(variants: Sequence[Variant]) -> Variant | None:
    return variants[0] if len(variants) == 1 else None


def _same_products(session: ShopSession, lines: Sequence[OrderLine], variant_ids: Sequence[str]) -> bool:
    variants = [session.get(Variant, variant_id) for variant_id in variant_ids]
    return len(variants) == len(lines) and all(
        variant is not None and variant.product_id == line.variant.product_id
        for line, variant in zip(lines, variants, strict=True)
    )


def possible_methods(scope: CustomerScope, order: Order, service: str | None) -> list[PaymentMethod]:
    """The customer's ways to pay that an operation can use: a refund goes to the original one or to a gift card."""
    methods = list(scope.payment_methods())
    paid = {payment.method_id for payment in order.payments if payment.kind == "payment"}
    if service == "return_delivered_order_items":
        return [method for method in methods if method.id in paid or method.kind == "gift_card"]
    if service == "modify_pending_order_payment":
        return [method for method in methods if method.id not in paid]
    return methods


def payment_method(methods: Sequence[PaymentMethod], turn: Turn) -> str | None:
    """The id of the one method that the customer names in this message."""
    pointed = turn.value("payment_method_id")
    if pointed is not None:
        return str(pointed)
    said = [*turn.values("payment_method", role="new"), *turn.values("payment_method")]
    named = next(filter(None, (_method_named(methods, str(each)) for each in said)), None)
    return named or _method_named(methods, turn.text)


def _method_named(methods: Sequence[PaymentMethod], said: str) -> str | None:
    """By id, last digits, kind or label. Of several kinds in one text the one that the money is said to go to."""
    text = unicodedata.normalize("NFKC", said).casefold()
    by_id = [method for method in methods if method.id.casefold() in text]
    by_digits = [m for m in methods if m.last_four and re.search(rf"(?<![\w#]){m.last_four}(?!\d)", text)]
    kinds = {kind for kind, words in _METHOD_WORDS.items() if re.search(words, text)}
    if len(kinds) > 1:
        kinds = {kind for kind in kinds if re.search(rf"{_GOES_TO}(?:{_METHOD_WORDS[kind]})", text)} or kinds
    fitting = by_id or by_digits or [method for method in methods if method.kind in kinds]
    branded = [m for m in methods if m.label and re.sub(r"[\d\s]", "", m.label) and _alike(text, m.label)]
    if not by_digits and len(fitting) != 1:
        fitting = [method for method in branded if method in fitting or not fitting] or fitting
    return fitting[0].id if len(fitting) == 1 else None


def _alike(a: str, b: str) -> bool:
    return fuzz.partial_ratio(a, b, processor=utils.default_process) >= 85


def stated_reason(text: str, *, is_asked: bool = True) -> str | None:
    """The shop's word for a reason that a message states in so many words; None when it states none."""
    if _MISTAKE.search(text):
        return "ordered by mistake"
    is_unwanted = _UNWANTED.search(text) or (is_asked and _MAY_BE_UNWANTED.search(text))
    return "no longer needed" if is_unwanted else None


def cancel_reason(told: str) -> str:
    """The shop's word for a reason that the customer tells in their own."""
    return "ordered by mistake" if _MISTAKE.search(told) else "no longer needed"
