"""`bot inspect`: a conversation beside what is understood, decided and said in it, in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import options
from bot.cli.console import say

DEFAULT_PORT = 5006


def inspect(
    project: options.ProjectOption = options.HERE,
    config: options.ConfigOption = "config.yml",
    domain: options.DomainOption = "domain.yml",
    data: options.DataOption = "data",
    endpoints: options.EndpointsOption = "endpoints.yml",
    model: Annotated[str | None, typer.Option("--model", "-m", help="Use this model as it is; trains nothing.")] = None,
    port: Annotated[int, typer.Option("--port", "-p", help="Port.")] = DEFAULT_PORT,
) -> None:
    """Talk to the assistant in the browser and see why it says what it says. Answers this machine only."""
    import uvicorn

    from bot.cli.loading import ready_assistant
    from bot.server.inspector import HOST, create_inspector

    loaded = options.load_project(project, config=config, domain=domain, data=data, endpoints=endpoints)
    assistant = ready_assistant(loaded, model=model)
    say(f"Inspecting {project.resolve()} at http://{HOST}:{port}/ ; Ctrl-C ends.", style="bold green")
    uvicorn.run(
        create_inspector(assistant), host=HOST, port=port, log_config=None, log_level="warning", access_log=False
    )
