"""The command line itself: one group, Terraform's verbs and ours, and the one place that catches and exits."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .. import __version__
from ..model.errors import OrchestrateError, UnavailableError, UsageError
from . import launcher
from .command import CommandGroup, help_of, no_option, words_of
from .options import global_options

if TYPE_CHECKING:
    from .session import CliSession

# Terraform's verbs that --help shows; every other one is passed through as well.
_TERRAFORM = {
    "apply": "Create or change a stack or a tenant; prints the tenant's URL at the end.",
    "plan": "Show what apply would do.",
    "destroy": "Remove a tenant, or a stack with all its tenants.",
    "output": "Print the outputs of a state.",
    "console": "Open Terraform's console on a state.",
    "state": "Run a state command: state STACK REGION list ...",
    "import": "Import an existing resource into a state.",
    "show": "Print a state or a saved plan.",
    "validate": "Check a stack's Terraform code.",
    "refresh": "Update a state from what really exists.",
    "force-unlock": "Release a lock that an interrupted run left.",
}
_COMMANDS = {
    "stacks": "List the stacks of this project.",
    "vars": "Show every value of a layer and the line it comes from.",
    "tenants": "List a stack's tenants: declared, deployed, changed, orphaned, failed, locked.",
    "tenant": "Add, remove or show one tenant.",
    "affected": "List the tenants that an apply would touch, and why.",
    "drift": "Detect drift since the last apply; exit code 2.",
    "shards": "Split the changed tenants into N groups of similar duration.",
    "quota": "Show which AWS quota would run out first, and what to raise it to.",
    "builds": "Show which builds run.",
    "status": "Show how services are: tasks, deployments, targets, events, alarms.",
    "logs": "Show what the containers print.",
    "run-task": "Run a task once, and wait for its end.",
    "exec": "Enter a running container: a shell, or a command.",
    "restart": "Replace a service's tasks by new ones of the same.",
    "stop": "Take a tenant's services to no task, until `start`.",
    "start": "Start what `stop` stopped, as it was.",
    "history": "List a tenant's earlier applies.",
    "promote": "Deploy to one stack the builds that run in the stack before it.",
    "rollback": "Put back the builds that ran before.",
    "reap": "Destroy every ephemeral stack, tenants first, and check that nothing is left.",
    "keep": "Keep an ephemeral stack until a day.",
    "bootstrap": "Create the bucket for the states.",
    "report": "Merge the reports of several machines, show one, or comment with it.",
    "sandbox": "Start, stop, show or empty the simulated AWS.",
    "jenkins": "Print Jenkins' configuration as code for agents on ECS.",
    "image": "Build the image that Terraform runs in.",
    "providers lock": "Write the lock files of the Terraform roots that have none.",
    "modules fetch": "Fetch the modules that roots call from git and registries, and list them.",
    "adopt": "Copy an existing state to the key of a stack or tenant.",
    "new": "Make a project that runs at once.",
    "upgrade": "Bring the project's copies of modules and pipelines to this tool's version.",
    "doctor": "Check what the tool needs: Docker, image, credentials, bucket.",
    "completion": "Print shell completion: bash, zsh or fish.",
}
_EXAMPLES = """\b
Examples:
  ./orchestrate apply appcluster-test ap-southeast-2 -var tenant=acme
  ./orchestrate plan appcluster-test ap-southeast-2 -var tenant=acme -detailed-exitcode
  ./orchestrate apply appcluster-test -var tenant=acme -var service1-build=90
  ./orchestrate destroy appcluster-test ap-southeast-2
  ./orchestrate apply appcluster-live ap-southeast-2 -var tenant=acme \\
      --confirm ap-southeast-2/appcluster-live/acme
  ./orchestrate --sandbox apply appcluster-test -var tenant=acme    (no AWS account needed)
  ./orchestrate --dry-run plan appcluster-test -var tenant=acme     (what would run)

