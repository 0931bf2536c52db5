"""`bot run`: serve the assistant over HTTP and WebSocket; `bot run actions`: serve the project's actions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.console import say

DEFAULT_PORT = 5005
ACTIONS_PORT = 5055


class Part(StrEnum):
    ACTIONS = "actions"


def run(
    part: Annotated[Part | None, typer.Argument(help="`actions` serves the project's actions instead.")] = None,
    project: options.ProjectOption = options.HERE,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="A model, or a folder whose newest is taken.")
    ] = None,
    interface: Annotated[str, typer.Option("--interface", "-i", help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int | None, typer.Option("--port", "-p", help="Port; 5005, or 5055 for actions.")] = None,
    enable_api: Annotated[
        bool, typer.Option("--enable-api", help="Serve Rasa's HTTP API besides the channels.")
    ] = False,
    cors: Annotated[list[str] | None, typer.Option(help="Origins that browsers may call from; `*` for all.")] = None,
    auth_token: Annotated[
        str | None, typer.Option("--auth-token", "-t", envvar="AUTH_TOKEN", help="Token of the API.")
    ] = None,
    jwt_secret: Annotated[str | None, typer.Option(envvar="JWT_SECRET", help="Secret, or public key, of JWTs.")] = None,
    jwt_method: Annotated[str, typer.Option(envvar="JWT_METHOD", help="Algorithm of JWTs.")] = "HS256",
    jwt_private_key: Annotated[
        str | None, typer.Option(help="Accepted for Rasa's scripts; verifying needs none.")
    ] = None,
    endpoints: options.EndpointsOption = "endpoints.yml",
    credentials: options.CredentialsOption = "credentials.yml",
    config: options.ConfigOption = "config.yml",
    domain: options.DomainOption = "domain.yml",
    data: options.DataOption = "data",
    connector: Annotated[str | None, typer.Option(help="Serve this channel only, and the API.")] = None,
    ssl_certificate: Annotated[Path | None, typer.Option(help="TLS certificate, PEM.")] = None,
    ssl_keyfile: Annotated[Path | None, typer.Option(help="TLS key, PEM.")] = None,
    ssl_ca_file: Annotated[Path | None, typer.Option(help="Authorities of client certificates.")] = None,
    ssl_password: Annotated[str | None, typer.Option(envvar="SSL_PASSWORD", help="Password of the key.")] = None,
    log_file: Annotated[Path | None, typer.Option(help="Log to this file too.")] = None,
    actions: Annotated[str, typer.Option(help="Package or module of the actions.")] = "actions",
    debug: Annotated[bool, typer.Option("--debug", help="Log everything.")] = False,
) -> None:
    """Serve the assistant: REST, WebSocket, the chat page at /, and with --enable-api Rasa's HTTP API."""
    if debug:
        options.log_everything()
    if part is Part.ACTIONS:
        serve_actions(project, actions, port or ACTIONS_PORT)
        return
    from bot.assistant import Assistant
    from bot.cli.loading import ready_assistant
    from bot.server.auth import Auth
    from bot.server.running import Running
    from bot.server.serve import Tls, serve
    from bot.server.settings import Settings

    if log_file:
        options.log_to(log_file)
    loaded = options.load_project(
        project, config=config, domain=domain, data=data, endpoints=endpoints, credentials=credentials
    )
    settings = Settings(
        enable_api=enable_api,
        cors=tuple(cors or ()),
        auth=Auth(token=auth_token, jwt_secret=jwt_secret, jwt_method=jwt_method),
        credentials=_only(dict(loaded.credentials), connector),
        root=loaded.root,
    )
    running = Running(ready_assistant(loaded, model=model), load=lambda archive: Assistant.load(loaded, model=archive))
    tls = Tls(ssl_certificate, ssl_keyfile, ssl_ca_file, ssl_password)
    chosen = DEFAULT_PORT if port is None else port
    say(f"Serving {project.resolve()} on port {chosen}; Ctrl-C ends.", style="bold green")
    serve(running, settings, host=interface, port=chosen, tls=tls)


def serve_actions(project: Path, module: str, port: int) -> None:
    """The official rasa_sdk server, started in the project's folder as `rasa run actions` does."""
    import os
    import sys

    os.chdir(project)
    sys.path.insert(0, str(Path.cwd()))
    from rasa_sdk.__main__ import main as rasa_sdk_main

    sys.argv = ["rasa_sdk", "--actions", module, "--port", str(port)]
    rasa_sdk_main()


def _only(credentials: dict[str, object], connector: str | None) -> dict[str, object]:
    if connector is None:
        return credentials
    return {connector: credentials.get(connector)}
