"""Conversation over a pipe: a message a line in, a plain transcript out, until the input ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TextIO

from bot.channels.base import Handle
from bot.channels.terminal_text import Turn, plain, turn_of
from bot.message import Message

CUSTOMER = "customer: "
BOT = "bot: "


async def converse(
    handle: Handle,
    *,
    lines: TextIO,
    out: TextIO,
    sender_id: str,
    after_turn: Callable[[], None] | None = None,
) -> int:
    """Answer each line of `lines`; the number of messages answered.

    Prints the conversation as a transcript: `customer: …`, then each reply as `bot: …`, further lines of a reply
    indented below it. A number picks a button of the turn before; `/stop` ends as the end of the input does.
    """
    shown = Turn()
    number = 0
    while line := await asyncio.to_thread(lines.readline):
        text = line.rstrip("\r\n")
        if text.strip() == "/stop":
            break
        choice = shown.picked(text)
        print(f"{CUSTOMER}{choice.title if choice else text}", file=out)
        message = Message(choice.payload if choice else text, sender_id, input_channel="cmdline")
        shown = turn_of(await handle(message))
        number += 1
        for said in shown.said:
            print(f"{BOT}" + f"\n{' ' * len(BOT)}".join(plain(said)), file=out)
        if after_turn is not None:
            after_turn()
        out.flush()
    return number
