"""The search index."""

from knowledge_base.sessions import ShopSession


def refresh(session: ShopSession) -> None:
    """x"""
