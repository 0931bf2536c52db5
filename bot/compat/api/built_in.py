"""Rasa's own components, by name: for `required_components`, which says what must stand before a component.

Their work is done by this framework's components of the same name, which are not made of these classes: to make a
subclass of one says so.
"""

from __future__ import annotations

from typing import Any

from bot.compat.api.classifiers import IntentClassifier
from bot.compat.api.extractors import EntityExtractorMixin
from bot.compat.api.featurizers import DenseFeaturizer, SparseFeaturizer
from bot.compat.api.graph import GraphComponent
from bot.compat.api.tokenizers import Tokenizer


class _BuiltIn:
    def __init_subclass__(cls, **kwargs: Any) -> None:
        for base in cls.__mro__[1:]:
            if base.__dict__.get("_is_marker"):
                raise ImportError(
                    f"'{cls.__name__}' is made of Rasa's {base.__name__}, which can be required here but not refined: "
                    "write it as a component of its own, after the built-in one."
                )
        super().__init_subclass__(**kwargs)


def _marker(name: str, *kinds: type[Any]) -> type[Any]:
    return type(name, (_BuiltIn, *kinds), {"_is_marker": True, "__doc__": f"Stands for the component {name}."})


DIETClassifier = _marker("DIETClassifier", IntentClassifier, EntityExtractorMixin)
KeywordIntentClassifier = _marker("KeywordIntentClassifier", IntentClassifier)
LogisticRegressionClassifier = _marker("LogisticRegressionClassifier", IntentClassifier)
MitieIntentClassifier = _marker("MitieIntentClassifier", IntentClassifier)
SklearnIntentClassifier = _marker("SklearnIntentClassifier", IntentClassifier)
CRFEntityExtractor = _marker("CRFEntityExtractor", EntityExtractorMixin)
DucklingEntityExtractor = _marker("DucklingEntityExtractor", EntityExtractorMixin)
EntitySynonymMapper = _marker("EntitySynonymMapper", EntityExtractorMixin)
MitieEntityExtractor = _marker("MitieEntityExtractor", EntityExtractorMixin)
RegexEntityExtractor = _marker("RegexEntityExtractor", EntityExtractorMixin)
SpacyEntityExtractor = _marker("SpacyEntityExtractor", EntityExtractorMixin)
ConveRTFeaturizer = _marker("ConveRTFeaturizer", DenseFeaturizer)
LanguageModelFeaturizer = _marker("LanguageModelFeaturizer", DenseFeaturizer)
MitieFeaturizer = _marker("MitieFeaturizer", DenseFeaturizer)
SpacyFeaturizer = _marker("SpacyFeaturizer", DenseFeaturizer)
LexicalSyntacticFeaturizer = _marker("LexicalSyntacticFeaturizer", SparseFeaturizer)
MitieTokenizer = _marker("MitieTokenizer", Tokenizer)
SpacyTokenizer = _marker("SpacyTokenizer", Tokenizer)
MitieNLP = _marker("MitieNLP", GraphComponent)
SpacyNLP = _marker("SpacyNLP", GraphComponent)
ResponseSelector = _marker("ResponseSelector", IntentClassifier)

__all__ = [
    "CRFEntityExtractor",
    "ConveRTFeaturizer",
    "DIETClassifier",
    "DucklingEntityExtractor",
    "EntitySynonymMapper",
    "KeywordIntentClassifier",
    "LanguageModelFeaturizer",
    "LexicalSyntacticFeaturizer",
    "LogisticRegressionClassifier",
    "MitieEntityExtractor",
    "MitieFeaturizer",
    "MitieIntentClassifier",
    "MitieNLP",
    "MitieTokenizer",
    "RegexEntityExtractor",
    "ResponseSelector",
    "SklearnIntentClassifier",
    "SpacyEntityExtractor",
    "SpacyFeaturizer",
    "SpacyNLP",
    "SpacyTokenizer",
]
