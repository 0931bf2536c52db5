"""`bot shell`: a conversation in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels.base import Handle
from bot.channels.terminal_text import Said, Turn, turn_of
from bot.message import Message

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from rich.console import Console

WELCOME = (
    "Write to the assistant and press Enter; a number picks a button, ↑ brings back what you wrote, "
    "/restart begins anew, /stop ends."
)


class Terminal:
    """One customer at a terminal. `after_turn` may print more below a turn, such as the debug panel."""

    def __init__(
        self,
        handle: Handle,
        *,
        console: Console,
        history: Path,
        sender_id: str,
        after_turn: Callable[[], None] | None = None,
    ) -> None:
        self._handle = handle
        self._console = console
        self._history = history
        self._sender_id = sender_id
        self._after_turn = after_turn

    async def converse(self) -> None:
        """Talk until /stop, Ctrl-D, or Ctrl-C at the prompt."""
        session = self._session()
        self._console.print(WELCOME, style="dim", markup=False)
        shown = Turn()
        while True:
            try:
                text = await session.prompt_async(_prompt())
            except (EOFError, KeyboardInterrupt):
                return
            if text.strip() == "/stop":
                return
            if not text.strip():
                continue
            choice = shown.picked(text)
            if choice:
                self._console.print(f"  {choice.title}", style="dim", markup=False)
            shown = await self._turn(choice.payload if choice else text)

    async def _turn(self, text: str) -> Turn:
        with self._console.status("…", spinner="dots"):
            replies = await self._handle(Message(text, self._sender_id, input_channel="cmdline"))
        turn = turn_of(replies)
        for said in turn.said:
            self._print(said)
        if not turn.said:
            self._console.print("  (no reply)", style="dim")
        if self._after_turn is not None:
            self._after_turn()
        return turn

    def _print(self, said: Said) -> None:
        from rich.padding import Padding
        from rich.text import Text

        body = Text("\n".join(said.lines), style="cyan")
        for number, choice in said.choices:
            body.append(("\n" if body.plain else "") + f" {number} ", style="bold reverse")
            body.append(f" {choice.title}", style="bold")
            if choice.payload != choice.title:
                body.append(f"  {choice.payload}", style="dim")
        self._console.print(Padding(body, (0, 0, 0, 2)))

    def _session(self) -> PromptSession[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory

        self._history.parent.mkdir(parents=True, exist_ok=True)
        return PromptSession(history=FileHistory(str(self._history)), enable_history_search=True)


def _prompt() -> StyleAndTextTuples:
    return [("bold fg:ansigreen", "> ")]
