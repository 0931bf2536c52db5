"""Options that several commands share, so that they have one name and one meaning everywhere."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments import separate
from bot.masking import mask_logs

if TYPE_CHECKING:
    from bot.errors import Problem
    from bot.project import Project

ProjectOption = Annotated[Path, typer.Option("--project", help="The project's folder.", show_default=True)]
ConfigOption = Annotated[str, typer.Option("--config", "-c", help="The configuration, relative to the project.")]
DomainOption = Annotated[str, typer.Option("--domain", "-d", help="The domain: a file or a folder.")]
DataOption = Annotated[str, typer.Option("--data", help="The training data: files and folders.")]
EndpointsOption = Annotated[str, typer.Option("--endpoints", help="The endpoints file.")]
CredentialsOption = Annotated[str, typer.Option("--credentials", help="The channels and their credentials.")]
ModelOption = Annotated[
    str, typer.Option("--model", "-m", help="A model archive, or a folder whose newest one is taken.")
]

HERE = Path()
MODELS = "models"
LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def load_project(
    project: Path,
    *,
    config: str = "config.yml",
    domain: str = "domain.yml",
    data: str = "data",
    endpoints: str = "endpoints.yml",
    credentials: str = "credentials.yml",
) -> Project:
    """Read the whole project; raises ProjectError with every problem found, UsageError when there is no project."""
    from bot.errors import UsageError
    from bot.project import Project

    if not project.is_dir():
        raise UsageError(f"there is no folder {project}.")
    if not any((project / name).exists() for name in (config, domain)):
        raise UsageError(
            f"{project.resolve()} is no project: it has neither {config} nor {domain}. "
            "Give its folder with --project, or make a new project with `bot init DIR`."
        )
    places = separate(data)
    return Project.load(
        project, config=config, domain=domain, data=places, endpoints=endpoints, credentials=credentials
    )


def _print_version(asked: bool) -> None:
    if asked:
        from bot import __version__

        typer.echo(__version__)
        raise typer.Exit


def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
    verbose: Annotated[int, typer.Option("-v", "--verbose", count=True, help="Log more; twice for everything.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log errors only.")] = False,
) -> None:
    """What every command has."""
    logging.basicConfig(level=_level(verbose=verbose, quiet=quiet), format=LOG_FORMAT)
    mask_logs()


def all_problems(project: Project, *, max_history: int | None = None) -> list[Problem]:
    """Everything there is to say about a project that could be read."""
    from bot.validation import validate

    return validate(project, max_history=max_history)


def history_file() -> Path:
    """Where `bot shell` keeps what was typed."""
    from platformdirs import user_state_path

    return user_state_path("kefu") / "shell_history"


def _level(*, verbose: int, quiet: bool) -> int:
    return logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]


def set_log_level(*, verbose: int, quiet: bool) -> None:
    """What a command's own `-v`, `-vv`, `--debug` and `--quiet` ask of the log; Rasa has them after the command."""
    logging.getLogger().setLevel(_level(verbose=verbose, quiet=quiet))


def configure_logging(path: Path) -> None:
    """Have the log as a YAML file says; raises UsageError when it cannot be read or makes no sense."""
    import logging.config

    import yaml

    from bot.errors import UsageError

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        logging.config.dictConfig({"disable_existing_loggers": False, **found})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, TypeError, AttributeError, ImportError) as error:
        raise UsageError(f"the logging configuration {path} cannot be used: {error}") from error
    mask_logs()


def log_as_json() -> None:
    """Write one JSON object a line, for programs that collect logs."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonLines())
    mask_logs()


class JsonLines(logging.Formatter):
    """A record as `time` (ISO 8601, UTC), `level`, `logger`, `message` and perhaps `error`, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to(path: Path) -> None:
    """Write the log to a file as well."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    logging.getLogger().addHandler(handler)
    mask_logs()


def log_to_syslog(address: str, port: int, *, tcp: bool) -> None:
    """Send the log to a syslog server as well; raises UsageError when it cannot be reached."""
    import socket
    from logging.handlers import SysLogHandler

    from bot.errors import UsageError

    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    try:
        handler = SysLogHandler((address, port), socktype=kind)
    except OSError as error:
        raise UsageError(f"the syslog server {address}:{port} cannot be reached: {error}.") from error
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    logging.getLogger().addHandler(handler)
    mask_logs()
