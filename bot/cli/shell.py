"""`bot shell`: talk to the assistant in the terminal."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import out

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.message import Message, Reply


class Part(StrEnum):
    NLU = "nlu"


def shell(
    part: Annotated[Part | None, typer.Argument(help="`nlu` shows what is understood instead of answering.")] = None,
    project: options.ProjectOption = options.HERE,
    config: options.ConfigOption = "config.yml",
    domain: options.DomainOption = "domain.yml",
    data: options.DataOption = "data",
    endpoints: options.EndpointsOption = "endpoints.yml",
    model: Annotated[str | None, typer.Option("--model", "-m", help="Use this model as it is; trains nothing.")] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show what was understood, decided and why, below each turn.")
    ] = False,
    conversation_id: Annotated[str | None, typer.Option(help="Go on with this conversation.")] = None,
) -> None:
    """Talk to the assistant. Trains first what changed; reads a pipe too: a message a line, a transcript out."""
    import asyncio

    from bot.cli.loading import ready_assistant

    loaded = options.load_project(project, config=config, domain=domain, data=data, endpoints=endpoints)
    assistant = ready_assistant(loaded, model=model)
    sender = conversation_id or uuid.uuid4().hex
    asyncio.run(_understand(assistant) if part else _talk(assistant, sender, debug=debug))


async def _talk(assistant: Assistant, sender: str, *, debug: bool) -> None:
    import asyncio

    from bot.channels.debug_panel import panel
    from bot.channels.pipe import converse
    from bot.channels.terminal import Terminal
    from bot.trace import TurnTrace

    traces: list[TurnTrace] = []

    async def handle(message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
        traces[:] = [TurnTrace()]
        return await assistant.handle(message, trace=traces[0], output_channel=output_channel)

    def show_trace() -> None:
        sys.stdout.flush()
        out().print(panel(traces[0]))

    warming_up = asyncio.create_task(assistant.warm_up())
    after: Callable[[], None] | None = show_trace if debug else None
    try:
        if sys.stdin.isatty():
            await Terminal(
                handle, console=out(), history=options.history_file(), sender_id=sender, after_turn=after
            ).converse()
        else:
            _utf8_pipes()
            await converse(handle, lines=sys.stdin, out=sys.stdout, sender_id=sender, after_turn=after)
    finally:
        warming_up.cancel()
        await assistant.close()


async def _understand(assistant: Assistant) -> None:
    """`bot shell nlu`: each message's parse data as JSON."""
    import asyncio
    import json

    if not sys.stdin.isatty():
        _utf8_pipes()
    while line := await asyncio.to_thread(_read_line):
        understood = await assistant.parse(line.rstrip("\r\n"))
        print(json.dumps(understood.as_dict(), ensure_ascii=False, indent=2, default=str), flush=True)
    await assistant.close()


def _read_line() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    try:
        return input("NLU> ") + "\n"
    except EOFError:
        return ""


def _utf8_pipes() -> None:
    """Pipes carry UTF-8 whatever the locale is, and a broken byte must not end the conversation."""
    import io

    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
