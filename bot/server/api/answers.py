"""What the API answers, for its description; keys that are not named here may be there too."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Problem(BaseModel):
    """Every answer other than 2xx."""

    version: str
    status: str = "failure"
    message: str
    reason: str
    details: dict[str, Any]
    help: str | None = None
    code: int


class Version(BaseModel):
    version: str
    minimum_compatible_version: str


class Status(BaseModel):
    model_config = {"protected_namespaces": ()}

    model_file: str
    model_id: str | None
    num_active_training_jobs: int


class IntentFound(BaseModel):
    name: str | None
    confidence: float


class EntityFound(BaseModel):
    """`start` and `end` are character offsets into the text, `end` exclusive."""

    entity: str
    value: Any
    start: int | None = None
    end: int | None = None
    role: str | None = None
    group: str | None = None
    extractor: str | None = None
    confidence_entity: float | None = None


class ParseResult(BaseModel):
    text: str
    intent: IntentFound
    entities: list[EntityFound]
    intent_ranking: list[IntentFound]


class TrackerState(BaseModel):
    """A conversation; `events` is null when none were asked for."""

    sender_id: str
    slots: dict[str, Any]
    latest_message: dict[str, Any]
    latest_event_time: float | None
    followup_action: str | None
    paused: bool
    events: list[dict[str, Any]] | None
    latest_input_channel: str | None
    active_loop: dict[str, Any]
    latest_action: dict[str, Any] | None
    latest_action_name: str | None


class Said(BaseModel):
    """The state of a conversation, and what was said in it that went to no channel."""

    tracker: TrackerState
    messages: list[dict[str, Any]]


class Score(BaseModel):
    action: str
    score: float


class Prediction(BaseModel):
    scores: list[Score]
    policy: str | None
    confidence: float
    tracker: TrackerState


class PredictedAction(BaseModel):
    action: str
    predicted: str
    policy: str | None
    confidence: float | None


class StoriesResult(BaseModel):
    report: dict[str, Any]
    precision: float
    f1: float
    accuracy: float
    actions: list[PredictedAction]
    in_training_data_fraction: float
    is_end_to_end_evaluation: bool


class Judgement(BaseModel):
    report: dict[str, Any]
    precision: float
    f1_score: float
    accuracy: float
    errors: list[dict[str, Any]]


class IntentsResult(BaseModel):
    intent_evaluation: Judgement | None
    entity_evaluation: dict[str, Judgement] | None
    response_selection_evaluation: Judgement | None


class Wording(BaseModel):
    """Rasa's answer of an NLG server; parts that the response has not are absent."""

    text: str | None = None
    buttons: list[dict[str, Any]] | None = None
    image: str | None = None
    elements: list[dict[str, Any]] | None = None
    attachment: dict[str, Any] | None = None
    custom: dict[str, Any] | None = None


class BotMessage(BaseModel):
    recipient_id: str
    text: str | None = None
    buttons: list[dict[str, Any]] | None = None
    image: str | None = None
    attachment: Any = None
    custom: dict[str, Any] | None = None
