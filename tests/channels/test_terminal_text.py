from bot.channels.terminal_text import Choice, plain, turn_of
from bot.message import Reply

BUTTONS = ({"title": "是的", "payload": "/affirm"}, {"title": "不用了"})


def test_buttons_are_numbered_through_the_whole_turn_and_picked_by_number() -> None:
    turn = turn_of([Reply("要取消吗?", buttons=BUTTONS), Reply("Or this?", quick_replies=({"title": "Red"},))])
    assert [number for said in turn.said for number, _ in said.choices] == [1, 2, 3]
    assert turn.picked("1") == Choice("是的", "/affirm")
    assert turn.picked(" 2 ") == Choice("不用了", "不用了")
    assert turn.picked("３") == Choice("Red", "Red")  # full-width, as an input method writes it


def test_other_numbers_and_words_are_messages() -> None:
    turn = turn_of([Reply("Sure?", buttons=BUTTONS)])
    assert turn.picked("4") is None
    assert turn.picked("1 piece") is None
    assert turn.picked("") is None
    assert turn_of([Reply("How many?")]).picked("1") is None


def test_everything_that_is_no_text_has_a_line() -> None:
    reply = Reply(
        "看", image="https://a.example/b.png", custom={"kind": "card"}, elements=({"title": "T", "subtitle": "S"},)
    )
    lines = plain(turn_of([reply]).said[0])
    assert lines[0] == "看"
    assert any("https://a.example/b.png" in line for line in lines)
    assert "T · S" in lines
    assert '{"kind": "card"}' in lines
