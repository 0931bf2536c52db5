"""Names of message attributes, actions and keys. The values are Rasa's: they are part of its formats."""

from __future__ import annotations

# -- messages (rasa.shared.nlu.constants) -------------------------------------------------------------------------------
TEXT = "text"
TEXT_TOKENS = "text_tokens"
INTENT = "intent"
NOT_INTENT = "not_intent"
RESPONSE = "response"
RESPONSE_SELECTOR = "response_selector"
INTENT_RESPONSE_KEY = "intent_response_key"
ACTION_TEXT = "action_text"
ACTION_NAME = "action_name"
INTENT_NAME_KEY = "name"
FULL_RETRIEVAL_INTENT_NAME_KEY = "full_retrieval_intent_name"
METADATA = "metadata"
METADATA_INTENT = "intent"
METADATA_EXAMPLE = "example"
METADATA_MODEL_ID = "model_id"
INTENT_RANKING_KEY = "intent_ranking"
PREDICTED_CONFIDENCE_KEY = "confidence"
RESPONSE_IDENTIFIER_DELIMITER = "/"
FEATURE_TYPE_SENTENCE = "sentence"
FEATURE_TYPE_SEQUENCE = "sequence"
VALID_FEATURE_TYPES = [FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE]
EXTRACTOR = "extractor"
PRETRAINED_EXTRACTORS = {"DucklingEntityExtractor", "SpacyEntityExtractor"}
TRAINABLE_EXTRACTORS = {"MitieEntityExtractor", "CRFEntityExtractor", "DIETClassifier"}
ENTITIES = "entities"
ENTITY_TAGS = "entity_tags"
ENTITY_ATTRIBUTE_TYPE = "entity"
ENTITY_ATTRIBUTE_GROUP = "group"
ENTITY_ATTRIBUTE_ROLE = "role"
ENTITY_ATTRIBUTE_VALUE = "value"
ENTITY_ATTRIBUTE_START = "start"
ENTITY_ATTRIBUTE_END = "end"
ENTITY_ATTRIBUTE_TEXT = "text"
ENTITY_ATTRIBUTE_CONFIDENCE = "confidence"
NO_ENTITY_TAG = "O"
SPLIT_ENTITIES_BY_COMMA = "split_entities_by_comma"
SPLIT_ENTITIES_BY_COMMA_DEFAULT_VALUE = True
SINGLE_ENTITY_ALLOWED_INTERLEAVING_CHARSET = {".", ",", " ", ";"}

# -- components (rasa.nlu.constants, rasa.utils.tensorflow.constants) ----------------------------------------------------
ENTITY_ATTRIBUTE_CONFIDENCE_TYPE = "confidence_entity"
ENTITY_ATTRIBUTE_CONFIDENCE_ROLE = "confidence_role"
ENTITY_ATTRIBUTE_CONFIDENCE_GROUP = "confidence_group"
BILOU_ENTITIES = "bilou_entities"
BILOU_ENTITIES_ROLE = "bilou_entities_role"
BILOU_ENTITIES_GROUP = "bilou_entities_group"
NUMBER_OF_SUB_TOKENS = "number_of_sub_tokens"
MESSAGE_ATTRIBUTES = [TEXT, INTENT, RESPONSE, ACTION_NAME, ACTION_TEXT, INTENT_RESPONSE_KEY]
DENSE_FEATURIZABLE_ATTRIBUTES = [TEXT, RESPONSE, ACTION_TEXT]
TOKENS_NAMES = {attribute: f"{attribute}_tokens" for attribute in MESSAGE_ATTRIBUTES}
SPACY_DOCS = {attribute: f"{attribute}_spacy_doc" for attribute in DENSE_FEATURIZABLE_ATTRIBUTES}
LANGUAGE_MODEL_DOCS = {
    TEXT: "text_language_model_doc",
    RESPONSE: "response_language_model_doc",
    ACTION_TEXT: "action_text_model_doc",
}
SEQUENCE_FEATURES = "sequence_features"
SENTENCE_FEATURES = "sentence_features"
RESPONSE_SELECTOR_PROPERTY_NAME = "response_selector"
RESPONSE_SELECTOR_RETRIEVAL_INTENTS = "all_retrieval_intents"
RESPONSE_SELECTOR_DEFAULT_INTENT = "default"
RESPONSE_SELECTOR_PREDICTION_KEY = "response"
RESPONSE_SELECTOR_RANKING_KEY = "ranking"
RESPONSE_SELECTOR_RESPONSES_KEY = "responses"
RESPONSE_SELECTOR_UTTER_ACTION_KEY = "utter_action"
FEATURIZER_CLASS_ALIAS = "alias"
NO_LENGTH_RESTRICTION = -1
POOLING = "pooling"
MEAN_POOLING = "mean"
MAX_POOLING = "max"
RANKING_LENGTH = "ranking_length"
EPOCHS = "epochs"

