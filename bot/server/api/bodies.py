"""What the API's requests hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from bot.channels.incoming import clean

Text = Annotated[str, AfterValidator(clean)]


class NewMessage(BaseModel):
    """A message to be stored without an answer."""

    text: Text
    sender: Literal["user"]
    parse_data: dict[str, Any] | None = None


class TextToParse(BaseModel):
    """What a Rasa with `nlu: {url: …}` sends. The old services that are emulated put the text into a list."""

    text: Text | Annotated[list[Text], Field(min_length=1)]
    message_id: str | None = None
    token: str | None = Field(None, description="The token of the API, for clients that cannot put it into the query.")

    @property
    def single_text(self) -> str:
        return self.text if isinstance(self.text, str) else self.text[0]


class Trigger(BaseModel):
    """An intent as if the customer had said it; entities by name, or as Rasa's list."""

    name: str
    entities: dict[str, Any] | list[dict[str, Any]] = Field(default_factory=dict)


class ActionToRun(BaseModel):
    name: str
    policy: str | None = None
    confidence: float | None = None


class NewModel(BaseModel):
    """Where the next model lies; a file on this machine."""

    model_config = {"protected_namespaces": ()}

    model_file: str | None = None
    model_server: dict[str, Any] | None = None
    remote_storage: str | None = None
