"""EndpointConfig: an entry of endpoints.yml, and requests to what stands behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.compat.api.io import read_config_file


class ClientResponseError(Exception):
    """The endpoint has answered with an error."""

    def __init__(self, status: int, message: str, text: str) -> None:
        super().__init__(f"{status}, {message}, body='{text}'")
        self.status, self.message, self.text = status, message, text


class EndpointConfig:
    """`type` is the entry's, `kwargs` are its other keys."""

    def __init__(
        self,
        url: str | None = None,
        params: dict[str, Any] | None = None,
        headers: dict[str, Any] | None = None,
        basic_auth: dict[str, str] | None = None,
        token: str | None = None,
        token_name: str = "token",
        cafile: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.url = url
        self.params = params or {}
        self.headers = headers or {}
        self.basic_auth = basic_auth or {}
        self.token = token
        self.token_name = token_name
        self.cafile = cafile
        self.type = kwargs.pop("store_type", kwargs.pop("type", None))
        self.kwargs = kwargs

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> EndpointConfig:
        return cls(**data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EndpointConfig) and vars(self) == vars(other)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The JSON that the endpoint answers with, None when it is none; `json`, `params`, `data` as in aiohttp.

        Raises ClientResponseError for a status of 400 and above.
        """
        import httpx

        headers = {"Content-Type": content_type} if content_type else {}
        params = {**self.params, **({self.token_name: self.token} if self.token else {}), **kwargs.pop("params", {})}
        auth = (self.basic_auth["username"], self.basic_auth["password"]) if self.basic_auth else None
        async with httpx.AsyncClient(auth=auth, verify=self.cafile or True, timeout=300) as client:
            answer = await client.request(
                method.upper(),
                concat_url(self.url or "", subpath),
                headers={**headers, **kwargs.pop("headers", {}), **self.headers},
                params=params,
                **kwargs,
            )
        if answer.status_code >= 400:
            raise ClientResponseError(answer.status_code, answer.reason_phrase, answer.text)
        return answer.json() if "json" in answer.headers.get("content-type", "") else None


def concat_url(base: str, subpath: str | None) -> str:
    return f"{base.rstrip('/')}/{subpath.lstrip('/')}" if subpath else base


def read_endpoint_config(filename: str, endpoint_type: str) -> EndpointConfig | None:
    """An entry of an endpoints file; None when the file or the entry is not there."""
    if not filename or not Path(filename).is_file():
        return None
    entry = read_config_file(filename).get(endpoint_type)
    return None if entry is None else EndpointConfig.from_dict(entry)


def bool_arg(request: Any, name: str, default: bool = True) -> bool:
    """A query argument of a Sanic request that says true or false."""
    return str(request.args.get(name, default)).lower() == "true"


__all__ = ["ClientResponseError", "EndpointConfig", "bool_arg", "concat_url", "read_endpoint_config"]
