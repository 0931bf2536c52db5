"""Where `PUT /model` may take a model from, besides a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.server.problems import ApiError
from bot.server.running import Running
from bot.stores.model_server import ModelServer, ModelServerOptions

NO_SOURCE = (
    "Give `model_file`, the path of an archive on this machine, or `model_server`, the `url` and `token` of a server "
    "that hands one out. `remote_storage` (aws, gcs, azure) is not supported: fetch the archive first."
)


async def follow(running: Running, given: Mapping[str, Any], folder: Path) -> None:
    """Use the model of a server, and from now on each that follows it.

    Raises ApiError 400 when the options are not valid or there is no model that can be used; all stays as it was.
    """
    try:
        options = ModelServerOptions.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        message = f"Supplied 'model_server' is not valid: {'.'.join(map(str, first['loc']))}: {first['msg']}."
        raise ApiError(400, "BadRequest", message, {"parameter": "model_server", "in": "body"}) from error
    server = ModelServer(options, folder)
    if not await server.pull(running.swap):
        raise ApiError(400, "BadRequest", f"{options.url} has no model that can be used; the server's log says why.")
    running.follow(server)
