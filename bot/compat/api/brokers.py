"""EventBroker: where events are published."""

from __future__ import annotations

from typing import Any

from bot.compat.api.endpoints import EndpointConfig


class EventBroker:
    """Publishes events; made by `from_endpoint_config` with what endpoints.yml says."""

    @classmethod
    async def from_endpoint_config(cls, broker_config: EndpointConfig, event_loop: Any = None) -> Any:
        raise NotImplementedError(f"The event broker {cls.__name__} has no `from_endpoint_config`.")

    def publish(self, event: dict[str, Any]) -> Any:
        """Publish an event's JSON, which names its `sender_id`."""
        raise NotImplementedError(f"The event broker {type(self).__name__} cannot publish.")

    def is_ready(self) -> bool:
        return True

    async def close(self) -> None:
        return None


__all__ = ["EventBroker"]
