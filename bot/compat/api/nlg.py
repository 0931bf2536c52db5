"""NaturalLanguageGenerator: a project's own wording of responses."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from bot.compat.api.domain import Domain
from bot.compat.api.endpoints import EndpointConfig
from bot.compat.api.trackers import DialogueStateTracker
from bot.domain import ResponseCondition, ResponseVariation
from bot.nlg.interpolation import interpolate
from bot.nlg.templates import suitable_variations

_NUMBER = "number"
_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")


class NaturalLanguageGenerator:
    """Made with `endpoint_config` and `domain`."""

    def __init__(self, endpoint_config: EndpointConfig | None = None, domain: Domain | None = None) -> None:
        self.endpoint_config = endpoint_config
        self.domain = domain

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The reply: `text`, `buttons`, `image`, `custom` and so on; None to say nothing."""
        raise NotImplementedError(f"{type(self).__name__} has no `generate`.")


class TemplatedNaturalLanguageGenerator(NaturalLanguageGenerator):
    """The domain's responses as they are written; for a generator that words some of them and leaves the rest."""

    def __init__(self, responses: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__()
        self.responses = responses

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        return self.generate_from_slots(utter_action, tracker.current_slot_values(), output_channel, **kwargs)

    def generate_from_slots(
        self, utter_action: str, filled_slots: Mapping[str, Any], output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """A fitting variation, filled from slots and arguments; None when none fits."""
        chosen = self._random_response_for(utter_action, output_channel, filled_slots)
        if chosen is None:
            return None
        values = {**filled_slots, **kwargs}
        return {key: interpolate(value, values) if key in _FILLED else value for key, value in chosen.items()}

    def _random_response_for(
        self, utter_action: str, output_channel: str, filled_slots: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        shapes = self.responses.get(utter_action, [])
        variations = [_variation(shape, number) for number, shape in enumerate(shapes)]
        fitting = suitable_variations(variations, slots=filled_slots, channel=output_channel)
        return shapes[random.choice(fitting).extra[_NUMBER]] if fitting else None


def _variation(shape: Mapping[str, Any], number: int) -> ResponseVariation:
    """What decides whether a variation fits, and its place in the list."""
    conditions = tuple(ResponseCondition(c["name"], c["value"]) for c in shape.get("condition") or ())
    return ResponseVariation(channel=shape.get("channel"), conditions=conditions, extra={_NUMBER: number})


__all__ = ["NaturalLanguageGenerator", "TemplatedNaturalLanguageGenerator"]
