"""The component and policy names of Rasa 3.6, which a config may use whether or not one is registered under them."""

from __future__ import annotations

RASA_NAMES: dict[str, tuple[str, ...]] = {
    "nlu": (
        "CRFEntityExtractor",
        "ConveRTFeaturizer",
        "CountVectorsFeaturizer",
        "DIETClassifier",
        "DucklingEntityExtractor",
        "EntitySynonymMapper",
        "FallbackClassifier",
        "JiebaTokenizer",
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
        "RegexFeaturizer",
        "RegexMessageHandler",
        "ResponseSelector",
        "SklearnIntentClassifier",
        "SpacyEntityExtractor",
        "SpacyFeaturizer",
        "SpacyNLP",
        "SpacyTokenizer",
        "WhitespaceTokenizer",
    ),
    "policy": (
        "AugmentedMemoizationPolicy",
        "MemoizationPolicy",
        "RulePolicy",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
    ),
}
