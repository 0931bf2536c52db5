"""The project's own actions on an action server. Source: `RemoteAction` of `rasa/core/actions/action.py` and the
protocol of rasa_sdk (`docs/static/spec/action-server.yml`)."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.actions.base import ActionFailedError, ActionRejected, CustomAnswer
from bot.actions.domain_json import domain_json
from bot.domain import Domain
from bot.tracker import EventVerbosity, Tracker

if TYPE_CHECKING:
    import httpx

# The version of the protocol: action servers compare it with their own.
PROTOCOL_VERSION = "3.6.21"
TIMEOUT_SECONDS = 300.0
IDLE_SECONDS = 2.0
"""An idle connection is given up before an action server would close it (after 5 seconds), perhaps in mid-request."""
COMPRESS_VARIABLE = "COMPRESS_ACTION_SERVER_REQUEST"


class RemoteActions:
    """Actions behind a URL.

    `selective_domain` sends the domain only to actions that declare `send_domain: true`. A server that keeps the
    domain by its digest may ask for it with status 449, and then gets it.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        token_name: str = "token",
        params: Mapping[str, Any] | None = None,
        basic_auth: Mapping[str, str] | None = None,
        cafile: str | None = None,
        selective_domain: bool = False,
        timeout: float = TIMEOUT_SECONDS,
        compress: bool | None = None,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._url = url
        self._headers = {"Content-Type": "application/json", **(headers or {})}
        self._query = dict(params or {}) | ({token_name: token} if token else {})
        self._auth = (basic_auth["username"], basic_auth["password"]) if basic_auth else None
        self._cafile = cafile
        self._selective_domain = selective_domain
        self._timeout = timeout
        self._compress = _wants_compression() if compress is None else compress
        self._client = client

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        """See `bot.actions.base.CustomActions`."""
        body = {
            "next_action": name,
            "sender_id": tracker.sender_id,
            "tracker": tracker.as_dict(EventVerbosity.ALL),
            "version": PROTOCOL_VERSION,
            "domain_digest": _digest(domain),
        }
        if not self._selective_domain or domain.needs_domain(name):
            body["domain"] = domain_json(domain)
        response = await self._post(name, body)
        if response.status_code == 449:
            response = await self._post(name, {**body, "domain": domain_json(domain)})
        return _answer(name, self._url, response)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _post(self, name: str, body: dict[str, Any]) -> httpx.Response:
        import httpx

        content = json.dumps(body, ensure_ascii=False, default=str).encode()
        headers = dict(self._headers)
        if self._compress:
            content, headers["Content-Encoding"] = zlib.compress(content), "deflate"
        try:
            url = httpx.URL(self._url).copy_merge_params(self._query)
            return await self._open().post(url, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise ActionFailedError(
                f"The action '{name}' could not be run: the action server at {self._url} does not answer "
                f"({type(error).__name__}: {error}). Is it running?"
            ) from error

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            import ssl

            import httpx

            verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=self._cafile) if self._cafile else True
            self._client = httpx.AsyncClient(
                timeout=self._timeout,
                auth=self._auth,
                verify=verify,
                limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            )
        return self._client


def _answer(name: str, url: str, response: httpx.Response) -> CustomAnswer:
    status = response.status_code
    if status == 400:
        shape = _json(response)
        raise ActionRejected(shape.get("action_name") or name, shape.get("error") or "")
    if status == 404:
        raise ActionFailedError(f"The action server at {url} knows no action '{name}'.")
    if status >= 300:
        raise ActionFailedError(
            f"The action '{name}' failed on the action server at {url}: status {status}, {response.text[:500]}"
        )
    shape = _json(response)
    events, responses = shape.get("events") or [], shape.get("responses") or []
    if not _are_objects(events) or not _are_objects(responses):
        raise ActionFailedError(
            f"The answer of the action '{name}' is not `events` and `responses`, both lists of objects."
        )
    return CustomAnswer(events, responses)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        shape = response.json()
    except ValueError:
        return {}
    return shape if isinstance(shape, dict) else {}


def _are_objects(items: Any) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def _digest(domain: Domain) -> str:
    return hashlib.sha256(json.dumps(domain_json(domain), sort_keys=True, default=str).encode()).hexdigest()


def _wants_compression() -> bool:
    return os.environ.get(COMPRESS_VARIABLE, "").lower() in ("1", "true", "yes", "on")
