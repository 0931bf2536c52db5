"""NaturalLanguageGenerator: a project's own wording of responses."""

from __future__ import annotations

from typing import Any

from bot.compat.api.domain import Domain
from bot.compat.api.endpoints import EndpointConfig
from bot.compat.api.trackers import DialogueStateTracker


class NaturalLanguageGenerator:
    """Made with `endpoint_config` and `domain`."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        self.endpoint_config = endpoint_config
        self.domain = domain

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The reply: `text`, `buttons`, `image`, `custom` and so on; None to say nothing."""
        raise NotImplementedError


__all__ = ["NaturalLanguageGenerator"]
