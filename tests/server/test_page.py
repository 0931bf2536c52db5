import re

from starlette.testclient import TestClient

from bot.server.app import create_app
from bot.server.auth import Auth
from bot.server.page import WIDGET
from bot.server.running import Running
from bot.server.settings import Settings


def client(settings: Settings | None = None) -> TestClient:
    return TestClient(create_app(Running(None), settings or Settings()))


def test_browsers_get_the_demo_shop_and_only_its_own_scripts_may_run() -> None:
    answer = client().get("/", headers={"accept": "text/html,application/xhtml+xml"})
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe-inline" not in policy
    assert not re.search(r"\son\w+=|\sstyle=|<style|<script>", answer.text), (
        "inline code would be refused by the policy"
    )


def test_everything_that_the_shop_names_is_served() -> None:
    html = client().get("/", headers={"accept": "text/html"}).text
    named = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert WIDGET in named
    for name in named:
        answer = client().get(f"/{name}")
        assert answer.status_code == 200 and answer.headers["content-type"].split("/")[0] == "text"
        again = client().get(f"/{name}", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304 and not again.content


def test_everybody_else_gets_rasas_greeting() -> None:
    answer = client().get("/", headers={"accept": "*/*"})
    assert answer.text.startswith("Hello from Rasa: 3.")


def test_the_version_is_public_where_the_api_is() -> None:
    settings = Settings(enable_api=True, auth=Auth(token="geheim"))
    assert client(settings).get("/version").json() == {"version": "3.6.21", "minimum_compatible_version": "3.6.21"}
    assert client(settings).get("/status").status_code == 401


def test_without_the_api_there_is_only_the_page_and_the_channels() -> None:
    for path in ("/status", "/version", "/docs", "/nlg"):
        answer = client().get(path)
        assert answer.status_code == 404
        assert answer.json()["reason"] == "NotFound"


def test_cors_is_off_unless_asked_for() -> None:
    headers = {"origin": "https://shop.example"}
    assert "access-control-allow-origin" not in client().get("/", headers=headers).headers
    open_ = client(Settings(cors=("https://shop.example",))).get("/", headers=headers)
    assert open_.headers["access-control-allow-origin"] == "https://shop.example"


def test_every_origin_may_be_let_in_with_its_credentials() -> None:
    everybody = client(Settings(cors=("*",)))
    headers = {"origin": "https://shop.example"}
    answer = everybody.get("/", headers=headers)
    preflight = everybody.options(
        "/webhooks/rest/webhook", headers={**headers, "access-control-request-method": "POST"}
    )
    for each in (answer, preflight):
        assert each.headers["access-control-allow-origin"] == "https://shop.example"
        assert each.headers["access-control-allow-credentials"] == "true"
    other = client(Settings(cors=("https://shop.example",))).get("/", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
