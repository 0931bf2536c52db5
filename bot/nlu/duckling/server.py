"""A Duckling server. Source: https://github.com/facebook/duckling, `rasa/nlu/extractors/duckling_entity_extractor.py`."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Self

from bot.nlu.duckling.script import Found

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)


class DucklingServer:
    """POSTs texts to `/parse`. A server that fails costs the entities, not the message, and is logged."""

    def __init__(
        self,
        url: str,
        locale: str,
        timezone: str | None,
        dimensions: Collection[str] | None,
        timeout: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`timeout` in seconds. `transport` is httpx's, for tests."""
        import httpx

        self._url = url.rstrip("/") + "/parse"
        self._wanted = dimensions
        self._form = {"locale": locale} | ({"tz": timezone} if timezone else {})
        if dimensions:
            self._form["dims"] = json.dumps(list(dimensions))
        self._client = httpx.Client(timeout=timeout, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def parse(self, text: str, now: float) -> list[Found]:
        """What the server finds; `now` in seconds since 1970."""
        import httpx

        try:
            answer = self._client.post(self._url, data={"text": text, "reftime": str(int(now) * 1000), **self._form})
            answer.raise_for_status()
            found = [_found(match) for match in answer.json()]
        except (httpx.HTTPError, ValueError, TypeError, KeyError) as error:
            log.error("The Duckling server %s did not read a message: %s. Is it running?", self._url, error)
            return []
        return [one for one in found if not self._wanted or one.dimension in self._wanted]


def _found(match: dict[str, Any]) -> Found:
    return Found(match["dim"], int(match["start"]), int(match["end"]), match["value"])
