"""A server that hands out models: `models:` of endpoints.yml.

It is asked with `If-None-Match` and answers 200 with an archive and its ETag, or 304 or 204 when there is nothing new.
Source: `_pull_model_and_fingerprint` of `rasa/core/agent.py` in Rasa 3.6.21.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from bot.stores.options import Options

if TYPE_CHECKING:
    import httpx

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 300.0


class ModelServerOptions(Options):
    """`token` is sent as the query parameter `token_name`. `wait_time_between_pulls` is in seconds; 0 asks only once."""

    url: str
    token: str | None = None
    token_name: str = "token"
    headers: Mapping[str, str] = Field(default_factory=dict)
    params: Mapping[str, str] = Field(default_factory=dict)
    basic_auth: Mapping[str, str] = Field(default_factory=dict)
    cafile: str | None = None
    wait_time_between_pulls: float | None = 100


class ModelServer:
    """Fetches the models of a server into a folder, each once."""

    def __init__(
        self, options: ModelServerOptions, folder: Path, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """`transport` stands in for the network in tests."""
        self.options = options
        self._folder = folder
        self._transport = transport
        self._etag: str | None = None
        self._fetched: str | None = None

    async def fetch(self) -> Path | None:
        """The server's model if there is a new one. Without an answer there is none, and the log says why."""
        import httpx

        try:
            async with self._client() as client, client.stream("GET", self.options.url) as answer:
                if answer.status_code in (204, 304):
                    return None
                if answer.status_code != 200:
                    logger.warning("The model server %s answered %d.", self.options.url, answer.status_code)
                    return None
                name = Path(answer.headers.get("filename", "model.tar.gz")).name
                path = await self._write(answer, name)
                self._fetched = answer.headers.get("etag")
                return path
        except (httpx.HTTPError, OSError) as error:
            logger.warning("There was no model from the server %s: %s", self.options.url, error or type(error).__name__)
            return None

    def accept(self) -> None:
        """The model that was fetched last is in use: from now on only another one is asked for."""
        self._etag = self._fetched

    async def pull(self, use: Callable[[Path], Awaitable[None]]) -> bool:
        """Fetch a model and use it; whether there was one that could be used. Another pull asks again otherwise."""
        path = await self.fetch()
        if path is None:
            return False
        try:
            await use(path)
        except Exception:
            # Whatever is wrong with the server's model, the present one goes on answering.
            logger.exception("The model %s of %s cannot be used; the present one stays.", path.name, self.options.url)
            return False
        self.accept()
        logger.info("The model %s of %s is in use.", path.name, self.options.url)
        return True

    async def keep_pulling(self, use: Callable[[Path], Awaitable[None]]) -> None:
        """Pull again and again, until this is cancelled."""
        while self.options.wait_time_between_pulls:
            await asyncio.sleep(self.options.wait_time_between_pulls)
            await self.pull(use)

    def _client(self) -> httpx.AsyncClient:
        import ssl

        import httpx

        given: dict[str, Any] = {}
        if self.options.cafile:
            given["verify"] = ssl.create_default_context(cafile=self.options.cafile)
        if self.options.basic_auth:
            given["auth"] = (self.options.basic_auth["username"], self.options.basic_auth["password"])
        token = {self.options.token_name: self.options.token} if self.options.token else {}
        known = {"If-None-Match": self._etag} if self._etag else {}
        return httpx.AsyncClient(
            headers={**self.options.headers, **known},
            params={**self.options.params, **token},
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=True,
            transport=self._transport,
            **given,
        )

    async def _write(self, answer: httpx.Response, name: str) -> Path:
        """The archive as a file, whole or not at all."""
        temporary = await asyncio.to_thread(self._new_file)
        try:
            with temporary.open("wb") as file:
                async for part in answer.aiter_bytes():
                    file.write(part)
            return await asyncio.to_thread(temporary.replace, self._folder / name)
        finally:
            await asyncio.to_thread(temporary.unlink, missing_ok=True)

    def _new_file(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".pulling-")
        os.close(handle)
        return Path(name)
