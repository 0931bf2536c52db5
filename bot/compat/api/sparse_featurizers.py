"""CountVectorsFeaturizer and RegexFeaturizer, for a project's own components that learn from their features.

Source: `rasa/nlu/featurizers/sparse_featurizer` of Rasa 3.6.21.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from typing import Any

from bot.compat.api.constants import (
    ACTION_NAME,
    DENSE_FEATURIZABLE_ATTRIBUTES,
    INTENT,
    INTENT_RESPONSE_KEY,
    MESSAGE_ATTRIBUTES,
    TOKENS_NAMES,
)
from bot.compat.api.featurizers import SparseFeaturizer
from bot.compat.api.graph import ExecutionContext, GraphComponent
from bot.compat.api.message import Message
from bot.compat.api.patterns import extract_patterns
from bot.compat.api.recipe import ComponentType, DefaultV1Recipe
from bot.compat.api.storage import ModelStorage, Resource
from bot.compat.api.tokenizers import Token, Tokenizer
from bot.compat.api.training_data import TrainingData

_NAMES = (INTENT, ACTION_NAME, INTENT_RESPONSE_KEY)
_DIGITS = re.compile(r"\b[0-9]+\b")


class _Learning(SparseFeaturizer, GraphComponent):
    """A featurizer whose state is JSON: what `learn` returns."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        learnt: Any = None,
    ) -> None:
        super().__init__(execution_context.node_name or type(self).__name__, config)
        self._model_storage, self._resource = model_storage, resource
        self._use(learnt)

    @classmethod
    def required_components(cls) -> list[type[Any]]:
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        return None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Any:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Any:
        with model_storage.read_from(resource) as folder:
            learnt = json.loads((folder / "learnt.json").read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, execution_context, learnt)

    def train(self, training_data: TrainingData) -> Resource:
        learnt = self._learn(training_data)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "learnt.json").write_text(json.dumps(learnt, ensure_ascii=False), encoding="utf-8")
        self._use(learnt)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            for attribute in MESSAGE_ATTRIBUTES:
                tokens = message.get(TOKENS_NAMES[attribute])
                if message.get(attribute) is not None and tokens:
                    sequence, sentence = self._features(message, attribute, tokens)
                    self.add_features_to_message(sequence, sentence, attribute, message)
        return messages

    @abstractmethod
    def _learn(self, training_data: TrainingData) -> Any:
        """What there is to know, as JSON."""

    @abstractmethod
    def _use(self, learnt: Any) -> None:
        """Take up what was learnt; None before training."""

    @abstractmethod
    def _features(self, message: Message, attribute: str, tokens: list[Token]) -> tuple[Any, Any]:
        """Matrices for the sequence and for the sentence; None for none."""


