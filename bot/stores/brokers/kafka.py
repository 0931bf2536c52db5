"""Events to a Kafka topic, as Rasa publishes them. Source: `rasa/core/brokers/kafka.py` of Rasa 3.6.21."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import field_validator

from bot.errors import UsageError
from bot.stores.brokers.base import EventShape, as_json, environment_name
from bot.stores.options import Options

if TYPE_CHECKING:
    from confluent_kafka import Producer

_FLUSH_SECONDS = 30.0
_NO_ENVIRONMENT = "RASA_ENVIRONMENT_NOT_SET"


class KafkaOptions(Options):
    """`url` are the bootstrap servers: one, several with commas between them, or a list.

    `partition_by_sender` keeps the events of a conversation in one partition and so in their order.
    """

    url: str
    topic: str = "rasa_core_events"
    client_id: str | None = None
    partition_by_sender: bool = False
    sasl_username: str | None = None
    sasl_password: str | None = None
    sasl_mechanism: str = "PLAIN"
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_check_hostname: bool = False
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    queue_size: int | None = None

    @field_validator("url", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        return ",".join(map(str, value)) if isinstance(value, list | tuple) else value

    @field_validator("security_protocol", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    def client_config(self) -> dict[str, Any]:
        """The configuration of the client, in librdkafka's names; only what the protocol uses."""
        config: dict[str, Any] = {
            "bootstrap.servers": self.url,
            "client.id": self.client_id,
            "queue.buffering.max.messages": self.queue_size,
            "security.protocol": self.security_protocol,
            "enable.idempotence": True,
        }
        if self.security_protocol.startswith("SASL"):
            config |= {
                "sasl.username": self.sasl_username,
                "sasl.password": self.sasl_password,
                "sasl.mechanism": self.sasl_mechanism,
            }
        if self.security_protocol.endswith("SSL"):
            config |= {
                "ssl.ca.location": self.ssl_cafile,
                "ssl.certificate.location": self.ssl_certfile,
                "ssl.key.location": self.ssl_keyfile,
                "ssl.endpoint.identification.algorithm": "https" if self.ssl_check_hostname else "none",
            }
        return {key: value for key, value in config.items() if value is not None}


class KafkaEventBroker:
    """Waits for every event's acknowledgement; one that is not acknowledged counts as not published."""

    def __init__(self, options: KafkaOptions, *, extra_config: Mapping[str, Any] | None = None) -> None:
        """`extra_config` are further settings of librdkafka. Raises UsageError without `confluent-kafka`."""
        try:
            import confluent_kafka  # noqa: F401
        except ImportError as error:
            raise UsageError("Kafka needs the package `confluent-kafka`: pip install 'kefu[kafka]'.") from error
        self.options = options
        self._config = {**options.client_config(), **(extra_config or {})}
        self._producer: Producer | None = None

    async def publish(self, events: Sequence[EventShape], *, headers: Mapping[str, str] | None = None) -> None:
        await asyncio.to_thread(self._publish, events, headers or {})

    async def close(self) -> None:
        if self._producer is not None:
            await asyncio.to_thread(self._producer.flush, _FLUSH_SECONDS)
            self._producer = None

    def _publish(self, events: Sequence[EventShape], headers: Mapping[str, str]) -> None:
        from confluent_kafka import KafkaException, Producer

        if self._producer is None:
            self._producer = Producer(self._config)
        producer = self._producer
        failed: list[Any] = []

        def arrived(error: Any, _message: Any) -> None:
            if error is not None:
                failed.append(error)

        beside: list[tuple[str, str | bytes | None]] = [
            ("RASA_ENVIRONMENT", (environment_name(_NO_ENVIRONMENT) or "").encode())
        ]
        beside += [(name, value.encode()) for name, value in headers.items()]
        for event in events:
            key = str(event.get("sender_id")).encode() if self.options.partition_by_sender else None
            producer.produce(
                self.options.topic, value=as_json(event).encode(), key=key, headers=beside, on_delivery=arrived
            )
            producer.poll(0)
        late = producer.flush(_FLUSH_SECONDS)
        if late:
            producer.purge()  # or they would arrive a second time, after they have been published again
            producer.flush(1.0)
            raise TimeoutError(f"{late} events were not acknowledged by {self.options.url} in time")
        if failed:
            raise KafkaException(failed[0])
