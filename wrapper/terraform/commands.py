"""Terraform's verbs and flags: the only room that knows them. Pure.

Builds argv (through python-terraform's dialect), splits the caller's arguments, echoes an argv without its secrets.
Source: developer.hashicorp.com/terraform/cli/commands
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..model import duration
from ..model.errors import UsageError
from ..model.naming import nearest

PLAN_FILE = "orchestrate.tfplan"
VALUES_FILE = "zz-orchestrate.auto.tfvars.json"  # loaded last among *.auto.tfvars
BACKEND_FILE = "orchestrate_backend_override.tf.json"
ERRORED_STATE = "errored.tfstate"
MODULES_FILE = ".terraform/modules/modules.json"


def is_override(name: str) -> bool:
    """Whether what stands in a file of this name is laid over the same block elsewhere
    (developer.hashicorp.com/terraform/language/files/override)."""
    stem = name.rpartition("/")[2].removesuffix(".json").removesuffix(".tf")
    return stem == "override" or stem.endswith("_override")


class Verb(NamedTuple):
    """What a Terraform command is: all that the other rooms know of it. None of them asks for its name.

    What it takes. ``values``: it evaluates variables, so it takes -var; ``passes_over_values``: it takes -var-file as
    Terraform's does, and uses none; ``words``: how many bare words it may take after
    ours; ``plan_file``: the first of them is a plan file; ``color``, ``speaks_json``: it knows -no-color, -json; ``nested``: its
    first word is a command of its own;
    ``streams_json``: with -json its diagnostics are data too.

    What it does. ``mutates``: it changes a state, or what one describes, unless its first word is one of ``reads``; ``on_state``:
    it acts on a state, so that a missing bucket or a damaged state is found before Terraform starts; ``compares``: it
    compares the inputs with what is there, so that a layer that did not change may be left out; ``applies`` and
    ``deletes``: it makes what the inputs say, or removes it; both plan to a file first, ask, and are recorded; ``repairs``,
    ``unlocks``: with such a first word it pushes a state, and always it releases a lock, also while a state waits to be
    pushed; ``as_applied``: it gives a layer what its last apply
    was given; ``initializes``: it is the init that the others begin with (``init``); ``gets``: it looks for the root's modules,
    without that init.

    How it is asked for. ``interactive``: it owns the terminal, so it is for one layer; ``prompts``: it would ask, and knows
    -input; ``guarded``: a protected stack wants --confirm; ``declared``: a tenant needs its file; ``journaled``: on many
    layers it can be resumed; ``quiet``: what it says of many layers goes to their logs, and a table is the answer;
    ``tells_changes``: its exit code 2 says that it saw changes; ``tells_form``: 3, with -check, that a file has another
    form; ``writes_root``: the first words with which it writes into the root, ANY_WORD where each does."""

    name: str
    values: bool = False
    passes_over_values: bool = False
    mutates: bool = False
    interactive: bool = False
    prompts: bool = False
    words: int = 0
    color: bool = True
    nested: bool = False
    init: bool = True
    plan_file: bool = False
    speaks_json: bool = False
    streams_json: bool = False
    reads: tuple[str, ...] = ()
    on_state: bool = False
    compares: bool = False
    applies: bool = False
    deletes: bool = False
    repairs: tuple[str, ...] = ()
    unlocks: bool = False
    as_applied: bool = False
    initializes: bool = False
    gets: bool = False
    guarded: bool = False
    declared: bool = False
    journaled: bool = False
    quiet: bool = False
    tells_changes: bool = False
    tells_form: bool = False
    writes_root: tuple[str, ...] = ()

    @property
    def recorded(self) -> bool:
        """Whether how it ends is kept beside the state. Such a verb plans to a file first, and applies exactly that."""
        return self.applies or self.deletes

    @property
    def plans(self) -> bool:
        """Whether it says what an apply would do, and does nothing."""
        return self.compares and not self.mutates


ANY_WORD = "*"
_MANY = 99
_CHANGES: dict[str, Any] = {
    "values": True,
    "mutates": True,
    "prompts": True,
    "guarded": True,
    "on_state": True,
    "quiet": True,
}
APPLY = Verb(
    "apply",
    words=1,
    plan_file=True,
    compares=True,
    applies=True,
    declared=True,
    journaled=True,
    streams_json=True,
    **_CHANGES,
)
PLAN = Verb(
    "plan",
    values=True,
    prompts=True,
    on_state=True,
    compares=True,
    declared=True,
    journaled=True,
    quiet=True,
    streams_json=True,
    tells_changes=True,
)
DESTROY = Verb(
    "destroy",
    deletes=True,
    journaled=True,
    streams_json=True,
    **_CHANGES | {"guarded": False},  # on a protected stack nothing confirms it
)
INIT = Verb("init", prompts=True, initializes=True, passes_over_values=True, quiet=True, streams_json=True)
SHOW = Verb("show", words=1, plan_file=True, speaks_json=True)
UNTAINT = Verb("untaint", mutates=True, guarded=True, on_state=True, words=1)
VERBS = {
    v.name: v
    for v in (
        APPLY,
        PLAN,
        DESTROY,
        Verb("output", words=1, speaks_json=True),
        Verb("console", values=True, interactive=True),
        Verb(
            "state",
            mutates=True,
            guarded=True,
            reads=("list", "show", "pull"),
            repairs=("push",),
            words=_MANY,
            nested=True,
        ),
        Verb(
            "import",
            words=2,
            declared=True,
            **_CHANGES | {"streams_json": False},
        ),
        SHOW,
        Verb(
            "validate",
            passes_over_values=True,
            speaks_json=True,
            streams_json=True,
        ),
        Verb("refresh", journaled=True, streams_json=True, **_CHANGES),
        Verb(
            "force-unlock",
            mutates=True,
            guarded=True,
            unlocks=True,
            interactive=True,
            words=1,
        ),
        INIT,
        Verb("graph"),
        Verb("providers", words=_MANY, nested=True, writes_root=("lock",)),
        Verb("modules", color=False),
        Verb("taint", mutates=True, guarded=True, on_state=True, words=1),
        UNTAINT,
        Verb("test", values=True, streams_json=True),
        Verb("fmt", words=_MANY, init=False, writes_root=(ANY_WORD,), tells_form=True),
        Verb("get", init=False, quiet=True, gets=True),
        Verb("metadata", words=1, nested=True, init=False),
        Verb("version", color=False, init=False, speaks_json=True),
    )
}
# Ours: a plan of what was applied last, and the plan as data.
DRIFT = Verb("drift", values=True, on_state=True, as_applied=True, journaled=True, quiet=True, tells_changes=True)

REFUSED_VERBS = {
    "workspace": "a stack or tenant has exactly one state; use another stack or tenant instead",
    "login": "the tool keeps no Terraform Cloud credentials; set TF_TOKEN_<host> where a module registry needs one",
    "logout": "the tool keeps no Terraform Cloud credentials",
}

_REFUSED_FLAGS = {
    "chdir": "the stack decides the folder",
    "state": "one state per stack and tenant, kept by the backend",
    "state-out": "one state per stack and tenant, kept by the backend",
    "backup": "the bucket keeps the versions of a state",
    "lock=false": "the lock is what keeps two runs apart; wait with -lock-timeout=5m",
    "backend": "every layer has a backend",
    "backend-config": "write it in the stack's backend.tfvars",
    "migrate-state": "states are never moved in passing; see docs/state.md",
    "force-copy": "states are never moved in passing; see docs/state.md",
    "plugin-dir": "providers come from the image's mirror",
    "from-module": "a stack's code lives in src/",
}

GO_FALSE = ("0", "f", "F", "false", "FALSE", "False")  # pkg.go.dev/strconv#ParseBool

_TAKES_VALUE = {
    "var",
    "var-file",
    "target",
    "exclude",
    "replace",
    "out",
    "parallelism",
    "lock-timeout",
    "generate-config-out",
    "config",
    "id",
    "type",
    "plan",
    "junit-xml",
    "filter",
    "test-directory",
    "platform",
    "fs-mirror",
    "net-mirror",
    "module-depth",
    "from",
    "lockfile",
    "state",
    "state-out",
    "backup",
    "backend-config",
    "plugin-dir",
    "from-module",
    "chdir",
    "cloud-run",
}
# What `terraform apply PLANFILE` still takes; all else was settled by the plan.
_APPLY_ONLY = {"parallelism", "lock-timeout", "json", "no-color", "compact-warnings"}
_NOT_FOR_PLAN = {"auto-approve", "force"}


def parse_verb(name: str) -> Verb:
    """The verb of that name. UsageError for one that is refused or unknown."""
    if name in REFUSED_VERBS:
        raise UsageError(f"terraform {name} is not run here", hint=REFUSED_VERBS[name])
    if name not in VERBS:
        close = nearest(name, VERBS)
        raise UsageError(
            f"no command {name!r}", hint=f"did you mean {close}?" if close else "see: ./orchestrate --help"
        )
    return VERBS[name]


@dataclass(frozen=True)
class Token:
    """One argument of the caller's: a flag with its words as typed, or a bare word (``flag`` is "")."""

    flag: str
    value: str | None
    words: tuple[str, ...]


