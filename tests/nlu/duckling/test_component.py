"""DucklingEntityExtractor: in this process, and with a server."""

from __future__ import annotations

import json
import logging
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from bot.message import Entity, Understanding
from bot.nlu.duckling.component import URL_VARIABLE, DucklingEntityExtractor, DucklingEntityExtractorConfig
from bot.registry import get

WEDNESDAY = 1773194400.0
"""2026-03-11T02:00:00Z, ten in the morning in Shanghai."""


@pytest.fixture(autouse=True)
def no_server_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)


def extractor(language: str = "zh", **options: Any) -> DucklingEntityExtractor:
    config = DucklingEntityExtractorConfig(**{"timezone": "Asia/Shanghai", **options})
    return DucklingEntityExtractor(config, language=language, root=Path(), clock=lambda: WEDNESDAY)


def read(component: DucklingEntityExtractor, text: str) -> list[dict[str, Any]]:
    return [entity.as_dict() for entity in component.process([Understanding(text)])[0].entities]


def test_it_is_registered_under_rasas_name() -> None:
    assert get("nlu", "DucklingEntityExtractor") is DucklingEntityExtractor


def test_an_entity_has_rasas_shape() -> None:
    day = {"value": "2026-03-12T00:00:00.000+08:00", "grain": "day", "type": "value"}
    assert read(extractor(), "明天能到吗") == [
        {
            "entity": "time",
            "value": "2026-03-12T00:00:00.000+08:00",
            "start": 0,
            "end": 2,
            "extractor": "DucklingEntityExtractor",
            "text": "明天",
            "confidence": 1.0,
            "additional_info": {**day, "values": [day]},
        }
    ]


def test_the_value_of_an_interval_is_its_ends() -> None:
    (entity,) = read(extractor(), "from Monday to Wednesday")
    assert entity["value"] == {"to": "2026-03-19T00:00:00.000+08:00", "from": "2026-03-16T00:00:00.000+08:00"}


def test_what_other_components_found_stays() -> None:
    present = Entity("product", "裤子", 2, 4)
    (understood,) = extractor().process([Understanding("两条裤子", entities=(present,))])
    assert [entity.entity for entity in understood.entities] == ["product", "quantity"]


def test_dimensions_locale_and_timezone_are_options() -> None:
    assert [e["entity"] for e in read(extractor(dimensions=["number"]), "3月5号")] == ["number", "number"]
    assert [e["entity"] for e in read(extractor(dimensions=[]), "3月5号")] == ["time"]
    assert read(extractor(locale="en_GB"), "5/4/2026")[0]["value"].startswith("2026-04-05")
    assert read(extractor(locale="en_US"), "5/4/2026")[0]["value"].startswith("2026-05-04")
    late = extractor(timezone="America/New_York")
    assert read(late, "today")[0]["value"] == "2026-03-10T00:00:00.000-04:00"
    assert read(extractor(timezone=None), "today")[0]["value"].startswith("2026-03-1")


def test_a_timezone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="Asia/Shanghai"):
        DucklingEntityExtractorConfig(timezone="Beijing Time")


def test_a_dimension_that_nobody_knows_is_named_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match="amount-of-money"):
        DucklingEntityExtractorConfig(dimensions=("amount-of-mony",))


class FakeDuckling(BaseHTTPRequestHandler):
    forms: list[dict[str, list[str]]]
    status = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).forms.append({"path": [self.path], **parse_qs(self.rfile.read(length).decode())})
        match = {
            "body": "two",
            "start": 0,
            "end": 3,
            "dim": "number",
            "latent": False,
            "value": {"value": 2, "type": "value"},
        }
        other = {**match, "dim": "time", "value": {"type": "interval", "to": {"value": "x", "grain": "day"}}}
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(json.dumps([match, other]).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Not on stderr."""


@pytest.fixture
def server() -> Any:
    class Handler(FakeDuckling):
        forms: list[dict[str, list[str]]] = []  # noqa: RUF012, a fresh one for each server

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def test_a_server_is_asked_as_rasa_asks_it(server: HTTPServer) -> None:
    component = extractor(language="en", url=f"http://127.0.0.1:{server.server_port}/", dimensions=["number"])
    (entity,) = read(component, "two")
    assert (entity["entity"], entity["value"], entity["additional_info"]) == (
        "number",
        2,
        {"value": 2, "type": "value"},
    )
    assert server.RequestHandlerClass.forms == [  # type: ignore[attr-defined]
        {
            "path": ["/parse"],
            "text": ["two"],
            "locale": ["en_EN"],
            "tz": ["Asia/Shanghai"],
            "dims": ['["number"]'],
            "reftime": ["1773194400000"],
        }
    ]


def test_the_environment_names_the_server_too(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"http://127.0.0.1:{server.server_port}")
    assert [e["entity"] for e in read(extractor(), "two")] == ["number", "time"]
    assert read(extractor(), "two")[1]["value"] == {"to": "x", "from": None}


def test_a_server_that_is_down_is_logged_and_costs_only_the_entities(
    server: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.RequestHandlerClass.status = 500  # type: ignore[attr-defined]
    with caplog.at_level(logging.ERROR):
        assert read(extractor(url=f"http://127.0.0.1:{server.server_port}"), "two") == []
        assert read(extractor(url="http://127.0.0.1:1", timeout=0.5), "two") == []
    assert len(caplog.records) == 2
    assert "Duckling server" in caplog.text
