"""The values of a command line: each -var-file and each environment variable read once, before anything else, so that every layer
gets the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..model.errors import UsageError
from ..project import streams
from ..terraform import caller_values
from ..terraform.caller_values import FileToken
from ..terraform.commands import Token, Verb
from .options import shared, stacked

if TYPE_CHECKING:
    from ..model.stack import Layer
    from .session import CliSession

value_options = stacked(
    shared(
        "--var-env",
        multiple=True,
        metavar="NAME=ENVVAR",
        help="Take a variable's value from an environment variable: a secret in no file and no command line.",
    )
)


def read(session: CliSession, verb: Verb, layer: Layer, tokens: Sequence[Token], *, many: bool) -> list[Token]:
    """The arguments with what their files hold; without what the tool gives itself, and what the verb does not use."""
    info = session.console.info
    if not verb.values:
        return _unused(session, verb, tokens)
    tokens = [_read(session, verb, t) if t.flag == "var-file" else t for t in tokens]
    tokens += caller_values.from_environment(session.options.var_env, session.environ)
    facts = {"region": layer.stack.region, "stack": layer.stack.name}
    facts = {**{n: fact for n, fact in facts.items() if fact}, "tenant": "" if many else layer.tenant}
    kept, words = caller_values.without_facts(tokens, facts, layer.label)
    for word in words:
        info(word)
    return kept


def _read(session: CliSession, verb: Verb, token: Token) -> FileToken:
    name = token.value or ""
    if streams.is_stdin(name) and verb.interactive:
        raise UsageError(
            f"-var-file={name}: standard input is what {verb.name} reads", hint="name a file, or use --var-env"
        )
    return FileToken(token.flag, token.value, token.words, session.project.files.caller_source(name, session.directory))


def _unused(session: CliSession, verb: Verb, tokens: Sequence[Token]) -> list[Token]:
    """Old pipelines type them with every verb: each is still checked, and used by none."""
    files = [t for t in tokens if t.flag == "var-file"]
    if files and not verb.passes_over_values:
        raise UsageError(f"{verb.name} uses no values, and takes no -var-file", hint="leave it out")
    if any(caller_values.gives(t) and not caller_values.chooses_tenant(t) for t in tokens):
        session.console.info(f"{verb.name} uses no values: -var and -var-file are passed over")
    return [_read(session, verb, t) if t.flag == "var-file" else t for t in tokens]