@DefaultV1Recipe.register(ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CountVectorsFeaturizer(_Learning):
    """Counts of words or of character n-grams, by scikit-learn's CountVectorizer; a vocabulary for each attribute."""

    _vectorizers: dict[str, Any]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "use_shared_vocab": False,
            "analyzer": "word",
            "strip_accents": None,
            "stop_words": None,
            "min_df": 1,
            "max_df": 1.0,
            "min_ngram": 1,
            "max_ngram": 1,
            "max_features": None,
            "lowercase": True,
            "OOV_token": None,
            "OOV_words": [],
            "use_lemma": True,
        }

    def _learn(self, training_data: TrainingData) -> Any:
        counts_words = self._config["analyzer"] == "word"
        attributes = MESSAGE_ATTRIBUTES if counts_words else DENSE_FEATURIZABLE_ATTRIBUTES
        texts: dict[str, list[str]] = {}
        for attribute in attributes:
            examples = [e.get(TOKENS_NAMES[attribute]) for e in training_data.training_examples]
            texts[attribute] = [" ".join(self._words(tokens, attribute)) for tokens in examples if tokens]
        if self._config["use_shared_vocab"]:
            everything = [text for some in texts.values() for text in some]
            texts = dict.fromkeys(texts, everything)
        return {attribute: self._vocabulary(attribute, some) for attribute, some in texts.items() if any(some)}

    def _vocabulary(self, attribute: str, texts: list[str]) -> dict[str, int]:
        found = self._vectorizer(attribute).fit(texts).vocabulary_
        return {word: int(index) for word, index in found.items()}

    def _use(self, learnt: Any) -> None:
        self._vectorizers = {a: self._vectorizer(a, vocabulary) for a, vocabulary in (learnt or {}).items()}

    def _vectorizer(self, attribute: str, vocabulary: dict[str, int] | None = None) -> Any:
        from sklearn.feature_extraction.text import CountVectorizer

        config = self._config
        return CountVectorizer(
            token_pattern=r"(?u)\b\w+\b" if config["analyzer"] == "word" else None,
            strip_accents=config["strip_accents"],
            lowercase=config["lowercase"],
            stop_words=config["stop_words"],
            ngram_range=(config["min_ngram"], config["max_ngram"]),
            max_df=config["max_df"],
            min_df=config["min_df"] if attribute == "text" else 1,
            max_features=config["max_features"],
            analyzer=config["analyzer"],
            vocabulary=vocabulary,
        )

    def _words(self, tokens: list[Token], attribute: str) -> list[str]:
        """Lower-case words with numbers and rare words made equal; names as they are."""
        words = [token.lemma if self._config["use_lemma"] else token.text for token in tokens]
        if attribute not in _NAMES:
            words = [_DIGITS.sub("__NUMBER__", word) for word in words]
            words = [word.lower() for word in words] if self._config["lowercase"] else words
        return self._with_unknown_words(words, attribute)

    def _with_unknown_words(self, words: list[str], attribute: str) -> list[str]:
        config = self._config
        unknown = config["OOV_token"]
        if not unknown or config["analyzer"] != "word":
            return words
        fold = str.lower if config["lowercase"] else str
        unknown, rare = fold(unknown), set(map(fold, config["OOV_words"]))
        vectorizer = getattr(self, "_vectorizers", {}).get(attribute)
        known = vectorizer.vocabulary if vectorizer is not None else None
        if known is not None and unknown in known:
            return [word if word in known else unknown for word in words]
        return [unknown if word in rare else word for word in words]

    def _features(self, message: Message, attribute: str, tokens: list[Token]) -> tuple[Any, Any]:
        vectorizer = self._vectorizers.get(attribute)
        if vectorizer is None:
            return None, None
        words = self._words(tokens, attribute)
        sentence = vectorizer.transform([" ".join(words)]) if attribute in DENSE_FEATURIZABLE_ATTRIBUTES else None
        return vectorizer.transform(words).tocoo(), None if sentence is None else sentence.tocoo()


@DefaultV1Recipe.register(ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class RegexFeaturizer(_Learning):
    """For each pattern and lookup table of the training data, whether a token lies in a match of it."""

    _patterns: list[dict[str, str]]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "case_sensitive": True,
            "use_lookup_tables": True,
            "use_regexes": True,
            "use_word_boundaries": True,
            "number_additional_patterns": None,
        }

    def _learn(self, training_data: TrainingData) -> Any:
        options = ("use_lookup_tables", "use_regexes", "use_word_boundaries")
        return extract_patterns(training_data, **{option: self._config[option] for option in options})

    def _use(self, learnt: Any) -> None:
        self._patterns = learnt or []

    def _features(self, message: Message, attribute: str, tokens: list[Token]) -> tuple[Any, Any]:
        if not self._patterns or attribute not in DENSE_FEATURIZABLE_ATTRIBUTES:
            return None, None
        import numpy
        import scipy.sparse

        found = numpy.zeros((len(tokens), len(self._patterns)))
        flags = 0 if self._config["case_sensitive"] else re.IGNORECASE
        for column, pattern in enumerate(self._patterns):
            spans = [match.span() for match in re.finditer(pattern["pattern"], message.get(attribute), flags)]
            for row, token in enumerate(tokens):
                is_in = any(token.start < end and token.end > start for start, end in spans)
                token.data.setdefault("pattern", {})[pattern["name"]] = is_in
                found[row, column] = is_in
        sentence = found.max(axis=0, keepdims=True)
        return scipy.sparse.coo_matrix(found), scipy.sparse.coo_matrix(sentence)


__all__ = ["CountVectorsFeaturizer", "RegexFeaturizer"]
