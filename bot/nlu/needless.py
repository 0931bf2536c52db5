"""Rasa's tokenizers and featurizers: accepted in a config, and not needed by a BERT that reads characters."""

from __future__ import annotations

from pydantic import ConfigDict

from bot.nlu.base import Component, ComponentConfig
from bot.registry import register

NAMES = (
    "WhitespaceTokenizer",
    "JiebaTokenizer",
    "SpacyTokenizer",
    "MitieTokenizer",
    "SpacyNLP",
    "MitieNLP",
    "RegexFeaturizer",
    "LexicalSyntacticFeaturizer",
    "CountVectorsFeaturizer",
    "LanguageModelFeaturizer",
    "ConveRTFeaturizer",
    "SpacyFeaturizer",
    "MitieFeaturizer",
    "RegexMessageHandler",  # payloads such as `/greet` are read before any component, listed or not
    "SpacyEntityExtractor",  # `bot data validate` says that what it found is not found here
)


class NeedlessConfig(ComponentConfig):
    """Any options are accepted, since none of them changes anything."""

    model_config = ConfigDict(extra="allow", frozen=True)


@register("nlu", *NAMES)
class Needless(Component):
    """Does nothing. `bot train` says so, once, for all of them in one line."""

    Config = NeedlessConfig
