from bot.channels.wire import messages, parts
from bot.message import Reply


def test_text_is_split_at_blank_lines_as_rasa_does() -> None:
    assert list(messages("li", [Reply("第一段\n\n第二段\n同一段")])) == [
        {"recipient_id": "li", "text": "第一段"},
        {"recipient_id": "li", "text": "第二段\n同一段"},
    ]


def test_text_with_buttons_stays_one_message() -> None:
    buttons = ({"title": "Yes", "payload": "/affirm"},)
    assert list(parts(Reply("Sure?\n\nReally?", buttons=buttons))) == [
        {"text": "Sure?\n\nReally?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}
    ]


def test_image_custom_and_attachment_follow_the_text_as_messages_of_their_own() -> None:
    reply = Reply(
        "Look", image="https://shop.example/a.png", custom={"kind": "card"}, attachment="https://shop.example/a.pdf"
    )
    assert list(parts(reply)) == [
        {"text": "Look"},
        {"custom": {"kind": "card"}},
        {"image": "https://shop.example/a.png"},
        {"attachment": "https://shop.example/a.pdf"},
    ]


def test_quick_replies_are_buttons_and_elements_are_texts() -> None:
    reply = Reply(
        "Which?",
        quick_replies=({"title": "红色", "payload": "红色"},),
        elements=({"title": "Dress", "subtitle": "¥199"},),
    )
    assert list(parts(reply)) == [
        {"text": "Which?", "buttons": [{"title": "红色", "payload": "红色"}]},
        {"text": "Dress : ¥199", "buttons": []},
    ]


def test_an_empty_reply_sends_nothing() -> None:
    assert list(parts(Reply())) == []
