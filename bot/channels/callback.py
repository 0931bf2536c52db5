"""The callback channel, as Rasa's: the webhook answers at once, each reply is POSTed to the client's own URL."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.channels.base import Handle
from bot.channels.incoming import MessageError, read_message
from bot.channels.wire import messages
from bot.errors import UsageError
from bot.message import Reply

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30.0


class CallbackChannel:
    """`POST /webhooks/callback/webhook`, answered by `success` when the replies have been delivered to `url`."""

    name = "callback"

    def __init__(
        self,
        handle: Handle,
        *,
        url: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        basic_auth: Mapping[str, str] | None = None,
    ) -> None:
        self._handle = handle
        self._url = url
        self._headers = dict(headers or {})
        self._params = dict(params or {})
        self._auth = (basic_auth["username"], basic_auth["password"]) if basic_auth else None
        self._shared: httpx.AsyncClient | None = None

    @classmethod
    def from_credentials(cls, handle: Handle, credentials: Mapping[str, Any] | None) -> CallbackChannel:
        url = (credentials or {}).get("url")
        if not isinstance(url, str) or not url:
            raise UsageError("credentials.yml: the channel `callback` needs `url`, where replies are POSTed to.")
        given = dict(credentials or {})
        token = {str(given.get("token_name", "token")): str(given["token"])} if given.get("token") else {}
        return cls(
            handle,
            url=url,
            headers=given.get("headers"),
            params={**(given.get("params") or {}), **token},
            basic_auth=given.get("basic_auth"),
        )

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/webhooks/callback/", self._health, methods=["GET"]),
            Route("/webhooks/callback/webhook", self._webhook, methods=["POST"]),
        )

    async def push(self, recipient_id: str, replies: Sequence[Reply]) -> None:
        """POST each message of `replies`, in order; one that cannot be delivered is logged and the rest still go."""
        import httpx

        url = httpx.URL(self._url).copy_merge_params(self._params)
        for answer in messages(recipient_id, replies):
            content = json.dumps(answer, ensure_ascii=False, default=str).encode()  # `custom` may hold prices and dates
            try:
                (await self._client().post(url, content=content)).raise_for_status()
            except httpx.HTTPError as error:
                log.error("A reply to %s could not be delivered to %s: %s", recipient_id, self._url, error)

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.aclose()

    def _client(self) -> httpx.AsyncClient:
        import httpx

        if self._shared is None:
            headers = {"content-type": "application/json", **self._headers}
            self._shared = httpx.AsyncClient(headers=headers, auth=self._auth, timeout=TIMEOUT_SECONDS)
        return self._shared

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _webhook(self, request: Request) -> Response:
        try:
            message = await read_message(request, channel=self.name)
        except MessageError as error:
            return JSONResponse({"status": "failure", "reason": "BadRequest", "message": str(error)}, 400)
        replies = await self._handle(message)
        await self.push(message.sender_id, replies)
        return PlainTextResponse("success")
