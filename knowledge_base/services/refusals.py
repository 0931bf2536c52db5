"""Why an operation is not done. The codes are stable words; what the customer reads comes from the bot's responses."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

#: Every code, with what it means and the parameters it carries.
REFUSALS = {
    "customer_required": "nobody is verified yet",
    "order_not_found": "the customer has no such order (order_id)",
    "order_not_pending": "only pending orders can be cancelled or modified (order_id, status)",
    "order_already_modified": "the items were modified once already (order_id, status)",
    "order_not_delivered": "only delivered orders can be returned or exchanged (order_id, status)",
    "return_already_requested": "a return or exchange was asked for already (order_id, status)",
    "reason_not_accepted": "only these reasons are accepted (reason, accepted)",
    "no_items": "no item was named (order_id)",
    "item_not_in_order": "the order does not have this item, or not so many of it (order_id, item_id)",
    "item_count_mismatch": "each item needs exactly one replacement (items, new_items)",
    "variant_not_found": "the shop has no such item (item_id)",
    "variant_of_other_product": "an item can only become another variant of the same product (item_id, new_item_id)",
    "variant_unchanged": "the new item is the old one (item_id)",
    "variant_unavailable": "the new item cannot be supplied (item_id, name_en, name_zh)",
    "payment_method_not_found": "the customer has no such way to pay (payment_method_id)",
    "payment_method_unchanged": "the order is paid that way already (payment_method_id)",
    "order_paid_in_parts": "an order with several payments cannot move to another method (order_id)",
    "order_not_paid": "no completed payment is known for the order (order_id)",
    "gift_card_insufficient": "the gift card does not hold enough (payment_method_id, balance, needed, currency)",
    "refund_method_not_allowed": "refunds go to the original method or a gift card (payment_method_id, original_id)",
    "address_incomplete": "parts of the address are missing (missing)",
    "address_unchanged": "it is that address already ()",
    "summary_missing": "there is nothing to tell a human yet ()",
    "ticket_kind_unknown": "tickets are of these kinds (kind, accepted)",
    "order_cancelled": "the order is cancelled (order_id, status)",
    "invoice_exists": "there is an invoice already (order_id, invoice_id)",
    "invoice_kind_unknown": "invoices are of these kinds (kind, accepted)",
    "invoice_details_missing": "the invoice needs these (missing)",
    "idempotency_key_reused": "the key belongs to another operation (idempotency_key)",
}


class OperationRefused(Exception):  # noqa: N818  (not an error: the shop says no)
    """An operation cannot be done as asked. `code` is a word of REFUSALS, `params` the facts to tell."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        if code not in REFUSALS:
            near = get_close_matches(code, REFUSALS, n=1)
            raise ValueError(f"no such refusal: {code!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        self.code = code
        self.params = params or {}
        super().__init__(f"{code}: {REFUSALS[code]} {self.params}")