\b
Exit codes: 0 done, 1 Terraform failed, 2 changes (plan -detailed-exitcode), 3 fmt -check found one,
64 usage, 65 bad configuration, 66 not found, 69 Docker or endpoint unavailable, 70 our bug,
74 state at risk, 75 locked or busy, 77 refused, 124 timeout, 129/130/143 stopped by a signal,
141 the reader of standard output ended.
"""


class Commands(CommandGroup):
    """Ours are imported only when asked for; whatever else is a Terraform verb goes to Terraform."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_TERRAFORM, *_COMMANDS]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _COMMANDS:
            module = name.replace(" ", "_").replace("-", "_")
            command: click.Command = importlib.import_module(f".commands.{module}", __package__).command
            return command
        from .terraform_verb import command_of

        return command_of(name, _TERRAFORM.get(name, ""))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Two words are one command where the first is one of Terraform's: ``providers lock``, ``providers STACK lock``."""
        if (both := " ".join(args[:2])) in _COMMANDS:
            return both, self.get_command(ctx, both), args[2:]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Terraform, on a stack or a tenant (every other Terraform verb works too)"):
            formatter.write_dl(list(_TERRAFORM.items()))
        with formatter.section("This project"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=Commands,
    epilog=_EXAMPLES,
    context_settings={"terminal_width": 100},
)
@click.version_option(__version__, "--version", message="orchestrate %(version)s")
@global_options
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> None:
    """Deploy a multi-tenant application to Amazon ECS: Terraform in a container, by convention.

    \b
      orchestrate [OPTIONS] COMMAND STACK [REGION] [TERRAFORM ARGUMENTS...]

    STACK is a folder config/REGION/STACK; its code is src/STACK (or what its stack.hcl names).
    -var tenant=NAME chooses a tenant of it. Terraform's own arguments (one dash) pass through as typed.
    """
    from .session import CliSession

    made = ctx.obj or {"argv": ()}
    session = made if isinstance(made, CliSession) else CliSession(**made, completed=completed_for(made["argv"]))
    ctx.obj = session.merged(options)


def main() -> NoReturn:
    """Run the command line and exit with the code that the outcome has."""
    _open_standard_streams()
    code = _run(sys.argv[1:], process=True)
    _flush_standard_streams()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the result stands
    # Python's own end takes apart all that was imported, for nothing. mypy ends in this way too (mypy/util.py, hard_exit).
    os._exit(code)


def _open_standard_streams() -> None:
    """What the caller closed (``<&-``, some cron) is opened on nothing; else the next file opened would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            os.dup2(opened, number)
            if opened != number:
                os.close(opened)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def _flush_standard_streams() -> None:
    """What standard output did not take was told."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()


def _run(arguments: list[str], session: CliSession | None = None, **surroundings: Any) -> int:
    """``session``: instead of that of these arguments, which has these ``surroundings``."""
    try:
        made = session or {"argv": tuple(arguments), **surroundings}
        result = cli.main(arguments, prog_name="orchestrate", standalone_mode=False, obj=made)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return 130
    except click.NoSuchOption as error:
        return _ended(_unknown_option(error), arguments)
    except click.ClickException as error:
        words = words_of(error.ctx) if isinstance(error, click.UsageError) else ""
        return _ended(UsageError(error.format_message(), hint=help_of(words)), arguments)
    except OrchestrateError as error:
        return _ended(error, arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except Exception as error:
        return _ended(_bug(error), arguments)


def completed_for(arguments: Sequence[str]) -> Callable[[str], str]:
    """What puts the options of this command line into the commands that a text suggests."""

    def command_of(name: str) -> click.Command | None:
        with contextlib.suppress(OrchestrateError):
            return cli.get_command(click.Context(cli), name)
        return None

    def completed(text: str) -> str:
        from . import typed_options

        return launcher.as_called(typed_options.completed(text, arguments, command_of))

    return completed


def _unknown_option(error: click.NoSuchOption) -> OrchestrateError:
    if command := words_of(error.ctx):
        elsewhere = any(error.option_name in parameter.opts for parameter in cli.params)
        return no_option(command, error.option_name, () if elsewhere else error.possibilities or ())
    if error.option_name.startswith("--"):
        return UsageError(error.format_message(), hint=help_of(""))
    return UsageError(
        f"no option {error.option_name} before the command",
        hint="Terraform's own arguments stand after COMMAND STACK [REGION]",
    )


def _ended(error: OrchestrateError, arguments: list[str]) -> int:
    from .console import error_data, open_console

    console = open_console(os.environ, completed_for(arguments))
    if "--json" in arguments:
        console.json(error_data(error, console.completed))
    console.error(error)
    return error.exit_code


def _bug(error: Exception) -> OrchestrateError:
    import tempfile
    import traceback

    from ..model import system_errors

    if isinstance(error, ModuleNotFoundError) and (lacks := launcher.lacking(error))[0]:
        return UnavailableError(lacks[0], hint=lacks[1])
    if isinstance(error, OSError) and (ours := system_errors.refused(error)):
        return ours
    place = ""
    with (
        contextlib.suppress(OSError),
        tempfile.NamedTemporaryFile("w", prefix="orchestrate-bug-", suffix=".txt", delete=False) as file,
    ):
        place = file.name
        traceback.print_exception(error, file=file)
    return OrchestrateError(
        f"a bug of ours: {type(error).__name__}: {error}",
        where=place,
        hint="please report it with that file (look through it for secrets first)",
    )