# -- conversations (rasa.shared.core.constants) --------------------------------------------------------------------------
USER_INTENT_RESTART = "restart"
USER_INTENT_BACK = "back"
USER_INTENT_OUT_OF_SCOPE = "out_of_scope"
USER_INTENT_SESSION_START = "session_start"
SESSION_START_METADATA_SLOT = "session_started_metadata"
ACTION_LISTEN_NAME = "action_listen"
ACTION_RESTART_NAME = "action_restart"
ACTION_SESSION_START_NAME = "action_session_start"
ACTION_DEFAULT_FALLBACK_NAME = "action_default_fallback"
ACTION_DEACTIVATE_LOOP_NAME = "action_deactivate_loop"
ACTION_REVERT_FALLBACK_EVENTS_NAME = "action_revert_fallback_events"
ACTION_DEFAULT_ASK_AFFIRMATION_NAME = "action_default_ask_affirmation"
ACTION_DEFAULT_ASK_REPHRASE_NAME = "action_default_ask_rephrase"
ACTION_BACK_NAME = "action_back"
ACTION_TWO_STAGE_FALLBACK_NAME = "action_two_stage_fallback"
ACTION_UNLIKELY_INTENT_NAME = "action_unlikely_intent"
ACTION_EXTRACT_SLOTS = "action_extract_slots"
ACTION_VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"
RULE_SNIPPET_ACTION_NAME = "..."
LOOP_NAME = "name"
LOOP_INTERRUPTED = "is_interrupted"
LOOP_REJECTED = "rejected"
SHOULD_NOT_BE_SET = "should_not_be_set"
PREVIOUS_ACTION = "prev_action"
ACTIVE_LOOP = "active_loop"
FOLLOWUP_ACTION = "followup_action"
USER = "user"
SLOTS = "slots"
REQUESTED_SLOT = "requested_slot"
EXTERNAL_MESSAGE_PREFIX = "EXTERNAL: "
IS_EXTERNAL = "is_external"
ENTITY_LABEL_SEPARATOR = "#"
USE_TEXT_FOR_FEATURIZATION = "use_text_for_featurization"
RULE_ONLY_SLOTS = "rule_only_slots"
RULE_ONLY_LOOPS = "rule_only_loops"

# -- the rest (rasa.shared.constants, rasa.core.constants) ---------------------------------------------------------------
DEFAULT_SENDER_ID = "default"
UTTER_PREFIX = "utter_"
INTENT_MESSAGE_PREFIX = "/"
DEFAULT_NLU_FALLBACK_INTENT_NAME = "nlu_fallback"
DEFAULT_NLU_FALLBACK_THRESHOLD = 0.3
DEFAULT_NLU_FALLBACK_AMBIGUITY_THRESHOLD = 0.1
DEFAULT_CORE_FALLBACK_THRESHOLD = 0.3
DEFAULT_POLICY_PRIORITY = 1
UNLIKELY_INTENT_POLICY_PRIORITY = 2
MEMOIZATION_POLICY_PRIORITY = 3
RULE_POLICY_PRIORITY = 4
POLICY_PRIORITY = "priority"
POLICY_FEATURIZER = "featurizer"
POLICY_MAX_HISTORY = "max_history"
DEFAULT_MAX_HISTORY = None
DIALOGUE = "dialogue"
DIAGNOSTIC_DATA = "diagnostic_data"
RESPONSE_CONDITION = "condition"
CHANNEL = "channel"
ASSISTANT_ID_KEY = "assistant_id"
BEARER_TOKEN_PREFIX = "Bearer "
DEFAULT_REQUEST_TIMEOUT = 300
DEFAULT_LOCK_LIFETIME = 60
LATEST_TRAINING_DATA_FORMAT_VERSION = "3.1"
DOCS_BASE_URL = "https://rasa.com/docs/rasa"
DOCS_URL_COMPONENTS = f"{DOCS_BASE_URL}/components"
DOCS_URL_POLICIES = f"{DOCS_BASE_URL}/policies"
DOCS_URL_TRAINING_DATA_NLU = f"{DOCS_BASE_URL}/training-data-format#nlu-training-data"

__all__ = [name for name in dir() if name.isupper()]
