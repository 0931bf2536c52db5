"""rasa_sdk's action for questions about a few things that are kept in a file."""

from __future__ import annotations

from pathlib import Path

from rasa_sdk.knowledge_base.actions import ActionQueryKnowledgeBase
from rasa_sdk.knowledge_base.storage import InMemoryKnowledgeBase

RESTAURANTS = Path(__file__).with_name("restaurants.json")


class ActionQueryRestaurants(ActionQueryKnowledgeBase):  # type: ignore[misc]
    """`action_query_knowledge_base` over these restaurants."""

    def __init__(self) -> None:
        super().__init__(InMemoryKnowledgeBase(str(RESTAURANTS)))
