"""Reading a store's options from its entry in endpoints.yml."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import Problem, ProjectError, did_you_mean
from bot.formats.endpoints import Endpoint

logger = logging.getLogger(__name__)


class Options(BaseModel):
    """The options of a store. Values from the environment are texts, so `"6379"` is a port and `"true"` is true."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


_Options = TypeVar("_Options", bound=Options)


def read_options(endpoint: Endpoint, kind: type[_Options], *, store: str) -> _Options:
    """The options of an entry; its `url` is the option `url`.

    An option that `kind` does not have is left out with a warning, as in Rasa. Raises ProjectError with the place of
    the entry when an option has a value that it cannot have.
    """
    given: dict[str, Any] = {**endpoint.options, **({} if endpoint.url is None else {"url": endpoint.url})}
    for name in given.keys() - kind.model_fields.keys():
        near = did_you_mean(name, kind.model_fields)
        logger.warning("%s: the %s has no option '%s'; it is left out. %s", endpoint.where, store, name, near)
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise ProjectError(_problem(each, endpoint, store) for each in error.errors()) from error


def _problem(error: Mapping[str, Any], endpoint: Endpoint, store: str) -> Problem:
    name = ".".join(map(str, error["loc"]))
    return Problem("config-option", f"{store}, option '{name}': {error['msg']}.", endpoint.where)
