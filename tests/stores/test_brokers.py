"""Event brokers against the real thing: files, databases, RabbitMQ, and Kafka as librdkafka plays it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import UsageError
from bot.stores.brokers.base import EventBroker, EventShape
from bot.stores.brokers.file import FileEventBroker, FileOptions
from bot.stores.brokers.kafka import KafkaEventBroker, KafkaOptions
from bot.stores.brokers.pika import PikaEventBroker, PikaOptions
from bot.stores.brokers.sql import SqlBrokerOptions, SqlEventBroker
from bot.stores.sql import SqlTrackerStore
from tests.stores.conftest import free_port, wait_for_port

EVENTS: list[EventShape] = [
    {"sender_id": "客", "event": "user", "timestamp": 1.5, "text": "你好"},
    {"sender_id": "客", "event": "action", "timestamp": 2.5, "name": "action_listen"},
]
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def publish(broker: EventBroker, *batches: list[EventShape], headers: dict[str, str] | None = None) -> None:
    async def all_of_it() -> None:
        for batch in batches:
            await broker.publish(batch, headers=headers)
        await broker.close()

    asyncio.run(all_of_it())


def test_a_file_gets_one_line_for_each_event(tmp_path: Path) -> None:
    publish(FileEventBroker(FileOptions(), tmp_path), EVENTS[:1], EVENTS[1:])
    lines = (tmp_path / "rasa_event.log").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == EVENTS


def test_a_database_gets_one_row_for_each_event(tmp_path: Path) -> None:
    publish(SqlEventBroker(SqlBrokerOptions(), tmp_path), EVENTS[:1], EVENTS[1:])
    rows = sqlite3.connect(tmp_path / "events.db").execute("SELECT id, sender_id, data FROM events").fetchall()
    assert [row[:2] for row in rows] == [(1, "客"), (2, "客")]
    assert [json.loads(row[2]) for row in rows] == EVENTS


def test_the_database_of_conversations_is_left_alone(tmp_path: Path) -> None:
    asyncio.run(SqlTrackerStore(f"sqlite:///{tmp_path}/rasa.db").sender_ids())
    with pytest.raises(UsageError, match="tracker store"):
        publish(SqlEventBroker(SqlBrokerOptions(db="rasa.db"), tmp_path), EVENTS)


# -- RabbitMQ --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rabbitmq_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A RabbitMQ of its own."""
    pytest.importorskip("aio_pika")
    if not RABBITMQ.exists() or shutil.which("epmd") is None:
        pytest.skip("rabbitmq-server is not installed")
    port, folder = free_port(), tmp_path_factory.mktemp("rabbitmq")
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\nloopback_users = none\n", encoding="utf-8"
    )
    settings = {
        "RABBITMQ_NODENAME": f"kefu{port}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
        "HOME": str(folder),
    }
    environment = os.environ | settings
    with (folder / "out").open("wb") as log:
        server = subprocess.Popen([RABBITMQ], env=environment, stdout=log, stderr=log)
    try:
        wait_for_port(port, folder / "out", seconds=90)
        yield port
    finally:
        server.terminate()
        server.wait()
        subprocess.run(
            ["epmd", "-kill"], env=environment, capture_output=True, check=False
        )  # the server has started it


@pytest.mark.slow
def test_rabbitmq_gets_each_event_in_every_queue(rabbitmq_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_ENVIRONMENT", "test")
    options = PikaOptions(url="127.0.0.1", port=rabbitmq_port, queues=("first", "second"))
    publish(PikaEventBroker(options), EVENTS[:1], EVENTS[1:], headers={"rasa-export-process-id": "x1"})
    for queue in options.queues:
        messages = asyncio.run(read_queue(options, queue, len(EVENTS)))
        assert [json.loads(message.body) for message in messages] == EVENTS
        assert {message.app_id for message in messages} == {"test"}
        assert {str(message.headers["rasa-export-process-id"]) for message in messages} == {"x1"}
        assert {message.delivery_mode.name for message in messages} == {"PERSISTENT"}


async def read_queue(options: PikaOptions, name: str, count: int) -> list[Any]:
    import aio_pika

    async with await aio_pika.connect(options.amqp_url()) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(name, durable=True, passive=True)
        return [await queue.get(no_ack=True) for _ in range(count)]


@pytest.mark.slow
def test_a_rabbitmq_that_is_not_there_is_an_error_after_the_last_attempt() -> None:
    pytest.importorskip("aio_pika")
    options = PikaOptions(url="127.0.0.1", port=free_port(), connection_attempts=2, retry_delay_in_seconds=0.01)
    with pytest.raises(OSError):
        publish(PikaEventBroker(options), EVENTS)


# -- Kafka -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("by_sender", [False, True])
def test_kafka_acknowledges_each_event(by_sender: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """librdkafka brings a cluster for tests that speaks Kafka's protocol on a port of this machine."""
    confluent_kafka = pytest.importorskip("confluent_kafka")
    monkeypatch.setenv("RASA_ENVIRONMENT", "test")
    cluster = confluent_kafka.Producer({"bootstrap.servers": "unused:1", "test.mock.num.brokers": 1})
    broker = next(iter(cluster.list_topics(timeout=10).brokers.values()))
    address = f"{broker.host}:{broker.port}"
    options = KafkaOptions(url=address, security_protocol="PLAINTEXT", partition_by_sender=by_sender)
    publish(KafkaEventBroker(options), EVENTS[:1], EVENTS[1:])

    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": address, "group.id": "reader", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["rasa_core_events"])
    messages = consumer.consume(len(EVENTS), timeout=30)
    consumer.close()
    found = sorted((json.loads(message.value()) for message in messages), key=lambda event: float(event["timestamp"]))
    assert found == EVENTS
    assert {message.key() for message in messages} == ({"客".encode()} if by_sender else {None})
    assert all(("RASA_ENVIRONMENT", b"test") in message.headers() for message in messages)


@pytest.mark.slow
def test_a_kafka_that_is_not_there_is_an_error() -> None:
    pytest.importorskip("confluent_kafka")
    options = KafkaOptions(url=f"127.0.0.1:{free_port()}", security_protocol="PLAINTEXT")
    with pytest.raises(Exception, match=r"acknowledged|timed out|Timed out"):
        publish(KafkaEventBroker(options, extra_config={"message.timeout.ms": 300}), EVENTS)
