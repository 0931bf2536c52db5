"""Custom code as Rasa projects have it, written against `rasa` alone."""

from __future__ import annotations

SENTIMENT = '''
from typing import Any, Dict, List, Text, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class SentimentAnalyzer(GraphComponent):
    """Adds a sentiment, as an attribute and as an entity."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"words": {"bad": ["terrible"]}, "as_entity": True}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        self._config, self._name = config, name

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> GraphComponent:
        return cls(config, execution_context.node_name)

    def process(self, messages: List[Message]) -> List[Message]:
        from rasa.shared.nlu.constants import ENTITIES  # as late as many do it

        for message in messages:
            words = {token.text for token in message.get(TOKENS_NAMES[TEXT])}
            sentiment = "neg" if words & set(self._config["words"]["bad"]) else "pos"
            message.set("sentiment", sentiment, add_to_output=True)
            message.set("secret", self._name)
            if self._config["as_entity"]:
                entity = {"value": sentiment, "confidence": 0.9, "entity": "sentiment", "extractor": "sentiment"}
                message.set(ENTITIES, message.get(ENTITIES, []) + [entity], add_to_output=True)
        return messages
'''

TOKENIZER = '''
from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class PairTokenizer(Tokenizer):
    """Two Chinese characters a token, words elsewhere."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: Text) -> List[Token]:
        import re
        found = re.finditer(r"[\\u4e00-\\u9fff]{1,2}|\\w+", message.get(attribute))
        return self._apply_token_pattern([Token(match.group(), match.start()) for match in found])
'''

EXTRACTOR = '''
import re
from typing import Any, Dict, List, Text

import rasa.shared.utils.io
import rasa.nlu.utils.pattern_utils as pattern_utils
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES, ENTITY_ATTRIBUTE_END, ENTITY_ATTRIBUTE_START, ENTITY_ATTRIBUTE_TYPE, ENTITY_ATTRIBUTE_VALUE, TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class PatternExtractor(GraphComponent, EntityExtractorMixin):
    """The regular expressions of the training data, whether or not they are annotated."""

    def __init__(self, config, model_storage, resource, patterns=None):
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self.patterns = patterns or []

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        self.patterns = pattern_utils.extract_patterns(training_data)
        with self._model_storage.write_to(self._resource) as model_dir:
            rasa.shared.utils.io.dump_obj_as_json_to_file(model_dir / f"{self.name}.json", self.patterns)
        return self._resource

    @classmethod
    def load(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "PatternExtractor":
        with model_storage.read_from(resource) as model_dir:
            patterns = rasa.shared.utils.io.read_json_file(model_dir / f"{cls.__name__}.json")
        return cls(config, model_storage, resource, patterns)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            found = []
            for pattern in self.patterns:
                for match in re.finditer(pattern["pattern"], message.get(TEXT)):
                    found.append({
                        ENTITY_ATTRIBUTE_TYPE: pattern["name"],
                        ENTITY_ATTRIBUTE_START: match.start(),
                        ENTITY_ATTRIBUTE_END: match.end(),
                        ENTITY_ATTRIBUTE_VALUE: match.group(),
                    })
            found = self.add_extractor_name(found)
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
'''

CLASSIFIER = '''
import json
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.classifiers import LABEL_RANKING_LENGTH
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class OverlapClassifier(GraphComponent, IntentClassifier):
    """The intent whose examples share most tokens with the message."""

    def __init__(self, config, model_storage, resource, words=None):
        self._config, self._model_storage, self._resource = config, model_storage, resource
        self.words: Dict[Text, List[Text]] = words or {}

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "OverlapClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        for example in training_data.intent_examples:
            tokens = [token.text.lower() for token in example.get("text_tokens")]
            self.words.setdefault(example.get(INTENT), []).extend(tokens)
        self.persist()
        return self._resource

    def persist(self) -> None:
        with self._model_storage.write_to(self._resource) as path:
            (path / "words.json").write_text(json.dumps(self.words))

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs):
        try:
            with model_storage.read_from(resource) as path:
                return cls(config, model_storage, resource, json.loads((path / "words.json").read_text()))
        except ValueError:
            return cls(config, model_storage, resource)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            tokens = {token.text.lower() for token in message.get("text_tokens")}
            scores = {intent: len(tokens & set(words)) / max(len(tokens), 1) for intent, words in self.words.items()}
            ranking = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: score}
                       for name, score in sorted(scores.items(), key=lambda pair: -pair[1])][:LABEL_RANKING_LENGTH]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
'''

FEATURIZER = '''
from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class LengthFeaturizer(DenseFeaturizer, GraphComponent):
    """The lengths of tokens."""

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        pass

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            lengths = np.array([[len(token.text)] for token in message.get("text_tokens")], dtype=float)
            pooled = self.aggregate_sequence_features(lengths, "mean")
            self.add_features_to_message(lengths, pooled, TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestLength(GraphComponent, IntentClassifier):
    """The intent of the example whose tokens are as long as the message's."""

    def __init__(self, model_storage, resource, known):
        self._model_storage, self._resource, self.known = model_storage, resource, known

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls(model_storage, resource, {})

    def train(self, training_data: TrainingData) -> Resource:
        for example in training_data.intent_examples:
            _, sentence = example.get_dense_features(TEXT, [])
            self.known[example.get(INTENT)] = sentence.features[0, 0]
        with self._model_storage.write_to(self._resource) as path:
            np.save(path / "known.npy", self.known, allow_pickle=True)
        return self._resource

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs):
        with model_storage.read_from(resource) as path:
            return cls(model_storage, resource, np.load(path / "known.npy", allow_pickle=True).item())

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            _, sentence = message.get_dense_features(TEXT)
            name = min(self.known, key=lambda intent: abs(self.known[intent] - sentence.features[0, 0]))
            message.set(INTENT, {"name": name, "confidence": 0.8}, add_to_output=True)
        return messages
'''

