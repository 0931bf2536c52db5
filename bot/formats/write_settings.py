"""Settings to YAML: config.yml, endpoints.yml and credentials.yml; and the defaults of a config as comments in it.

What stood in the environment when the settings were read is written as it was then, secrets too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.formats.config import ComponentSpec, Config
from bot.formats.endpoints import KEYS, Endpoint, Endpoints
from bot.formats.write_yaml import dump

_EMPTY = r"^{key}[ \t]*:[ \t]*(?:null|~)?[ \t]*(?:#.*)?$"
_NOTE = "# Nothing was written here, so this default is used. Uncomment it to change it."


_NOTE_OF_RASA = "# # No configuration for"  # how Rasa's own list of defaults begins


def write_config(config: Config) -> str:
    """A config.yml that reads back as the same config; what was left to the defaults stays left to them."""
    shape: dict[str, Any] = {"recipe": config.recipe}
    shape |= {"language": config.language} if config.language is not None else {}
    shape |= {"assistant_id": config.assistant_id} if config.assistant_id is not None else {}
    shape["pipeline"] = None if config.pipeline_is_default else _components(config.pipeline)
    shape["policies"] = None if config.policies_are_default else _components(config.policies)
    shape |= {"nlg": dict(config.nlg)} if config.nlg is not None else {}
    return dump({**shape, **config.extra})


def write_endpoints(endpoints: Endpoints) -> str:
    """An endpoints.yml that reads back as the same endpoints."""
    named = {key: getattr(endpoints, key) for key in KEYS}
    written = {key: _endpoint(endpoint) for key, endpoint in named.items() if endpoint is not None}
    return dump({**written, **endpoints.extra})


def write_credentials(channels: Mapping[str, Mapping[str, Any]]) -> str:
    """A credentials.yml that reads back as the same channels."""
    return dump({name: dict(options) or None for name, options in channels.items()})


def with_defaults(text: str, config: Config) -> str:
    """The text of a config.yml with the default pipeline and policies as comments where it leaves them empty.

    Nothing else changes, and a text that has the comments already, ours or Rasa's, stays as it is.
    """
    if config.pipeline_is_default:
        text = _with_comment(text, "pipeline", config.pipeline)
    if config.policies_are_default:
        text = _with_comment(text, "policies", config.policies)
    return text


def _with_comment(text: str, key: str, specs: Iterable[ComponentSpec]) -> str:
    lines = dump(_components(specs)).splitlines()
    comment = "\n".join([_NOTE, *(f"# {line}" for line in lines)])
    if comment in text:
        return text
    empty = re.search(_EMPTY.format(key=key), text, re.MULTILINE)
    if empty is None:
        return f"{text.rstrip()}\n\n{key}:\n{comment}\n".lstrip()
    if text[empty.end() :].lstrip().startswith(_NOTE_OF_RASA):
        return text
    return f"{text[: empty.end()]}\n{comment}{text[empty.end() :]}"


def _components(specs: Iterable[ComponentSpec]) -> list[dict[str, Any]]:
    return [{"name": spec.name, **spec.options} for spec in specs]


def _endpoint(endpoint: Endpoint) -> dict[str, Any]:
    own = {"type": endpoint.type, "url": endpoint.url}
    return {**{key: value for key, value in own.items() if value is not None}, **endpoint.options}
