"""Showing a wording as it grows: whole sentences only, and each only when the facts bear it."""

from __future__ import annotations

import re

from bot.nlg.base import PhraseRequest
from bot.nlg.judging import judge_so_far
from bot.speaking import Draft

_SENTENCES = re.compile(r".*(?:[.!?](?=\s)|[。！？])", re.DOTALL)


class Drafts:
    """The sentences so far of the wording that is being made, told to whoever listens."""

    def __init__(self, request: PhraseRequest, tell: Draft | None) -> None:
        self._request = request
        self._tell = tell
        self._read = self._shown = ""

    @property
    def are_wanted(self) -> bool:
        return self._tell is not None

    def grow(self, wording: str) -> None:
        """There is more of the wording."""
        found = _SENTENCES.match(wording)
        if self._tell is None or found is None or found.group() == self._read:
            return
        self._read = found.group()
        text = judge_so_far(self._read, self._request)
        if text is not None and text != self._shown:
            self._shown = text
            self._tell(text)

    def take_back(self) -> None:
        """It came to nothing; what is shown goes."""
        if self._tell is not None and self._shown:
            self._tell("")
        self._read = self._shown = ""

    def end(self) -> None:
        """The template goes out; nothing more is shown."""
        self.take_back()
        self._tell = None