def tokenize(arguments: Sequence[str]) -> tuple[Token, ...]:
    """The caller's arguments as tokens; joined again (``words``) they are the same bytes in the same order."""
    tokens, rest = [], list(arguments)
    while rest:
        word = rest.pop(0)
        flag = re.match(r"-([A-Za-z][\w-]*)(?:=(.*))?\Z", word, re.DOTALL)
        if flag is None:
            tokens.append(Token("", word, (word,)))
        elif flag.group(2) is None and flag.group(1) in _TAKES_VALUE:
            tokens.append(_with_next(flag.group(1), word, rest))
        else:
            tokens.append(Token(flag.group(1), flag.group(2), (word,)))
    return tuple(tokens)


def _with_next(flag: str, word: str, rest: list[str]) -> Token:
    if not rest:
        raise UsageError(f"{word} needs a value", hint=f"for example: {word}=...")
    value = rest.pop(0)
    return Token(flag, value, (word, value))


def check_flags(tokens: Iterable[Token]) -> None:
    """UsageError for a flag that would break a promise of this tool."""
    for token in tokens:
        off = token.flag == "lock" and token.value in GO_FALSE
        for refused in (token.flag, "lock=false" if off else ""):
            if refused in _REFUSED_FLAGS:
                raise UsageError(f"-{refused} is not passed on", hint=_REFUSED_FLAGS[refused])


