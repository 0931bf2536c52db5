"""Which import paths of Rasa 3 are served, and by which module of `bot.compat.api`."""

from __future__ import annotations

API = "bot.compat.api"
RASA_VERSION = "3.6.21"
"""The release whose interfaces these are; what `rasa.__version__` says."""

SERVED: dict[str, str] = {
    "rasa.core.brokers.broker": "brokers",
    "rasa.core.channels": "channels",
    "rasa.core.channels.channel": "channels",
    "rasa.core.channels.rest": "rest",
    "rasa.core.channels.socketio": "socketio_input",
    "rasa.core.constants": "constants",
    "rasa.core.featurizers.precomputation": "policies",
    "rasa.core.featurizers.single_state_featurizer": "policies",
    "rasa.core.featurizers.tracker_featurizers": "policies",
    "rasa.core.lock": "locks",
    "rasa.core.lock_store": "locks",
    "rasa.core.nlg": "nlg",
    "rasa.core.nlg.generator": "nlg",
    "rasa.core.nlg.response": "nlg",
    "rasa.core.policies.policy": "policies",
    "rasa.core.tracker_store": "tracker_stores",
    "rasa.engine.graph": "graph",
    "rasa.engine.recipes.default_recipe": "recipe",
    "rasa.engine.storage.local_model_storage": "storage",
    "rasa.engine.storage.resource": "storage",
    "rasa.engine.storage.storage": "storage",
    "rasa.nlu.classifiers": "classifiers",
    "rasa.nlu.classifiers.classifier": "classifiers",
    "rasa.nlu.classifiers.fallback_classifier": "classifiers",
    "rasa.nlu.constants": "constants",
    "rasa.nlu.extractors.extractor": "extractors",
    "rasa.nlu.featurizers.dense_featurizer.dense_featurizer": "featurizers",
    "rasa.nlu.featurizers.featurizer": "featurizers",
    "rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer": "sparse_featurizers",
    "rasa.nlu.featurizers.sparse_featurizer.regex_featurizer": "sparse_featurizers",
    "rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer": "featurizers",
    "rasa.nlu.tokenizers.jieba_tokenizer": "word_tokenizers",
    "rasa.nlu.tokenizers.tokenizer": "tokenizers",
    "rasa.nlu.tokenizers.whitespace_tokenizer": "word_tokenizers",
    "rasa.nlu.utils.pattern_utils": "patterns",
    "rasa.shared.constants": "constants",
    "rasa.shared.core.constants": "constants",
    "rasa.shared.core.conversation": "trackers",
    "rasa.shared.core.domain": "domain",
    "rasa.shared.core.events": "events",
    "rasa.shared.core.generator": "trackers",
    "rasa.shared.core.slots": "slots",
    "rasa.shared.core.trackers": "trackers",
    "rasa.shared.exceptions": "exceptions",
    "rasa.shared.nlu.constants": "constants",
    "rasa.shared.nlu.training_data.features": "features",
    "rasa.shared.nlu.training_data.message": "message",
    "rasa.shared.nlu.training_data.training_data": "training_data",
    "rasa.shared.utils.common": "common",
    "rasa.shared.utils.io": "io",
    "rasa.utils.common": "common",
    "rasa.utils.endpoints": "endpoints",
    "rasa.utils.io": "io",
    "rasa.utils.tensorflow.constants": "constants",
}

_BUILT_IN = {
    "rasa.nlu.classifiers": "diet_classifier keyword_intent_classifier logistic_regression_classifier "
    "mitie_intent_classifier sklearn_intent_classifier",
    "rasa.nlu.extractors": "crf_entity_extractor duckling_entity_extractor entity_synonyms mitie_entity_extractor "
    "regex_entity_extractor spacy_entity_extractor",
    "rasa.nlu.featurizers.dense_featurizer": "convert_featurizer lm_featurizer mitie_featurizer spacy_featurizer",
    "rasa.nlu.featurizers.sparse_featurizer": "lexical_syntactic_featurizer",
    "rasa.nlu.selectors": "response_selector",
    "rasa.nlu.tokenizers": "mitie_tokenizer spacy_tokenizer",
    "rasa.nlu.utils": "mitie_utils spacy_utils",
}
SERVED |= {f"{package}.{name}": "built_in" for package, names in _BUILT_IN.items() for name in names.split()}

OF_RASA_2 = frozenset(
    f"rasa.{path}"
    for path in [
        "core.domain",
        "core.events",
        "core.interpreter",
        "core.slots",
        "core.trackers",
        "nlu.components",
        "nlu.config",
        "nlu.model",
        "nlu.registry",
        "nlu.training_data",
        "shared.nlu.interpreter",
    ]
)
"""Paths that code of Rasa 2 imports, and that Rasa 3 has no longer."""

PACKAGES = frozenset(".".join(path.split(".")[:length]) for path in SERVED for length in range(1, path.count(".") + 1))
"""The packages above them, some of which have contents of their own."""
