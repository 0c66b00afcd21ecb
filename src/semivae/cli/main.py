r"""The entry of the command: its parts, and one message with exit code 2 for every deliberate error."""

from __future__ import annotations

__all__ = ["app", "main"]

import os
import sys
from contextlib import nullcontext
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from semivae.cli.commands.budget import budget
from semivae.cli.commands.check import check
from semivae.cli.commands.cluster import cluster
from semivae.cli.commands.compress import compress
from semivae.cli.commands.datasets import datasets
from semivae.cli.commands.demo import demo
from semivae.cli.commands.denoise import denoise
from semivae.cli.commands.edit import edit
from semivae.cli.commands.evaluate import WithMetrics, evaluate
from semivae.cli.commands.explain import explain
from semivae.cli.commands.explore import explore
from semivae.cli.commands.fit import fit
from semivae.cli.commands.impute import impute
from semivae.cli.commands.info import info
from semivae.cli.commands.mislabeled import mislabeled
from semivae.cli.commands.optimize import optimize
from semivae.cli.commands.outliers import outliers
from semivae.cli.commands.plot import plot
from semivae.cli.commands.predict import predict
from semivae.cli.commands.report import report
from semivae.cli.commands.sample import sample
from semivae.cli.commands.score import score
from semivae.cli.commands.suggest import suggest
from semivae.cli.flags import in_flags
from semivae.cli.launch import first
from semivae.cli.screen import complain, messages, silence
from semivae.errors import SemivaeError


class Commands(TyperGroup):
    """The group of all commands, where errors become messages."""

    def invoke(self, ctx: Any) -> Any:
        """Runs a command; a deliberate error, Ctrl-C and a closed output end it with exit code 2."""

        def reword(text: str) -> str:
            return in_flags(text, self.commands.values())

        with messages(reword):
            try:
                with nullcontext() if first() else silence():
                    return super().invoke(ctx)
            except SemivaeError as error:
                complain(reword(str(error)))
            except KeyboardInterrupt:
                complain("Stopped by hand; nothing was written.")
            except BrokenPipeError:
                drop_output()
                complain("The reader of the output has gone.")
            except OSError as error:
                # Standard output may be a file on a full disk.
                drop_output()
                complain(f"The output cannot be written: {error.strerror or error}.\n  Fix: free some space")

            raise typer.Exit(2)


def drop_output() -> None:
    """Drops the rest of standard output, which cannot be written, so that it does not fail once more at the exit."""

    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    name="semivae",
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def version(wanted: bool) -> None:
    """Shows the version and ends."""

    if wanted:
        from importlib.metadata import version

        typer.echo(f"semivae {version('semivae')}")

        raise typer.Exit


@app.callback()
def semivae(
    version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Learn from few labels and many unlabeled rows with variational autoencoders.

    `semivae check DATA --target COL`, then `semivae fit DATA --target COL --out DIR`, then
    `semivae predict DIR NEW --out FILE`. DATA is a file or a named set (`semivae datasets`).
    """


COMMANDS = (
    *(check, fit, evaluate, predict, score),
    *(explore, explain, outliers, suggest, mislabeled, budget),
    *(plot, sample, optimize, edit, cluster, impute, denoise, compress),
    *(info, report, datasets, demo),
)

for command in COMMANDS:
    app.command(cls=WithMetrics if command is evaluate else None)(command)


def main() -> None:
    """Runs the command that the arguments of the process name."""

    app()
