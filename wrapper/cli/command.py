"""What every command of ours is to click: it takes the options that it declares, and no others; a word of one dash is one word.

Left alone, click takes ``-refresh=false`` apart into letters and finds the ``h`` of help in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from click.core import ParameterSource
from click.parser import _OptionParser, _ParsingState

from ..model.errors import UnavailableError, UsageError
from . import launcher
from .options import GlobalOption, Shared

_MAY_BE_EMPTY = ("confirm",)  # it confirms nothing then: a pipeline has one line for stacks that are protected or not
_GOOD = (0, 2, 3)  # 2 and 3 are answers: there are changes, a file has another form
_HELP = ("--help", "-h", "-help")


def no_option(command: str, word: str, possibilities: Sequence[str] = ()) -> UsageError:
    """That a command does not take an option."""
    close = f"did you mean {' or '.join(possibilities)}? " if possibilities else ""
    return UsageError(f"{command} takes no {word}", hint=close + help_of(command))


def help_of(command: str) -> str:
    """The hint at a command's help; "": at that of all of them."""
    return f"see: ./orchestrate {command} --help".replace("  ", " ")


def words_of(ctx: click.Context | None) -> str:
    """A command as it is typed: ``tenant remove``; "" before there is one."""
    return ctx.command_path.removeprefix("orchestrate").strip() if ctx else ""


class _WholeWords(_OptionParser):
    """A word of one dash is an option as a whole (-h, -n), or it is none."""

    def _match_short_opt(self, arg: str, state: _ParsingState) -> None:
        if arg in self._short_opt:
            super()._match_short_opt(arg, state)
        elif self.ignore_unknown_options:
            state.largs.append(arg)
        else:
            raise click.NoSuchOption(arg, ctx=self.ctx)


def _rank(parameter: click.Parameter) -> int:
    if "--help" in parameter.opts:
        return GlobalOption.rank + 1
    return parameter.rank if isinstance(parameter, Shared) else 0


class _Parsed(click.Command):
    """The words for help are each command's own: click asks for them once, and the first context may have no parent."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.context_settings.setdefault("help_option_names", _HELP)

    def get_help(self, ctx: click.Context) -> str:
        return launcher.as_called(super().get_help(ctx))

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Help shows them in this order: the command's own, those of several commands, those of all, --help."""
        return sorted(super().get_params(ctx), key=_rank)

    def make_parser(self, ctx: click.Context) -> _OptionParser:
        parser = _WholeWords(ctx)
        for parameter in self.get_params(ctx):
            parameter.add_to_parser(parser, ctx)
        return parser


class Command(_Parsed):
    """A command that something is done by. Options that stand before it must be its own as well, and an option has a value:
    ``--tenant "$TENANT"`` of a variable that is unset would destroy the whole stack."""

    def invoke(self, ctx: click.Context) -> Any:
        for option in _on_command_line(ctx.find_root()):
            if option.name not in {parameter.name for parameter in self.params}:
                raise no_option(words_of(ctx), option.opts[0])
        for context in (ctx.find_root(), ctx):
            _check_values(context)
        result = super().invoke(ctx)
        if lost := getattr(ctx.obj, "lost", None):
            return _incomplete(ctx, lost[0], result)
        return result


class CommandGroup(_Parsed, click.Group):
    """A command of two words is a Command too."""

    command_class = Command


def _incomplete(ctx: click.Context, why: OSError, result: Any) -> int:
    """What was asked for did not arrive. A worse exit code than that stays."""
    error = UnavailableError(
        f"standard output took only a part of what was printed: {why.strerror}",
        hint="what the command did is done; free disk space, and ask again",
    )
    if result in (None, *_GOOD):
        raise error
    ctx.obj.console.error(error)
    return int(result)


def _check_values(ctx: click.Context) -> None:
    for option in _on_command_line(ctx):
        value = ctx.params.get(option.name or "")
        empty = value == "" or (isinstance(value, tuple) and "" in value)
        if empty and isinstance(option, click.Option) and option.name not in _MAY_BE_EMPTY:
            raise UsageError(
                f"{option.opts[0]} is empty",
                hint="is a variable of your script unset? give it a value, or leave the option out",
            )


def _on_command_line(ctx: click.Context) -> list[click.Parameter]:
    return [
        parameter
        for parameter in ctx.command.params
        if parameter.name and ctx.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
