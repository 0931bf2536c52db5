"""Understanding by another server: `nlu: {url: …}` of endpoints.yml. Source: `rasa/core/http_interpreter.py`."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.message import Understanding
from bot.nlu.payload import read_payload

if TYPE_CHECKING:
    import httpx

    from bot.formats.endpoints import Endpoint

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10.0


class RemoteNlu:
    """POSTs each text to `/model/parse` of a server with Rasa's HTTP API.

    Payloads such as `/greet` are read here: they need no model, and a server without a domain cannot know their
    intents. A server that fails costs the understanding, not the turn: the text then has no intent, as in Rasa.
    """

    def __init__(self, client: httpx.Client, url: str, intents: Collection[str], *, token: str | None = None) -> None:
        """`token` goes into the body, where Rasa puts it; a token for the query belongs to the client."""
        self._client = client
        self._url = url.rstrip("/") + "/model/parse"
        self._intents = frozenset(intents)
        self._token = token

    async def parse(self, text: str) -> Understanding:
        """What the other server makes of `text`."""
        payload = read_payload(text, self._intents)
        return payload if payload is not None else await asyncio.to_thread(self._asked, text)

    def close(self) -> None:
        self._client.close()

    def _asked(self, text: str) -> Understanding:
        import httpx

        try:
            body = {"text": text, "token": self._token, "message_id": None}
            answer = self._client.post(self._url, json=body)
            answer.raise_for_status()
            return replace(_understanding(answer.json()), text=text)
        except (httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.error("The NLU server %s did not understand a message: %s", self._url, error)
            return Understanding(text)


def remote_nlu(endpoint: Endpoint, intents: Collection[str]) -> RemoteNlu:
    """The server that an endpoint names, with its `token`, `headers`, `params`, `basic_auth` and `cafile`."""
    import httpx

    auth = endpoint.get("basic_auth") or {}
    cafile, token = endpoint.get("cafile"), endpoint.get("token")
    params = dict(endpoint.get("params") or {}) | ({endpoint.get("token_name", "token"): token} if token else {})
    client = httpx.Client(
        headers=endpoint.get("headers"),
        params=params,
        auth=(auth.get("username", ""), auth.get("password", "")) if auth else None,
        verify=ssl.create_default_context(cafile=cafile) if cafile else True,
        timeout=float(endpoint.get("timeout", TIMEOUT_SECONDS)),
    )
    return RemoteNlu(client, endpoint.url or "", intents, token=token)


def _understanding(shape: Any) -> Understanding:
    if not isinstance(shape, Mapping) or "intent" not in shape:
        raise ValueError(f"expected an object with an intent, got {str(shape)[:200]}")
    return Understanding.from_dict(shape)