def is_flag(name: str) -> bool:
    """Whether ``name`` is a flag of Terraform's that takes a value, or one of the usual others."""
    return name in _TAKES_VALUE or name in _APPLY_ONLY | _NOT_FOR_PLAN | {
        "destroy",
        "refresh",
        "detailed-exitcode",
        "input",
        "upgrade",
        "lock",
        "raw",
    }


def words(tokens: Iterable[Token]) -> list[str]:
    return [word for token in tokens for word in token.words]


def split_for_apply(tokens: Iterable[Token]) -> tuple[list[Token], list[Token]]:
    """The caller's arguments of ``apply`` or ``destroy`` as those of the plan and those of applying it."""
    tokens = list(tokens)
    plan = [t for t in tokens if t.flag not in _NOT_FOR_PLAN]
    return plan, [t for t in tokens if t.flag in _APPLY_ONLY]


# -- building argv ------------------------------------------------------------------------------


def argv(verb: Verb, arguments: Sequence[str] = (), *, color: bool, **options: object) -> tuple[str, ...]:
    """``terraform VERB OPTIONS ARGUMENTS``: ours in python-terraform's dialect, the caller's untouched."""
    if verb.color and not color and "-no-color" not in arguments:
        options["no_color"] = True
    if verb.prompts:
        options.setdefault("input", False)
    split = 1 if verb.nested and arguments and not arguments[0].startswith("-") else 0
    return ("terraform", *verb.name.split(), *arguments[:split], *_dialect(options), *arguments[split:])


