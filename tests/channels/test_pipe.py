import asyncio
import io

from bot.channels.pipe import converse
from bot.message import Message, Reply


def transcript(text: str) -> tuple[str, list[str]]:
    heard: list[str] = []

    async def handle(message: Message, *, output_channel: str | None = None) -> list[Reply]:
        heard.append(message.text)
        if message.text == "cancel":
            return [Reply("Sure?", buttons=({"title": "Yes", "payload": "/affirm"},))]
        return [Reply(f"got {message.text}"), Reply("二\n行")]

    out = io.StringIO()
    asyncio.run(converse(handle, lines=io.StringIO(text), out=out, sender_id="s"))
    return out.getvalue(), heard


def test_each_line_is_a_message_and_each_reply_is_printed() -> None:
    written, heard = transcript("你好\nhi")
    assert heard == ["你好", "hi"]
    assert written == "customer: 你好\nbot: got 你好\nbot: 二\n     行\ncustomer: hi\nbot: got hi\nbot: 二\n     行\n"


def test_a_number_sends_the_buttons_payload() -> None:
    written, heard = transcript("cancel\n1\n1\n")
    assert heard == ["cancel", "/affirm", "1"]
    assert "bot: Sure?\n     [1] Yes\ncustomer: Yes\n" in written


def test_stop_ends_before_the_input_does() -> None:
    assert transcript("a\n/stop\nb\n")[1] == ["a"]


def test_an_empty_line_is_an_empty_message() -> None:
    assert transcript("\nhi\n")[1] == ["", "hi"]
