"""WhitespaceTokenizer and JiebaTokenizer: to be subclassed, and to give tokens to a project's own components.

The words are those of Rasa's tokenizers. Source: `rasa/nlu/tokenizers/{whitespace,jieba}_tokenizer.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from bot.compat.api.exceptions import InvalidConfigException
from bot.compat.api.graph import ExecutionContext
from bot.compat.api.io import get_emoji_regex
from bot.compat.api.message import Message
from bot.compat.api.recipe import ComponentType, DefaultV1Recipe
from bot.compat.api.storage import ModelStorage, Resource
from bot.compat.api.tokenizers import Token, Tokenizer
from bot.compat.api.training_data import TrainingData

_OPTIONS: dict[str, Any] = {
    "intent_tokenization_flag": False,
    "intent_split_symbol": "_",
    "token_pattern": None,
    "prefix_separator_symbol": None,
}
# What separates words: other signs before a space or the end, after a space or the beginning unless a digit follows,
# and between characters unless they belong to numbers and addresses.
_SEPARATORS = r"[^\w#@&]+(?=\s|$)|(\s|^)[^\w#@&]+(?=[^0-9\s])|(?<=[^0-9\s])[^\w._~:/?#\[\]()@!$&*+,;=-]+(?=[^0-9\s])"


@DefaultV1Recipe.register(ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class WhitespaceTokenizer(Tokenizer):
    """Words between spaces and punctuation; words that are nothing but emoji are left out."""

    @staticmethod
    def not_supported_languages() -> list[str] | None:
        return ["zh", "ja", "th"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return dict(_OPTIONS)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        import regex

        text: str = message.get(attribute)
        is_emoji = get_emoji_regex().fullmatch
        words = [word for word in regex.sub(_SEPARATORS, " ", text).split() if not is_emoji(word)]
        return self._apply_token_pattern(self._convert_words_to_tokens(words or [text], text))


@DefaultV1Recipe.register(ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class JiebaTokenizer(Tokenizer):
    """Chinese words by jieba where it is installed, else by its port rjieba.

    The dictionaries of the folder `dictionary_path` are kept with the model; they need jieba.
    """

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Any:
        if config["dictionary_path"] is not None:
            _load_dictionaries(Path(config["dictionary_path"]))
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Any:
        if config["dictionary_path"] is not None:
            with model_storage.read_from(resource) as folder:
                _load_dictionaries(folder)
        return cls(config, model_storage, resource)

    @staticmethod
    def supported_languages() -> list[str] | None:
        return ["zh"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"dictionary_path": None, **_OPTIONS}

    def train(self, training_data: TrainingData) -> Resource:
        if self._config["dictionary_path"] is not None:
            with self._model_storage.write_to(self._resource) as folder:
                shutil.copytree(self._config["dictionary_path"], folder, dirs_exist_ok=True)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        text: str = message.get(attribute)
        return self._apply_token_pattern(self._convert_words_to_tokens(_words(text), text))


def _words(text: str) -> list[str]:
    try:
        import jieba
    except ImportError:
        import rjieba as jieba
    return [word for word, _, _ in jieba.tokenize(text)]


def _load_dictionaries(folder: Path) -> None:
    try:
        import jieba
    except ImportError as error:
        raise InvalidConfigException("The option `dictionary_path` of JiebaTokenizer needs jieba.") from error

    for path in sorted(folder.iterdir()):
        jieba.load_userdict(str(path))


__all__ = ["JiebaTokenizer", "Token", "Tokenizer", "WhitespaceTokenizer"]
