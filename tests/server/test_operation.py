"""What those who run the server ask it, and what it tells browsers."""

from pathlib import Path

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from bot.assistant import Assistant
from bot.project import Project
from bot.server.app import create_app
from bot.server.running import Running
from bot.server.settings import Settings


def _say(client: TestClient, text: str, **more: str) -> None:
    assert client.post("/webhooks/rest/webhook", json={"sender": "li", "message": text, **more}).status_code == 200


def test_metrics_tell_stages_actions_and_resends_and_nothing_that_was_said(client: TestClient) -> None:
    _say(client, "/greet", message_id="m1")
    _say(client, "/greet", message_id="m1")
    text = client.get("/metrics").text
    assert 'kefu_turn_seconds_count{outcome="answered"} 2.0' in text
    assert 'kefu_stage_seconds_count{stage="understand"} 1.0' in text
    assert 'kefu_actions_total{action="action_listen",outcome="done"} 1.0' in text
    assert "kefu_resent_messages_total 1.0" in text
    assert '"li"' not in text


def test_a_server_is_ready_while_it_has_a_model(project: Project) -> None:
    running = Running(Assistant.load(project))
    with TestClient(create_app(running, Settings())) as client:
        assert (client.get("/healthz").text, client.get("/readyz").text) == ("ok", "ready")
        running.unload()
        refused = client.get("/readyz")
        assert (refused.status_code, refused.text) == (503, "no model is loaded")
        assert client.get("/healthz").status_code == 200


def test_a_turn_is_a_span_with_one_for_each_stage(client: TestClient) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _say(client, "/greet")
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert spans.keys() >= {"turn", "understand", "track", "decide and act", "save"}
    turn = spans["turn"].context
    assert turn is not None
    parent = spans["understand"].parent
    assert parent is not None
    assert parent.span_id == turn.span_id


def test_every_answer_tells_browsers_not_to_guess_or_frame_it(client: TestClient) -> None:
    for path in ("/", "/healthz", "/nowhere", "/bot-chat.js"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
    assert client.get("/bot-chat.js").headers["cross-origin-resource-policy"] == "cross-origin"
    shop = client.get("/", headers={"accept": "text/html"}).headers["content-security-policy"]
    assert "script-src 'self'" in shop


def test_a_server_with_tls_asks_browsers_to_keep_to_it(project: Project) -> None:
    with TestClient(create_app(Running(Assistant.load(project)), Settings(is_secure=True))) as client:
        assert client.get("/healthz").headers["strict-transport-security"].startswith("max-age=")


def test_a_message_that_is_too_large_is_refused_and_the_next_one_answered(client: TestClient, tmp_path: Path) -> None:
    refused = client.post("/webhooks/rest/webhook", json={"sender": "li", "message": "长" * 300_000})
    assert refused.status_code == 413
    _say(client, "你好")