SPELLING = '''
from rasa.engine.graph import GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER], is_trainable=False)
class Spelling(GraphComponent):
    """Writes messages and examples as the rest of the pipeline wants them."""

    @classmethod
    def create(cls, config, model_storage, resource, execution_context):
        return cls()

    def process(self, messages):
        for message in messages:
            message.set("text", message.get("text").replace("helo", "hello"))
        return messages

    def process_training_data(self, training_data):
        for example in training_data.training_examples:
            example.set("text", example.get("text").upper())
        return training_data
'''

POLICY = '''
import json
from typing import Any, Dict, List, Optional, Text

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData, confidence_scores_for
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class AfterIntent(Policy):
    """Does after an intent what the stories do first after it."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"priority": 2, "confidence": 0.9}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
                 execution_context: ExecutionContext, actions: Optional[Dict] = None, **kwargs: Any) -> None:
        super().__init__(config, model_storage, resource, execution_context, **kwargs)
        self.actions = actions or {}

    def train(self, training_trackers: List[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        stories = SupportedData.trackers_for_supported_data(self.supported_data(), training_trackers)
        for tracker in stories:
            intent = None
            for event in tracker.applied_events():
                if isinstance(event, UserUttered):
                    intent = event.intent_name
                elif isinstance(event, ActionExecuted) and intent and event.action_name != ACTION_LISTEN_NAME:
                    self.actions.setdefault(intent, event.action_name)
        with self._model_storage.write_to(self._resource) as path:
            (path / "actions.json").write_text(json.dumps(self.actions))
        return self._resource

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs):
        with model_storage.read_from(resource) as path:
            actions = json.loads((path / "actions.json").read_text())
        return cls(config, model_storage, resource, execution_context, actions=actions)

    def predict_action_probabilities(self, tracker: DialogueStateTracker, domain: Domain,
                                     rule_only_data: Optional[Dict[Text, Any]] = None, **kwargs: Any
                                     ) -> PolicyPrediction:
        if tracker.latest_action_name == ACTION_LISTEN_NAME:
            action = self.actions.get(tracker.latest_message.intent.get("name"))
        else:
            action = ACTION_LISTEN_NAME
        if action is None:
            return self._prediction(self._default_predictions(domain))
        states = self._prediction_states(tracker, domain, rule_only_data=rule_only_data)
        metadata = {"states": len(states), "seen": [type(event).__name__ for event in tracker.events[-2:]]}
        return self._prediction(confidence_scores_for(action, self.config["confidence"], domain),
                                action_metadata=metadata)
'''

REGRESSION = '''
from typing import Any, Dict, List, Text, Type

from joblib import dump, load
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import vstack
from sklearn.naive_bayes import MultinomialNB


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BayesClassifier(IntentClassifier, GraphComponent):
    """scikit-learn over the features of the pipeline."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"alpha": 0.1}

    def __init__(self, config: Dict[Text, Any], name: Text, model_storage: ModelStorage, resource: Resource) -> None:
        self.name, self._model_storage, self._resource = name, model_storage, resource
        self.clf = MultinomialNB(alpha=config["alpha"])

    @classmethod
    def create(cls, config, model_storage, resource, execution_context: ExecutionContext) -> "BayesClassifier":
        return cls(config, execution_context.node_name, model_storage, resource)

    def _create_X(self, messages: List[Message]):
        X = []
        for message in messages:
            sparse_feats = message.get_sparse_features(attribute=TEXT)[1]
            X.append(sparse_feats.features)
        return vstack(X)

    def train(self, training_data: TrainingData) -> Resource:
        X = self._create_X(training_data.intent_examples)
        self.clf.fit(X, [example.get(INTENT) for example in training_data.intent_examples])
        with self._model_storage.write_to(self._resource) as model_dir:
            dump(self.clf, model_dir / f"{self._resource.name}.joblib")
        return self._resource

    @classmethod
    def load(cls, config, model_storage, resource, execution_context, **kwargs: Any) -> "BayesClassifier":
        with model_storage.read_from(resource) as model_dir:
            component = cls(config, execution_context.node_name, model_storage, resource)
            component.clf = load(model_dir / f"{resource.name}.joblib")
            return component

    def process(self, messages: List[Message]) -> List[Message]:
        for message, row in zip(messages, self.clf.predict_proba(self._create_X(messages))):
            ranking = [{"name": str(c), "confidence": float(p)} for c, p in zip(self.clf.classes_, row)]
            ranking.sort(key=lambda intent: -intent["confidence"])
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
'''
