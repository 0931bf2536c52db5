"""LanguageDetector: Chinese or English, from the script of the message's letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.message import Understanding
from bot.nlu.base import Component
from bot.registry import register

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_FULL_WIDTH = re.compile("[\uff0c\u3002\uff1a\uff1b\uff01\uff1f\u3001]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NO_WORDS = re.compile(r"\S+@[A-Za-z0-9.-]+|(?:https?://|www\.)[\x21-\x7e]+|(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]+")
"""Addresses, links and numbers with letters: they look alike in every language."""


@register("nlu", "LanguageDetector")
class LanguageDetector(Component):
    """Sets `language`: "zh", "en", or None when the text shows neither (a number, an e-mail address, an emoji)."""

    provides = frozenset({"language"})

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        return [replace(understanding, language=detect(understanding.text)) for understanding in batch]


def detect(text: str) -> str | None:
    """The language of a message. In mixed text a Chinese character weighs as much as an English word,

    and Chinese wins a tie: 我的order什么时候ship is Chinese with English words in it.
    """
    han = len(_HAN.findall(text))
    every = _WORD.findall(_NO_WORDS.sub(" ", text))
    words = [word for word in every if not word.isupper()]
    if not han and len(every) > 1:
        words = every  # WHERE IS MY PARCEL; a single DHL or an OK shows no language
    if han and han >= len(words):
        return "zh"
    if not han and _FULL_WIDTH.search(text):  # "Omar Moore，10096" is typed on a Chinese keyboard
        return None
    return "en" if words else None
