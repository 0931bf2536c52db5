from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from bot.formats.stories import parse_stories


def say(client: TestClient, text: str, sender: str = "li") -> Any:
    return client.post("/webhooks/rest/webhook", json={"sender": sender, "message": text}).json()


def names(state: Any) -> list[str]:
    return [event["event"] for event in state["events"]]


def test_the_tracker_has_what_happened(client: TestClient) -> None:
    say(client, "/greet")
    state = client.get("/conversations/li/tracker").json()
    assert state["sender_id"] == "li"
    assert state["latest_message"]["intent"]["name"] == "greet"
    assert state["latest_input_channel"] == "rest"
    assert "bot" in names(state)
    assert client.get("/conversations/li/tracker?include_events=NONE").json()["events"] is None


def test_a_conversation_that_has_not_begun_is_shown_as_just_begun_and_not_stored(client: TestClient) -> None:
    assert names(client.get("/conversations/nobody/tracker").json()) == ["action", "session_started", "action"]
    assert say(client, "/greet", "nobody") == [{"recipient_id": "nobody", "text": "您好!"}]
    assert names(client.get("/conversations/nobody/tracker?include_events=ALL").json()).count("session_started") == 1


def test_the_tracker_as_it_was(client: TestClient) -> None:
    say(client, "/greet")
    then = client.get("/conversations/li/tracker").json()["latest_event_time"]
    say(client, "/cancel_order")
    state = client.get("/conversations/li/tracker", params={"until": then}).json()
    assert state["latest_message"]["intent"]["name"] == "greet"


def test_events_are_added_and_replaced(client: TestClient) -> None:
    say(client, "/greet")
    event = {"event": "user", "text": "hi", "parse_data": {"intent": {"name": "greet", "confidence": 1.0}}}
    state = client.post("/conversations/li/tracker/events", json=event).json()
    assert state["latest_message"]["text"] == "hi"
    state = client.put("/conversations/li/tracker/events", json=[{"event": "restart"}]).json()
    assert state["slots"] == {} or "user" not in names(state)
    assert names(client.get("/conversations/li/tracker?include_events=ALL").json()) == ["restart"]


@pytest.mark.parametrize("body", [[], [{"event": "explosion"}], {"no": "event"}, "x", 5, [[]]])
def test_what_are_no_events_is_refused(client: TestClient, body: Any) -> None:
    answer = client.post("/conversations/li/tracker/events", json=body)
    assert answer.status_code == 400
    assert answer.json()["status"] == "failure" and answer.json()["code"] == 400


def test_an_intent_is_triggered_and_what_is_said_is_in_the_answer(client: TestClient) -> None:
    answer = client.post("/conversations/li/trigger_intent", json={"name": "greet"}).json()
    assert answer["messages"] == [{"recipient_id": "li", "text": "您好!"}]
    user = next(event for event in answer["tracker"]["events"] if event["event"] == "user")
    assert user["text"] == "EXTERNAL: greet"
    assert client.post("/conversations/li/trigger_intent", json={"name": "gret"}).status_code == 404


def test_a_triggered_intent_can_go_out_on_the_customers_websocket(client: TestClient) -> None:
    with client.websocket_connect("/ws") as socket:
        socket.send_json({"type": "hello", "session": "li"})
        socket.receive_json()
        answer = client.post("/conversations/li/trigger_intent?output_channel=websocket", json={"name": "greet"}).json()
        assert answer["messages"] == []
        assert socket.receive_json() == {"type": "reply", "to": "", "text": "您好!", "seq": 1}


def test_an_action_is_executed(client: TestClient) -> None:
    say(client, "/greet")
    answer = client.post("/conversations/li/execute", json={"name": "utter_done", "policy": "me", "confidence": 0.5})
    assert [message["text"] for message in answer.json()["messages"]] == ["Done.", "已取消。"]
    action = next(event for event in answer.json()["tracker"]["events"] if event.get("name") == "utter_done")
    assert (action["policy"], action["confidence"]) == ("me", 0.5)
    assert client.post("/conversations/li/execute", json={"name": "utter_nothing"}).status_code == 400


def test_the_next_action_is_predicted_with_all_scores(client: TestClient) -> None:
    message = {"text": "/greet", "sender": "user"}
    assert client.post("/conversations/li/messages", json=message).json()["latest_message"]["intent"]["name"] == "greet"
    answer = client.post("/conversations/li/predict").json()
    best = max(answer["scores"], key=lambda each: each["score"])
    assert best["action"] == "utter_greet"
    assert answer["policy"].endswith("RulePolicy")
    order = [(-each["score"], each["action"]) for each in answer["scores"]]
    assert order == sorted(order)


def test_a_stored_message_means_what_its_sender_says(client: TestClient) -> None:
    parsed = {"text": "嗨", "intent": {"name": "affirm", "confidence": 0.9}, "entities": [], "intent_ranking": []}
    message = {"text": "嗨", "sender": "user", "parse_data": parsed}
    state = client.post("/conversations/li/messages", json=message).json()
    assert (state["latest_message"]["text"], state["latest_message"]["intent"]["name"]) == ("嗨", "affirm")
    assert names(state) == ["action", "session_started", "action", "user"]
    user = state["events"][-1]
    assert user["input_channel"] is None and user["message_id"]


@pytest.mark.parametrize("path", ["story", "execute", "predict"])
def test_what_needs_a_conversation_is_not_found_without_one(client: TestClient, path: str) -> None:
    url = f"/conversations/nobody/{path}"
    answer = client.get(url) if path == "story" else client.post(url, json={"name": "utter_done"})
    assert (answer.status_code, answer.json()["message"]) == (404, "Conversation ID not found.")


def test_events_that_begin_a_session_themselves_are_all_there_is(client: TestClient) -> None:
    events = [{"event": "action", "name": "action_session_start"}, {"event": "session_started"}]
    assert names(client.post("/conversations/li/tracker/events", json=events).json()) == ["action", "session_started"]


def test_a_message_is_only_a_customers(client: TestClient) -> None:
    assert client.post("/conversations/li/messages", json={"text": "x", "sender": "bot"}).status_code == 400


def test_a_conversation_becomes_a_test_story(client: TestClient) -> None:
    say(client, "/cancel_order")
    say(client, "/affirm")
    text = client.get("/conversations/li/story").text
    (story,) = parse_stories(text, "test_li.yml").stories
    assert [step["action"] for step in yaml.safe_load(text)["stories"][0]["steps"] if "action" in step] == [
        "utter_sure",
        "utter_done",
    ]
    assert story.name == "li"


@pytest.mark.parametrize("sender", ["王 小明@example.com", "shop/42", "a/tracker"])
def test_conversation_ids_may_hold_anything(client: TestClient, sender: str) -> None:
    say(client, "/greet", sender)
    state = client.get(f"/conversations/{sender}/tracker").json()
    assert state["sender_id"] == sender and "bot" in names(state)
