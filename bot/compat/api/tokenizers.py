"""Token and Tokenizer, the base of tokenizers."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any

from bot.compat.api.constants import (
    ACTION_NAME,
    INTENT,
    INTENT_RESPONSE_KEY,
    MESSAGE_ATTRIBUTES,
    RESPONSE_IDENTIFIER_DELIMITER,
    TOKENS_NAMES,
)
from bot.compat.api.graph import ExecutionContext, GraphComponent
from bot.compat.api.io import deep_container_fingerprint
from bot.compat.api.message import Message
from bot.compat.api.storage import ModelStorage, Resource
from bot.compat.api.training_data import TrainingData

_NAMES = (INTENT, ACTION_NAME, INTENT_RESPONSE_KEY)
"""Attributes that are names, split at a symbol, and not texts."""


class Token:
    """A word of a text; `start` and `end` are character offsets, end exclusive."""

    def __init__(
        self,
        text: str,
        start: int,
        end: int | None = None,
        data: dict[str, Any] | None = None,
        lemma: str | None = None,
    ) -> None:
        self.text = text
        self.start = start
        self.end = end or start + len(text)
        self.data = data or {}
        self.lemma = lemma or text

    def set(self, prop: str, info: Any) -> None:
        self.data[prop] = info

    def get(self, prop: str, default: Any = None) -> Any:
        return self.data.get(prop, default)

    def _key(self) -> tuple[int, int, str, str]:
        return self.start, self.end, self.text, self.lemma

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and self._key() == other._key()

    def __lt__(self, other: Token) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Token({self.text!r}, {self.start}, {self.end})"

    def fingerprint(self) -> str:
        return deep_container_fingerprint([self.text, self.start, self.end, self.lemma, self.data])


class Tokenizer(GraphComponent):
    """Splits the texts of messages; subclasses write `tokenize`."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self.intent_tokenization_flag = config["intent_tokenization_flag"]
        self.intent_split_symbol = config["intent_split_symbol"]
        pattern = config.get("token_pattern")
        self.token_pattern_regex = re.compile(pattern) if pattern else None
        self.prefix_separator_symbol = config.get("prefix_separator_symbol")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Any:
        return cls(config)

    @abstractmethod
    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one of a message's attributes."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        for example in training_data.training_examples:
            for attribute in MESSAGE_ATTRIBUTES:
                if example.get(attribute) not in (None, ""):
                    example.set(TOKENS_NAMES[attribute], self._tokens(example, attribute))
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            for attribute in MESSAGE_ATTRIBUTES:
                if isinstance(message.get(attribute), str):
                    message.set(TOKENS_NAMES[attribute], self._tokens(message, attribute))
        return messages

    def _tokens(self, message: Message, attribute: str) -> list[Token]:
        return self._split_name(message, attribute) if attribute in _NAMES else self.tokenize(message, attribute)

    def _tokenize_on_split_symbol(self, text: str) -> list[str]:
        return text.split(self.intent_split_symbol) if self.intent_tokenization_flag else [text]

    def _split_name(self, message: Message, attribute: str = INTENT) -> list[Token]:
        """The parts of a name: prefix, intent and response key, each split at the symbol if that is asked for."""
        name: str = message.get(attribute)
        separator = self.prefix_separator_symbol
        parts = name.split(separator, maxsplit=1) if separator and separator in name else [name]
        if attribute == INTENT_RESPONSE_KEY:
            parts = [*parts[:-1], *parts[-1].split(RESPONSE_IDENTIFIER_DELIMITER)]
        words = [word for part in parts for word in self._tokenize_on_split_symbol(part)]
        return self._convert_words_to_tokens(words, name)

    def _apply_token_pattern(self, tokens: list[Token]) -> list[Token]:
        """The tokens split further, by the option `token_pattern`."""
        if self.token_pattern_regex is None:
            return tokens
        group = 1 if self.token_pattern_regex.groups else 0
        split: list[Token] = []
        for token in tokens:
            found = [match for match in self.token_pattern_regex.finditer(token.text) if match[group]]
            split += [
                Token(match[group], token.start + match.start(group), data=token.data, lemma=token.lemma)
                for match in found
            ] or [token]
        return split

    @staticmethod
    def _convert_words_to_tokens(words: list[str], text: str) -> list[Token]:
        """Words of a text, in order, with the places where they stand in it."""
        tokens: list[Token] = []
        end = 0
        for word in words:
            start = text.index(word, end)
            end = start + len(word)
            tokens.append(Token(word, start))
        return tokens


__all__ = ["Token", "Tokenizer"]
