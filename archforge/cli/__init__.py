"""The command line. A command is a file with ``command``, and one line in ``COMMANDS``.

The table holds each command's module and its line of help, so that ``archforge --help`` imports
none of them. What a command needs it imports when it runs. Results go to stdout, progress and
problems to stderr. Exit status: 0 done, 1 problems in the user's file, data or result, 2 wrong
usage, 70 a bug of ours, 130 interrupted.
"""

import os
import sys
import traceback
from importlib import import_module

import click

from archforge import __version__
from archforge.errors import ProblemError
from archforge.errors.words import nearest

COMMANDS: dict[str, tuple[str, str]] = {
    "list": ("list", "what there is: architectures, layers, blocks, losses, metrics ..."),
    "new": ("new", "start a spec of your own from one of the zoo"),
    "check": ("check", "every problem of a spec, or silence"),
    "show": ("show", "shapes, parameters, MACs, memory, receptive field"),
    "draw": ("draw", "the picture of a spec"),
    "diff": ("diff", "what two architectures do not share"),
    "explain": ("explain", "what a problem code means"),
    "docs": ("docs", "a page for every layer, block, problem, command and architecture"),
    "schema": ("schema", "the JSON Schema of the language, for editors"),
    "lsp": ("lsp", "the language server, for editors to start"),
    "build": ("build", "the Keras model of a spec"),
    "data": ("data", "draw a data set, or look at one of yours"),
    "train": ("train", "train one network"),
    "evaluate": ("evaluate", "scores of a trained network on other data"),
    "predict": ("predict", "masks for images"),
    "search": ("search", "search hyperparameters with Optuna"),
    "worker": ("worker", "train trials of a search on one more machine"),
    "runs": ("runs", "list and filter the records of trainings"),
    "replay": ("replay", "train a run again, and say what differs"),
    "compare": ("compare", "several architectures on the same data"),
    "report": ("report", "the page of a run, a search or a comparison"),
}
OK, PROBLEMS, USAGE, BUG, INTERRUPTED = 0, 1, 2, 70, 130


class Commands(click.Group):
    """The table above as a group; a command's module is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"archforge.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            hint = f"did you mean '{near}'?" if near else "see `archforge --help`"
            ctx.fail(f"there is no command '{args[0]}': {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archforge")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
def cli(debug: bool) -> None:
    """Networks for images, written as one YAML file: checked, drawn, built, searched.

    SPEC is a name from the zoo (unet), a preset's name (vgg19), a path, or - for standard input.

    Start with:  archforge new my_unet.yaml --from unet --preset tutorial
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    # `--debug` may stand anywhere; people add it at the end of the line that failed.
    words = [word for word in given if word != "--debug"]
    sys.exit(run(words, debug=debug))


def run(words: list[str], *, debug: bool = False) -> int:
    """Run the command line and return its exit status."""
    colour = False if os.environ.get("NO_COLOR") else None
    try:
        status = cli.main(words, prog_name="archforge", standalone_mode=False, color=colour)
    except ProblemError as error:
        tell(error, colour)
        return PROBLEMS
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except BrokenPipeError:
        # The reader went away, as `archforge show unet | head` does; nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = OK
    except Exception:  # noqa: BLE001 (the one place that may not let a traceback through)
        return _bug(debug=debug)
    return status if isinstance(status, int) else OK


def tell(error: ProblemError, colour: bool | None, *, err: bool = True) -> None:
    """Print every problem."""
    for problem in error.problems:
        first, *rest = str(problem).split("\n")
        place, _, message = first.partition(f"{problem.code} ")
        code = click.style(problem.code, fg="red", bold=True)
        click.echo(f"{click.style(place, bold=True)}{code} {message}", err=err, color=colour)
        for line in rest:
            label, _, text = line.partition(": ")
            click.echo(f"{click.style(label, fg='cyan')}: {text}", err=err, color=colour)


def _bug(*, debug: bool) -> int:
    kind, value, _ = sys.exc_info()
    click.echo(f"a bug of archforge: {kind.__name__ if kind else ''}: {value}", err=True)
    # Of a trial the traceback that tells something is that of its own process.
    trace = getattr(value, "trace", "")
    if debug and trace:
        click.echo(trace, err=True)
    elif debug:
        traceback.print_exc()
    elif not trace:
        click.echo("  run the same command with --debug for the traceback,", err=True)
    click.echo("  and report it with the command, the spec and `archforge --version`", err=True)
    return BUG
