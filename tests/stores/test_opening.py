"""endpoints.yml says which stores are opened, in Rasa's words."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.errors import ProjectError
from bot.formats.endpoints import Endpoints, parse_endpoints
from bot.stores.brokers.file import FileEventBroker
from bot.stores.brokers.kafka import KafkaOptions
from bot.stores.brokers.pika import PikaOptions
from bot.stores.brokers.sql import SqlEventBroker
from bot.stores.memory import MemoryLockStore, MemoryTrackerStore
from bot.stores.opening import open_event_broker, open_lock_store, open_publisher, open_tracker_store, tracker_database
from bot.stores.options import read_options
from bot.stores.redis_locks import RedisLockStore
from bot.stores.redis_tracker import RedisTrackerStore
from bot.stores.sql import SqlTrackerStore


def endpoints(text: str) -> Endpoints:
    return parse_endpoints(text, "endpoints.yml")


def test_without_entries_everything_is_in_memory_and_nothing_is_published(tmp_path: Path) -> None:
    assert isinstance(open_tracker_store(None, tmp_path), MemoryTrackerStore)
    assert isinstance(open_lock_store(None), MemoryLockStore)
    assert open_publisher(None, tmp_path) is None


@pytest.mark.parametrize("kind", ["InMemory", "in_memory", "INMEMORY"])
def test_in_memory_in_any_spelling(kind: str, tmp_path: Path) -> None:
    found = endpoints(f"tracker_store: {{type: {kind}}}\nlock_store: {{type: {kind}}}\n")
    assert isinstance(open_tracker_store(found.tracker_store, tmp_path), MemoryTrackerStore)
    assert isinstance(open_lock_store(found.lock_store), MemoryLockStore)


def test_redis_has_rasas_options() -> None:
    pytest.importorskip("redis")
    found = endpoints(
        "tracker_store: {type: redis, url: cache, port: '6380', db: 2, password: 1234, key_prefix: shop, "
        "record_exp: 3600, use_ssl: true, ssl_ca_certs: ca.pem}\n"
        "lock_store: {type: Redis, url: 'rediss://user:secret@cache:6390/4', key_prefix: 'not alphanumeric!'}\n"
    )
    store = open_tracker_store(found.tracker_store, Path())
    assert isinstance(store, RedisTrackerStore)
    given = store._redis.connection_pool.connection_kwargs
    assert (given["host"], given["port"], given["db"], given["password"]) == ("cache", 6380, 2, "1234")
    assert given["ssl_ca_certs"] == "ca.pem"
    assert (store._prefix, store._expires_ms) == ("shop:tracker:", 3_600_000)
    locks = open_lock_store(found.lock_store)
    assert isinstance(locks, RedisLockStore)
    assert locks._redis.connection_pool.connection_kwargs["db"] == 4
    assert locks._prefix == "lock:"


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ("dialect: sqlite, db: talk.db", "sqlite:///{root}/talk.db"),
        ("", "sqlite:///{root}/rasa.db"),
        ("dialect: postgresql, url: 'db:5433', db: rasa, username: u, password: p@ss", "postgresql://u:p%40ss@db:5433/rasa"),
        ("dialect: postgresql, url: db, port: '5432', db: rasa, login_db: postgres", "postgresql://db:5432/rasa"),
        ("url: 'postgres://u:p@db/rasa'", "postgresql://u:p@db/rasa"),
    ],
)  # fmt: skip
def test_sql_is_found_by_rasas_keys_or_by_a_url(options: str, url: str, tmp_path: Path) -> None:
    entry = endpoints(f"tracker_store: {{type: SQL, {options}}}\n").tracker_store
    assert entry is not None
    assert tracker_database(entry, tmp_path) == url.format(root=tmp_path)
    if url.startswith("sqlite"):
        assert isinstance(open_tracker_store(entry, tmp_path), SqlTrackerStore)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("tracker_store: {type: rediss}", "Did you mean 'redis'"),
        ("tracker_store: {type: mongod}", "There are: SQL, redis, InMemory"),
        ("lock_store: {type: zookeeper}", "There are: redis, in_memory"),
        ("event_broker: {type: kafk}", "Did you mean 'kafka'"),
        ("tracker_store: {type: redis, port: many}", "option 'port'"),
    ],
)
def test_what_does_not_exist_is_said_with_its_place_and_what_there_is(entry: str, message: str, tmp_path: Path) -> None:
    found = endpoints(entry + "\n")
    with pytest.raises(ProjectError, match=message) as raised:
        if found.lock_store:
            open_lock_store(found.lock_store)
        elif found.event_broker:
            open_event_broker(found.event_broker, tmp_path)
        else:
            open_tracker_store(found.tracker_store, tmp_path)
    assert str(raised.value.problems[0].where).startswith("endpoints.yml:1")


def test_an_unknown_option_is_left_out_and_named(caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("redis")
    entry = endpoints("tracker_store: {type: redis, key_prefx: shop}\n").tracker_store
    with caplog.at_level(logging.WARNING):
        open_tracker_store(entry, Path())
    assert "'key_prefx'" in caplog.text and "Did you mean 'key_prefix'?" in caplog.text


def test_brokers_by_type(tmp_path: Path) -> None:
    for text, kind in (("{type: file, path: log.jsonl}", FileEventBroker), ("{type: SQL}", SqlEventBroker)):
        entry = endpoints(f"event_broker: {text}\n").event_broker
        assert entry is not None
        assert isinstance(open_event_broker(entry, tmp_path), kind)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ("url: mq, username: u, password: p", "amqp://u:p@mq:5672/"),
        ("url: 'amqps://mq:5671/shop?cacertfile=ca.pem', username: u, password: p", "amqps://u:p@mq:5671/shop?cacertfile=ca.pem"),
        ("url: 'amqp://a:b@mq/shop', port: 5673", "amqp://a:b@mq:5673/shop"),
        ("url: mq, username: 'u@x', password: 'p/ß'", "amqp://u%40x:p%2F%C3%9F@mq:5672/"),
    ],
)  # fmt: skip
def test_rabbitmq_is_found_by_rasas_keys_or_by_a_url(options: str, url: str) -> None:
    entry = endpoints(f"event_broker: {{type: pika, {options}, queues: one}}\n").event_broker
    assert entry is not None
    found = read_options(entry, PikaOptions, store="RabbitMQ")
    assert found.amqp_url() == url
    assert found.queues == ("one",)


def test_kafka_gets_what_its_protocol_uses() -> None:
    entry = endpoints(
        "event_broker: {type: kafka, url: [a:9092, b:9092], security_protocol: ssl, ssl_cafile: ca.pem, client_id: x}\n"
    ).event_broker
    assert entry is not None
    config = read_options(entry, KafkaOptions, store="Kafka").client_config()
    assert config["bootstrap.servers"] == "a:9092,b:9092"
    assert (config["security.protocol"], config["ssl.ca.location"]) == ("SSL", "ca.pem")
    assert not any(key.startswith("sasl") for key in config)
