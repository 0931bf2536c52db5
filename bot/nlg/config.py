"""The `nlg:` block of endpoints.yml: who words the replies."""

from __future__ import annotations

import importlib
import ssl
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain import ResponseVariation
from bot.errors import UsageError, did_you_mean
from bot.nlg.speaker import ResponseSpeaker
from bot.speaking import Speaker

if TYPE_CHECKING:
    from bot.project import Project

_Model = TypeVar("_Model", bound="_Options")
Responses = Mapping[str, Sequence[ResponseVariation]]


class _Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ResponseOptions(_Options):
    """`type: response`: the domain's responses, as they are written."""

    type: str = "response"


class CallbackOptions(_Options):
    """`type: callback`, or no type and a `url`: Rasa's NLG server protocol."""

    type: str = "callback"
    url: str
    params: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    token: str | None = None
    token_name: str = "token"
    basic_auth: dict[str, str] | None = None
    cafile: str | None = None
    timeout: float = Field(default=10.0, gt=0)


class GptOptions(_Options):
    """`type: gpt`: responses marked `rephrase: true` are worded by a causal language model, and checked."""

    type: str = "gpt"
    model: str = "SmolLM2-135M-Instruct"
    """A folder, a packaged name, or a hub id; with `url`, the model's name on that server."""
    adapter: str | None = None
    """A LoRA folder below the project, made by `bot train nlg`."""
    languages: list[str] = Field(default_factory=lambda: ["en"])
    url: str | None = None
    """An OpenAI-compatible endpoint, such as http://localhost:11434/v1."""
    api_key: str | None = None
    candidates: int = Field(default=3, ge=1, le=16)
    temperature: float = Field(default=0.6, ge=0)
    top_p: float = Field(default=0.9, gt=0, le=1)
    max_new_tokens: int = Field(default=96, ge=8)
    time_budget: float = Field(default=5.0, gt=0)
    """Seconds that a reply may wait for the model."""
    device: str = "auto"


def speaker_from(
    options: Mapping[str, Any] | None, responses: Responses, *, root: Path, random: Random, language: str | None = None
) -> Speaker:
    """The speaker that `nlg:` asks for; None means the domain's responses as they are.

    `type` may also be the dotted path of a class below the project's folder; it is made with `(options, responses)`.
    Loads no model. Raises UsageError for an option that does not exist or cannot have its value.
    """
    given = _typed(options)
    kind: str = given["type"]
    match kind.lower():
        case "response":
            _read(ResponseOptions, given)
            return ResponseSpeaker(responses, random=random, language=language)
        case "callback":
            return _callback(_read(CallbackOptions, given), responses, random=random, language=language)
        case "gpt":
            phraser = gpt_phraser(_read(GptOptions, given), root=root)
            return ResponseSpeaker(responses, random=random, phraser=phraser, language=language)
    if "." in kind:
        speaker: Speaker = _project_class(kind, root)(given, responses)
        return speaker
    hint = did_you_mean(kind, ("response", "callback", "gpt"))
    raise UsageError(f"nlg: type '{kind}' is unknown; it is response, callback, gpt or a dotted path. {hint}".strip())


def speaker_of(project: Project, *, random: Random | None = None) -> Speaker:
    """The speaker of a project, from `nlg:` in endpoints.yml or else in config.yml."""
    return speaker_from(
        _options_of(project),
        project.domain.responses,
        root=project.root,
        random=random or Random(),
        language=project.config.language,
    )


def local_model_of(project: Project) -> str | None:
    """The folder or name of the language model that this project's speaker loads into this process, if any."""
    given = _typed(_options_of(project))
    if given["type"].lower() != "gpt":
        return None
    options = _read(GptOptions, given)
    return _local_name(options, project.root) if options.url is None else None


def gpt_phraser(options: GptOptions, *, root: Path) -> Any:
    """A `GptPhraser` for these options. Loads nothing."""
    from bot.nlg.generators import Decoding, LocalGenerator, OpenAIGenerator
    from bot.nlg.gpt import GptLimits, GptPhraser, best_languages

    decoding = Decoding(options.temperature, options.top_p, options.max_new_tokens)
    limits = GptLimits(options.candidates, options.time_budget, best_languages(options.languages))
    if options.url is not None:
        return GptPhraser(
            OpenAIGenerator(options.model, url=options.url, api_key=options.api_key, decoding=decoding), limits
        )
    adapter = root / options.adapter if options.adapter else None
    if adapter is not None and not adapter.is_dir():
        raise UsageError(f"nlg: adapter {adapter} is not there; make it with `bot train nlg`, or leave the option out")
    model = _local_name(options, root)
    return GptPhraser(LocalGenerator(model, adapter=adapter, device=options.device, decoding=decoding), limits)


def _options_of(project: Project) -> Mapping[str, Any] | None:
    endpoint = project.endpoints.nlg
    if endpoint is None:
        return project.config.nlg
    given = {"url": endpoint.url, "type": endpoint.type, **endpoint.options}
    return {key: value for key, value in given.items() if value is not None}


def _typed(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options with their `type` written out."""
    given = dict(options or {"type": "response"})
    given["type"] = str(
        given.get("type") or ("gpt" if "model" in given else "callback" if "url" in given else "response")
    )
    return given


def _local_name(options: GptOptions, root: Path) -> str:
    return str(root / options.model) if (root / options.model / "config.json").is_file() else options.model


def _callback(options: CallbackOptions, responses: Responses, *, random: Random, language: str | None) -> Speaker:
    import httpx

    from bot.nlg.callback import CallbackSpeaker

    auth = options.basic_auth or {}
    client = httpx.AsyncClient(
        headers=options.headers,
        auth=(auth.get("username", ""), auth.get("password", "")) if auth else None,
        verify=ssl.create_default_context(cafile=options.cafile) if options.cafile else True,
        timeout=options.timeout,
        # Given up before the server would close it, perhaps in the middle of a request.
        limits=httpx.Limits(keepalive_expiry=2.0),
    )
    params = dict(options.params) | ({options.token_name: options.token} if options.token else {})
    fallback = ResponseSpeaker(responses, random=random, language=language)
    return CallbackSpeaker(client, options.url, responses, fallback=fallback, params=params)


def _read(model: type[_Model], given: Mapping[str, Any]) -> _Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise UsageError("\n".join(_explained(model, problem) for problem in error.errors())) from error


def _explained(model: type[_Options], problem: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        valid = list(model.model_fields)
        hint = did_you_mean(name, valid) or f"The options are {', '.join(valid)}."
        return f"nlg: the option '{name}' is unknown. {hint}"
    return f"nlg: {name}: {problem['msg']}"


def _project_class(dotted: str, root: Path) -> Any:
    """A class of the project's own code; never of anything else that happens to be importable."""
    module_name, _, name = dotted.rpartition(".")
    file = root.joinpath(*module_name.split("."))
    if not file.with_suffix(".py").is_file() and not (file / "__init__.py").is_file():
        raise UsageError(f"nlg: type '{dotted}': there is no module {module_name} below {root}")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    found = getattr(importlib.import_module(module_name), name, None)
    if found is None:
        raise UsageError(f"nlg: type '{dotted}': {module_name} has no {name}")
    return found
