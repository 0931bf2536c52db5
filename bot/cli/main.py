"""The command line: every command by name, and what happens when one fails."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import traceback

import typer

from bot.cli import data, export, init, inspect, kb, model, options, privacy, run, shell, test, train
from bot.cli.arguments import with_joined_values
from bot.cli.console import say, show_error
from bot.errors import KefuError

app = typer.Typer(
    name="bot",
    help="Kefu (客服): a customer-service bot that a shop can run by itself. Runs Rasa 3 projects as they are.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(options.common)
app.command("shell")(shell.shell)
app.command("train")(train.train)
app.command("test")(test.test)
app.command("run")(run.run)
app.command("inspect")(inspect.inspect)
app.command("init")(init.init)
app.command("export")(export.export)
app.add_typer(data.app, name="data")
app.add_typer(kb.app, name="kb")
app.add_typer(model.app, name="model")
app.add_typer(privacy.app, name="privacy")


def main() -> None:
    """Run the command line; a failure is explained, never shown as a bare traceback."""
    # Threads of a model that wait must not keep the cores busy: beside other processes that makes training crawl.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Reading a project makes many objects and hardly any garbage; looking for it so often costs a tenth of a command.
    gc.set_threshold(50_000, 20, 20)
    try:
        app(with_joined_values(sys.argv[1:]))
    except KefuError as error:
        show_error(error)
        sys.exit(1)
    except BrokenPipeError:  # `bot data validate | head`
        sys.stderr.close()
        sys.exit(141)
    except Exception as error:  # noqa: BLE001 - the last resort: whatever is left is a bug of ours, or the disk is full
        _explain(error)
        sys.exit(1)


def _explain(error: Exception) -> None:
    from nlu_models.errors import WeightsError

    if isinstance(error, WeightsError):
        say(f"Error: {error}", style="bold red")
        return
    with tempfile.NamedTemporaryFile("w", prefix="bot-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    say(f"Error: {type(error).__name__}: {error}", style="bold red")
    say(f"This should not have happened. The details are in {log.name}; please report them.")
