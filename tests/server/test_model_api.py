from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.cli.running import CONFIG, DOMAIN, RULES


def test_status_and_domain(client: TestClient, model: Path) -> None:
    status = client.get("/status").json()
    assert status["model_file"] == model.name
    assert status["num_active_training_jobs"] == 0
    assert "utter_greet" in client.get("/domain").json()["responses"]
    as_yaml = client.get("/domain", headers={"accept": "application/x-yaml"})
    assert "utter_greet:" in as_yaml.text and "您好!" in as_yaml.text
    assert client.get("/domain", headers={"accept": "image/png"}).status_code == 406


def test_a_text_is_parsed_whatever_the_content_type_says(client: TestClient) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    parsed = client.post("/model/parse", content='{"text": "/greet", "message_id": "m1"}', headers=headers).json()
    assert parsed["intent"] == {"name": "greet", "confidence": 1.0}
    assert parsed["message_id"] == "m1"


def test_a_text_is_parsed_as_other_services_do(client: TestClient) -> None:
    body = {"text": ['/greet{"city": "北京"}'], "model": "ignored", "time": None}
    answer = client.post("/model/parse?emulation_mode=luis", json=body).json()
    assert answer["prediction"]["topIntent"] == "greet" and answer["prediction"]["entities"]["city"] == ["北京"]
    refused = client.post("/model/parse?emulation_mode=siri", json=body)
    assert (refused.status_code, refused.json()["details"]["parameter"]) == (400, "emulation_mode")


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"text": 5}', '{"text": null}'])
def test_what_cannot_be_parsed_is_refused(client: TestClient, body: str) -> None:
    answer = client.post("/model/parse", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["reason"] == "BadRequest"


def test_half_a_surrogate_pair_is_no_accident(client: TestClient) -> None:
    answer = client.post("/model/parse", content=b'{"text": "a\\ud83d"}', headers={"content-type": "application/json"})
    assert answer.status_code == 200


def test_the_next_action_after_events(client: TestClient) -> None:
    events = [
        {"event": "action", "name": "action_listen"},
        {"event": "user", "text": "hi", "parse_data": {"intent": {"name": "greet", "confidence": 1.0}}},
    ]
    answer = client.post("/model/predict", json=events).json()
    assert max(answer["scores"], key=lambda each: each["score"])["action"] == "utter_greet"
    assert client.post("/model/predict", json=[{"event": "explosion"}]).status_code == 400


def test_a_model_is_exchanged_unloaded_and_loaded_again(client: TestClient, model: Path) -> None:
    assert client.put("/model", json={"model_file": "nowhere.tar.gz"}).status_code == 400
    assert client.delete("/model").status_code == 204
    assert client.get("/status").status_code == 409
    assert client.get("/conversations/li/tracker").status_code == 409
    assert "Sorry" in client.post("/webhooks/rest/webhook", json={"message": "/greet"}).json()[0]["text"]
    assert client.put("/model", json={"model_file": str(model)}).status_code == 204
    assert client.post("/webhooks/rest/webhook", json={"message": "/greet"}).json()[0]["text"] == "您好!"


def test_a_model_is_trained_from_one_yaml_text(client: TestClient, model: Path) -> None:
    body = "\n".join(part.replace('version: "3.1"', "") for part in (CONFIG, DOMAIN, RULES))
    answer = client.post("/model/train?save_to_default_model_directory=false", content=body.encode())
    assert answer.status_code == 200, answer.text
    assert answer.headers["filename"].endswith(".tar.gz")
    assert answer.content[:2] == b"\x1f\x8b"
    refused = client.post("/model/train", content=body.replace("utter_sure\n", "utter_shure\n").encode())
    assert refused.status_code == 400
    assert "utter_shure" in refused.json()["message"]


def test_the_api_describes_itself(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert "/conversations/{conversation_id}/tracker" in paths and "/model/parse" in paths


def test_an_unknown_path_and_a_wrong_method_are_json_errors(client: TestClient) -> None:
    for answer, status in ((client.get("/nothing"), 404), (client.get("/model/parse"), 405)):
        assert answer.status_code == status
        assert answer.json()["code"] == status
