"""`bot run`: serve the assistant over HTTP and WebSocket; `bot run actions`: serve the project's actions."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.console import reporting, say
from bot.errors import UsageError

if TYPE_CHECKING:
    from socket import socket

    from bot.project import Project

DEFAULT_PORT = 5005
ACTIONS_PORT = 5055


class Part(StrEnum):
    ACTIONS = "actions"


class SyslogProtocol(StrEnum):
    UDP = "UDP"
    TCP = "TCP"


def run(
    part: Annotated[Part | None, typer.Argument(help="`actions` serves the project's actions instead.")] = None,
    project: options.ProjectOption = options.HERE,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="A model, or a folder whose newest is taken.")
    ] = None,
    interface: Annotated[str, typer.Option("--interface", "-i", help="Address to listen on.")] = "0.0.0.0",
    port: Annotated[int | None, typer.Option("--port", "-p", help="Port; 5005, or 5055 for actions.")] = None,
    workers: Annotated[
        int, typer.Option(help="Processes that serve; they meet in the Redis of `lock_store`.", min=1)
    ] = 1,
    enable_api: Annotated[
        bool, typer.Option("--enable-api", help="Serve Rasa's HTTP API besides the channels.")
    ] = False,
    cors: Annotated[
        list[str] | None,
        typer.Option(help="Origins that browsers may call from, in one option with commas or in several; `*` for all."),
    ] = None,
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
    response_timeout: Annotated[
        float, typer.Option(help="Seconds after which a request that has no answer gets 503.", min=0.001)
    ] = 3600,
    request_timeout: Annotated[
        float | None, typer.Option(help="Accepted for Rasa's scripts; a request is read as long as it comes.")
    ] = None,
    remote_storage: Annotated[
        str | None, typer.Option(help="Not supported: fetch the model first and name it with --model.")
    ] = None,
    log_file: Annotated[Path | None, typer.Option(help="Log to this file too.")] = None,
    use_syslog: Annotated[bool, typer.Option("--use-syslog", help="Log to a syslog server too.")] = False,
    syslog_address: Annotated[str, typer.Option(help="Address of the syslog server.")] = "localhost",
    syslog_port: Annotated[int, typer.Option(help="Port of the syslog server.")] = 514,
    syslog_protocol: Annotated[SyslogProtocol, typer.Option(case_sensitive=False)] = SyslogProtocol.UDP,
    actions: Annotated[str, typer.Option(help="Package or module of the actions.")] = "actions",
    logging_config_file: Annotated[
        Path | None, typer.Option(help="Logging as a YAML file in the schema of Python's logging.config.dictConfig.")
    ] = None,
    json_logs: Annotated[bool, typer.Option("--json-logs", help="Log one JSON object a line.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything.")] = False,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="Log more; twice for everything.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log errors only.")] = False,
) -> None:
    """Serve the assistant: REST, WebSocket, a demo shop with the chat at /, and with --enable-api Rasa's HTTP API."""
    if debug or verbose or quiet:
        options.set_log_level(verbose=2 if debug else verbose, quiet=quiet)
    if logging_config_file is not None:
        options.configure_logging(logging_config_file)
    if part is Part.ACTIONS:
        serve_actions(
            project, actions, port or ACTIONS_PORT, cors=_origins(cors), certificate=ssl_certificate, key=ssl_keyfile
        )
        return
    if remote_storage is not None:
        raise UsageError(
            f"--remote-storage {remote_storage}: models are not fetched from cloud storage. Fetch the model first and "
            "name it with --model, or have a server hand it out: `models: {url: …}` in endpoints.yml."
        )
    from bot.assistant import Assistant
    from bot.cli.loading import model_server_of, pulled_assistant, ready_assistant
    from bot.server.auth import Auth
    from bot.server.running import Running
    from bot.server.serve import Tls, listen, serve
    from bot.server.settings import Settings
    from bot.server.workers import run_workers
    from bot.stores.opening import lock_redis

    if log_file:
        options.log_to(log_file)
    if use_syslog:
        options.log_to_syslog(syslog_address, syslog_port, tcp=syslog_protocol is SyslogProtocol.TCP)

    if json_logs:
        options.log_as_json()

    def read() -> Project:
        return options.load_project(
            project, config=config, domain=domain, data=data, endpoints=endpoints, credentials=credentials
        )

    loaded = read()
    settings = Settings(
        enable_api=enable_api,
        cors=_origins(cors),
        auth=Auth(token=auth_token, jwt_secret=jwt_secret, jwt_method=jwt_method),
        credentials=_only(dict(loaded.credentials), connector),
        response_seconds=response_timeout,
        root=loaded.root,
        redis=lock_redis(loaded.endpoints.lock_store),
        is_secure=ssl_certificate is not None,
    )

    def load(archive: Path) -> Assistant:
        """The assistant of another model, with the project's files as they are then."""
        return Assistant.load(read(), model=archive)

    model_server = model_server_of(loaded) if model is None else None
    settings = replace(settings, model_server=model_server)
    tls = Tls(ssl_certificate, ssl_keyfile, ssl_ca_file, ssl_password)
    chosen = DEFAULT_PORT if port is None else port

    def work(listening: socket | None = None) -> None:
        assistant = pulled_assistant(loaded, model_server) if model_server else ready_assistant(loaded, model=model)
        say(f"Serving {project.resolve()} on port {chosen}; Ctrl-C ends.", style="bold green")
        serve(Running(assistant, load=load), settings, host=interface, port=chosen, tls=tls, listening=listening)

    if workers == 1:
        work()
        return
    _check_that_workers_meet(loaded, workers)
    listening = listen(interface, chosen)
    run_workers(workers, partial(reporting, partial(work, listening)))


def _check_that_workers_meet(project: Project, workers: int) -> None:
    """Raises UsageError where messages of one conversation could not find each other."""
    from bot.stores.opening import lock_redis

    store = project.endpoints.tracker_store
    if lock_redis(project.endpoints.lock_store) is None:
        missing = "`lock_store: {type: redis, …}`, in which they keep order and hand replies around"
    elif store is None or (store.type or "").lower() in ("", "inmemory", "in_memory", "memory"):
        missing = "a `tracker_store` that they share: PostgreSQL, for one"
    else:
        return
    raise UsageError(f"--workers {workers}: several workers need {missing}, in endpoints.yml.")


def serve_actions(
    project: Path,
    module: str,
    port: int,
    *,
    cors: tuple[str, ...] = (),
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """The official rasa_sdk server, started in the project's folder as `rasa run actions` does."""
    import os
    import sys

    tls = {"--ssl-certificate": certificate, "--ssl-keyfile": key}
    given = [part for name, file in tls.items() if file for part in (name, str(file.resolve()))]
    os.chdir(project)
    sys.path.insert(0, str(Path.cwd()))
    from rasa_sdk.__main__ import main as rasa_sdk_main

    origins = ["--cors", *cors] if cors else []
    sys.argv = ["rasa_sdk", "--actions", module, "--port", str(port), *given, *origins]
    rasa_sdk_main()


def _only(credentials: dict[str, object], connector: str | None) -> dict[str, object]:
    if connector is None:
        return credentials
    return {connector: credentials.get(connector)}


def _origins(given: list[str] | None) -> tuple[str, ...]:
    """Origins from one option or several, each of which may hold more than one."""
    return tuple(origin for part in given or () for origin in part.replace(",", " ").split())
