import pytest

from bot.channels.socketio_wire import emits
from bot.message import Reply

GOOD = {"title": "好", "payload": "/affirm"}
QUICK = {"content_type": "text", "title": "好", "payload": "/affirm"}


@pytest.mark.parametrize(
    ("reply", "sent"),
    [
        (Reply("您好!\n\nHi!"), [{"text": "您好!"}, {"text": "Hi!"}]),
        (Reply("选一个", buttons=(GOOD,)), [{"text": "选一个", "quick_replies": [QUICK]}]),
        (
            Reply("一\n\n二", quick_replies=(GOOD,)),
            [{"text": "一", "quick_replies": []}, {"text": "二", "quick_replies": [QUICK]}],
        ),
        (Reply(buttons=(GOOD,)), [{"text": "", "quick_replies": [QUICK]}]),
        (Reply(image="http://a/b.png"), [{"attachment": {"type": "image", "payload": {"src": "http://a/b.png"}}}]),
        (Reply(attachment={"type": "video"}), [{"attachment": {"type": "video"}}]),
        (
            Reply(elements=({"title": "a"}, {"title": "b"})),
            [
                {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": {"title": "a"}}}},
                {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": {"title": "b"}}}},
            ],
        ),
        (Reply("文", image="i", custom={"data": {"x": 1}}), [{"text": "文"}, {"x": 1}, {"attachment": {"type": "image", "payload": {"src": "i"}}}]),
        (Reply(), []),
    ],
)  # fmt: skip
def test_a_reply_goes_out_as_rasas_channel_sends_it(reply: Reply, sent: list[object]) -> None:
    assert [each["data"] for each in emits(reply)] == sent


def test_custom_may_hold_the_arguments_of_the_emit_or_just_its_data() -> None:
    assert list(emits(Reply(custom={"data": {"a": 1}, "room": "all"}))) == [{"data": {"a": 1}, "room": "all"}]
    assert list(emits(Reply(custom={"type": "map", "data": 5}))) == [{"data": {"type": "map", "data": 5}}]


def test_a_button_that_opens_a_page_goes_out_whole() -> None:
    link = {"title": "Shop", "type": "web_url", "url": "https://shop.example"}
    (sent,) = emits(Reply("Here", buttons=(link,)))
    assert sent["data"]["quick_replies"] == [{"content_type": "text", **link}]
