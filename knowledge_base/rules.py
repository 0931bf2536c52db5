"""The rules of the shop that a shop may want to change."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.sessions import ShopSession

#: Countries whose customers rarely know their postcode.
_NO_ZIP_NEEDED = frozenset({"china", "cn", "中国", "hong kong", "hk", "香港"})


@dataclass(frozen=True)
class ShopRules:
    """What is allowed. Give your own to `KnowledgeBase(url, rules=…)`."""

    cancel_reasons: tuple[str, ...] = ("no longer needed", "ordered by mistake")
    #: Business days until a refund arrives that does not go to a gift card.
    refund_days: tuple[int, int] = (5, 7)
    #: Whether an item may be exchanged for, or modified to, the very same variant (a fresh piece of it).
    like_for_like: bool = True
    countries_without_zip: frozenset[str] = _NO_ZIP_NEEDED


def rules_of(session: ShopSession) -> ShopRules:
    """The rules of the shop this session works for."""
    rules: ShopRules = session.info.get("rules") or ShopRules()
    return rules