def _dialect(options: dict[str, object]) -> list[str]:
    """Options as python-terraform writes them: ``-input=false -no-color -out=FILE``."""
    if not options:
        return []
    from python_terraform import IsFlagged, Terraform

    flagged = {k: IsFlagged if v is True else v for k, v in options.items()}
    return [str(w) for w in _writer(Terraform).generate_cmd_string("", **flagged)][1:]


def _writer(kind: Any) -> Any:
    """An instance without its constructor's work (it would read a state file from the working directory)."""
    writer = kind.__new__(kind)
    writer.terraform_bin_path = "terraform"
    return writer


def without_checksums(lock: str) -> str:
    """A dependency lock file that still says which versions, and no longer which bytes. Terraform hashes each provider
    before each command where the lock has checksums (internal/command/meta_providers.go), 700 MB of the AWS provider's."""
    return re.sub(r"(?m)^  hashes = \[[^\]]*\]\n", "", lock)


def lock_timeout(tokens: Iterable[Token], usual: float = 0.0) -> float:
    """Seconds of ``-lock-timeout``, which Terraform reads too (Go's duration: 90s, 5m, 1h30m); ``usual`` when not given."""
    seconds = usual
    for token in tokens:
        if token.flag == "lock-timeout":
            seconds = _of_go(token.value or "")
    return seconds


def _of_go(text: str) -> float:
    """pkg.go.dev/time#ParseDuration has no days."""
    if "d" in text:
        raise UsageError(f"-lock-timeout {text!r} has days, which Terraform lacks", hint="give hours: 48h")
    return duration.parse_or_zero(text, "-lock-timeout")


# -- echoing it ---------------------------------------------------------------------------------


def redact(argv: Sequence[str], sensitive: Iterable[str] = ()) -> str:
    """The argv as one shell line, values of sensitive variables shown as ***; so are those that a name gives away, and
    what a -var has where there should be a name and a value."""
    import shlex

    return shlex.join(redact_each(argv, sensitive))


def redact_each(argv: Sequence[str], sensitive: Iterable[str] = ()) -> list[str]:
    """The words of the argv, redacted as in :func:`redact`."""
    from . import redaction

    names = set(sensitive)

    def shown(word: str, before: str) -> str:
        if not _is_var(word, before):
            return redaction.without_password(word)
        flag = "-var=" if word.startswith("-var=") else ""
        found = re.match(r"\s*([\w-]+)\s*=", word[len(flag) :])
        if found is None:
            return flag + "***"
        secret = found[1] in names or redaction.NAME.search(found[1]) or _tells(word[len(flag) + found.end() :])
        return flag + found[0] + "***" if secret else redaction.without_password(word)

    return [shown(w, b) for w, b in zip(argv, ("", *argv), strict=False)]


def _tells(value: str) -> bool:
    """Whether a map or a list has a secret in it, as its keys say."""
    from .redaction import NAME

    key = rf"({NAME.pattern})[\w-]*\"?\s*[=:]"
    return value.lstrip().startswith(("{", "[")) and re.search(key, value, re.IGNORECASE) is not None


def variable_names(tokens: Iterable[Token]) -> set[str]:
    """What each -var is for, also of one that is malformed."""
    return {(t.value or "").partition("=")[0].strip() for t in tokens if t.flag == "var"}


def names_in(argv: Sequence[str]) -> set[str]:
    """The same of a whole command line, whatever else stands in it."""
    arguments = [
        w if b == "-var" else w.removeprefix("-var=") for w, b in zip(argv, ("", *argv), strict=False) if _is_var(w, b)
    ]
    return {text.partition("=")[0].strip() for text in arguments}


def _is_var(word: str, before: str) -> bool:
    return before == "-var" or word.startswith("-var=")
