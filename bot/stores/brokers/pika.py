"""Events to RabbitMQ, as Rasa publishes them: through a fanout exchange into durable queues.

Source: `rasa/core/brokers/pika.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, field_validator

from bot.errors import UsageError
from bot.stores.brokers.base import EventShape, as_json, environment_name
from bot.stores.options import Options

if TYPE_CHECKING:
    from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractRobustConnection

QUEUE = "rasa_core_events"
_CONFIRM_SECONDS = 30.0


class PikaOptions(Options):
    """`url` is a host name or a whole `amqp://` or `amqps://` URL, to which user and port are added if it has none.

    `connection_attempts` and `retry_delay_in_seconds` say how often it is tried to connect before the events count as
    not published. `should_keep_unpublished_messages` and `raise_on_failure` are accepted for Rasa's sake: here events
    are always kept until they are published.
    """

    url: str = "localhost"
    port: int = 5672
    username: str = "guest"
    password: str = "guest"
    queues: tuple[str, ...] = (QUEUE,)
    exchange_name: str = "rasa-exchange"
    connection_attempts: int = Field(default=20, ge=1)
    retry_delay_in_seconds: float = Field(default=5, ge=0)
    should_keep_unpublished_messages: bool = True
    raise_on_failure: bool = False

    @field_validator("queues", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value or (QUEUE,)

    def amqp_url(self) -> str:
        """The whole URL, user and password included."""
        credentials = f"{quote(self.username, safe='')}:{quote(self.password, safe='')}@"
        if not self.url.startswith("amqp"):
            return f"amqp://{credentials}{self.url}:{self.port}/"
        parts = urlsplit(self.url)
        user = "" if "@" in parts.netloc else credentials
        port = "" if parts.port else f":{self.port}"
        return urlunsplit((parts.scheme, f"{user}{parts.netloc}{port}", parts.path or "/", parts.query, ""))


class PikaEventBroker:
    """Publishes with confirms: an event counts as published when RabbitMQ says that it has it."""

    def __init__(self, options: PikaOptions) -> None:
        """Raises UsageError when the package `aio-pika` is not installed."""
        try:
            import aio_pika  # noqa: F401
        except ImportError as error:
            raise UsageError("RabbitMQ needs the package `aio-pika`: pip install 'kefu[rabbitmq]'.") from error
        self.options = options
        self._connection: AbstractRobustConnection | None = None
        self._exchange: AbstractExchange | None = None

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        from aio_pika import DeliveryMode, Message

        exchange = self._exchange or await self._connect()
        for event in events:
            message = Message(
                as_json(event).encode(),
                headers=dict(headers or {}),
                app_id=environment_name(),
                delivery_mode=DeliveryMode.PERSISTENT,
            )
            await exchange.publish(message, "", timeout=_CONFIRM_SECONDS)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = self._exchange = None

    async def _connect(self) -> AbstractExchange:
        import aio_pika

        if self._connection is None:
            for attempt in range(1, self.options.connection_attempts + 1):
                try:
                    url = self.options.amqp_url()
                    self._connection = await aio_pika.connect_robust(url, **_client_certificate())
                    break
                except (OSError, aio_pika.exceptions.AMQPException):
                    if attempt == self.options.connection_attempts:
                        raise
                    await asyncio.sleep(self.options.retry_delay_in_seconds)
        assert self._connection is not None
        self._exchange = await self._set_up(await self._connection.channel(publisher_confirms=True))
        return self._exchange

    async def _set_up(self, channel: AbstractChannel) -> AbstractExchange:
        from aio_pika import ExchangeType

        exchange = await channel.declare_exchange(self.options.exchange_name, type=ExchangeType.FANOUT)
        for name in self.options.queues:
            queue = await channel.declare_queue(name, durable=True)
            await queue.bind(exchange, "")
        return exchange


def _client_certificate() -> dict[str, Any]:
    """The certificate that Rasa's environment variables name, for `amqps://` with client certificates."""
    certificate = os.environ.get("RABBITMQ_SSL_CLIENT_CERTIFICATE")
    key = os.environ.get("RABBITMQ_SSL_CLIENT_KEY")
    if not (certificate and key):
        return {}
    from aio_pika.abc import SSLOptions

    return {"ssl": True, "ssl_options": SSLOptions(certfile=certificate, keyfile=key)}
