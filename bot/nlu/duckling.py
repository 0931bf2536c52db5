"""DucklingEntityExtractor: numbers, dates, amounts and the like, from a Duckling server, as in Rasa.

Source: `rasa/nlu/extractors/duckling_entity_extractor.py`. A server that cannot be reached costs its entities, never
the message.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.message import Entity, Understanding
from bot.nlu.base import Component, ComponentConfig
from bot.registry import register

logger = logging.getLogger(__name__)

URL_VARIABLE = "RASA_DUCKLING_HTTP_URL"

# Sends a form to an address and answers with the status and the body; raises OSError when nobody is there.
Post = Callable[[str, Mapping[str, str], float], tuple[int, str]]


class DucklingEntityExtractorConfig(ComponentConfig):
    """Rasa's options. The environment variable RASA_DUCKLING_HTTP_URL comes before `url`; `timeout` is in seconds."""

    dimensions: tuple[str, ...] | None = None
    url: str | None = None
    locale: str | None = None
    timezone: str | None = None
    timeout: float = 3.0


@register("nlu", "DucklingEntityExtractor")
class DucklingEntityExtractor(Component):
    """Adds what the server finds, with its own value and everything else that it says in `additional_info`."""

    Config = DucklingEntityExtractorConfig
    config: DucklingEntityExtractorConfig
    provides = frozenset({"entities"})

    def __init__(
        self,
        config: DucklingEntityExtractorConfig,
        *,
        language: str,
        root: Path,
        post: Post | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(config, language=language, root=root)
        self._post = post or _post
        self._clock = clock

    def process(self, batch: Sequence[Understanding]) -> list[Understanding]:
        url = os.environ.get(URL_VARIABLE) or self.config.url
        if not url:
            logger.warning("DucklingEntityExtractor has no `url`, and %s is not set; it finds nothing.", URL_VARIABLE)
            return list(batch)
        return [replace(u, entities=(*u.entities, *self._found(url, u.text))) for u in batch]

    def _found(self, url: str, text: str) -> Iterator[Entity]:
        for match in self._ask(url, text):
            if self.config.dimensions is None or match["dim"] in self.config.dimensions:
                yield Entity(
                    entity=match["dim"],
                    value=_value(match),
                    start=match["start"],
                    end=match["end"],
                    extractor="DucklingEntityExtractor",
                    extra={"text": match.get("body", text), "confidence": 1.0, "additional_info": match["value"]},
                )

    def _ask(self, url: str, text: str) -> list[dict[str, Any]]:
        form = {"text": text, "locale": self._locale(), "reftime": str(int(self._clock() * 1000))}
        if self.config.timezone:
            form["tz"] = self.config.timezone
        if self.config.dimensions is not None:
            form["dims"] = json.dumps(self.config.dimensions)
        try:
            status, body = self._post(f"{url.rstrip('/')}/parse", form, self.config.timeout)
            found = json.loads(body) if status == 200 else None
        except (OSError, ValueError) as error:
            logger.error("Duckling at %s does not answer (%s); its entities are left out.", url, error)
            return []
        if not isinstance(found, list):
            logger.error("Duckling at %s answered with status %s; its entities are left out.", url, status)
            return []
        return found

    def _locale(self) -> str:
        language = self.language or "en"
        return self.config.locale or f"{language}_{language.upper()}"


def _value(match: Mapping[str, Any]) -> Any:
    """What the entity stands for: an interval as `{from, to}`, otherwise the value itself."""
    value = match["value"]
    if value.get("type") == "interval":
        return {end: (value.get(end) or {}).get("value") for end in ("to", "from")}
    return value.get("value")


def _post(url: str, form: Mapping[str, str], timeout: float) -> tuple[int, str]:
    import httpx

    try:
        answer = httpx.post(url, data=dict(form), timeout=timeout)
    except httpx.HTTPError as error:
        raise OSError(str(error) or type(error).__name__) from error
    return answer.status_code, answer.text
