"""The summit of the pure rooms: (layer, verb, values, options) -> Run.

The whole story of a command is here, as data:

    A command names a verb and a stack, perhaps a tenant. ``project`` found the Stack and its files;
    ``variables`` merged their values into one map. From these this room lays out a Run:

        init       skipped when the digest of all that it depends on was recorded as done
        untaint    what lies tainted and stands in AWS
        plan       to a file, with the caller's own arguments untouched
        (ask)      a person at a terminal agrees; without a terminal nothing waits
        apply      exactly that file

    or, for any other verb, init and that one Step. The Run also says which files stand in the work
    directory, what is mounted where, and which few environment variables go along.

    An Engine then carries the Steps out, in a container, on this host, or as a dry run. Nothing
    after this room decides anything about Terraform.

Layout in a container (the host engine mirrors it with symbolic links below the run directory):

    /project/src          the project's src/, read-only
    /project/modules      its modules/, read-only (also /modules, which older projects name)
    /project/<folder>     each further folder that orchestrate.hcl names, read-only
    /project/src/<root>   the run's own copy of the Terraform root, the only writable place
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ..model import naming
from ..model.errors import UsageError
from ..model.fingerprint import digest
from ..model.naming import PROJECT
from ..model.nouns import ContainerSettings, FetchedModules, Mount, ResolvedValue, Run, RunFiles, Step, Variable
from ..model.stack import Layer, state_key
from ..terraform import commands as terraform
from ..terraform import flag_checks
from ..terraform.arguments import changes, checks_form, pushed
from ..terraform.caller_values import gives
from ..terraform.commands import Token, Verb
from ..terraform.variables import render_file

_READ = ("plan",)  # flags that name a file of the caller's to read,
_WRITTEN = ("out", "generate-config-out", "junit-xml")  # and to write,
_WRITTEN_ALWAYS = ("generate-config-out", "junit-xml")  # although the run fails,
_NOTHING_FETCHED = FetchedModules("", {}, b"")
_WRITTEN_NEW = ("generate-config-out",)  # or only where there is none


class ModuleFetcher(Protocol):
    def __call__(self, layer: Layer, *, look_up: bool = False, pinned: str | None = None) -> FetchedModules | None:
        """What a layer's root calls from elsewhere, fetched where it is not here yet; None where it calls nothing. ``look_up``: ask
        where what moves, such as a branch, is now; ``pinned``: an identity that it must have."""
        ...


@dataclass(frozen=True)
class RunContext:
    """What the command line knows of the caller: all that a Run needs and no pure room may look up. ``versions``: those
    of Terraform and of the providers that run, with their digests; ``contained``: as of :class:`wrapper.engines.Engine`;
    ``machine``: the host's name; ``program``: what runs instead of terraform; ``lock_wait``: seconds
    that a command waits for another run without -lock-timeout; ``remote_modules``: fetches modules from elsewhere."""

    home: Path
    author: str
    image: str
    engine: str
    network: str
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    directory: Path = Path("/")
    color: bool = False
    interactive: bool = False
    deletable: tuple[str, ...] = ()
    versions: str = ""
    contained: bool = False
    machine: str = ""
    program: str = ""
    lock_wait: float = 0.0
    remote_modules: ModuleFetcher | None = None


@dataclass(frozen=True)
class RunRequest:
    """One layer, one verb, its values and its arguments. ``untaints``: addresses that lie tainted and are not to be replaced;
    ``fetched``: the modules that its root calls from elsewhere."""

    layer: Layer
    verb: Verb
    tokens: tuple[Token, ...]
    values: Mapping[str, ResolvedValue] = field(default_factory=dict)
    declared: Mapping[str, Variable] = field(default_factory=dict)
    sources: Mapping[str, Path] = field(default_factory=dict)
    digest: str = ""
    modules: Path | None = None
    folders: tuple[Path, ...] = ()
    untaints: tuple[str, ...] = ()
    fetched: FetchedModules | None = None


def lay_out(request: RunRequest, context: RunContext) -> Run:
    """The Run of a request. Raises UsageError for arguments that cannot be combined."""
    tokens, copies, collect = _localize(request.tokens, context.directory)
    saved = file_argument(request.verb, tokens)
    if saved:
        if request.verb.recorded:
            _check_only_plan_file(request.tokens)
        copies[terraform.PLAN_FILE] = context.directory / saved
        tokens = tuple(t if t.flag else Token("", terraform.PLAN_FILE, (terraform.PLAN_FILE,)) for t in tokens)
    tokens = _push_from_here(request.verb, tokens, context.directory, copies)
    layer, work = request.layer, work_directory(request.layer)
    backend = _backend_file(layer)
    fetched = request.fetched or _NOTHING_FETCHED
    identity = (fetched.identity,) if fetched.identity else ()
    stamp = digest(request.digest, backend, context.image, context.versions, context.engine, *identity)
    request = replace(request, tokens=tuple(t for t in tokens if not gives(t)))
    steps = _run_by(context.program, _steps(request, context, stamp))
    made = {terraform.BACKEND_FILE: backend.encode()}
    if request.verb.values:
        made[terraform.VALUES_FILE] = render_file(request.values)
    if fetched.manifest:
        made[terraform.MODULES_FILE] = fetched.manifest
    return Run(
        layer=layer,
        verb=request.verb.name,
        steps=steps,
        home=naming.run_home(context.home, layer.stack.region, layer.stack.name, layer.tenant),
        work=work,
        author=context.author,
        files=RunFiles(
            request.sources,
            copies,
            made,
            collect,
            always=_values_of(tokens, _WRITTEN_ALWAYS),
            new=_values_of(tokens, _WRITTEN_NEW),
            returned=_returned(request),
            links=fetched.links,
        ),
        # A plan file names the checksums: one that comes from elsewhere or goes there keeps them.
        container=_container(request, context, sealed=request.verb.values and not (saved or collect)),
        lock_timeout=terraform.lock_timeout(tokens, context.lock_wait),
        origins={name: value.origin for name, value in request.values.items()},
        sensitive=tuple(sorted(v.name for v in request.declared.values() if v.sensitive)),
        deletable=context.deletable,
        untaints=request.untaints,
        unlocks=request.verb.unlocks,
        pushes=pushed(request.verb, request.tokens),
    )


def _values_of(tokens: Sequence[Token], flags: Sequence[str]) -> tuple[str, ...]:
    return tuple(t.value or "" for t in tokens if t.flag in flags)


def _returned(request: RunRequest) -> Mapping[str, Path]:
    """What the verb writes into the root."""
    words = request.verb.writes_root
    first = next((t.value for t in request.tokens if not t.flag), "")
    if terraform.ANY_WORD in words:
        return request.sources
    return {naming.LOCK_FILE: request.layer.source / naming.LOCK_FILE} if first in words else {}


def _container(request: RunRequest, context: RunContext, *, sealed: bool) -> ContainerSettings:
    stack, tenant = request.layer.stack, request.layer.tenant
    return ContainerSettings(
        name=naming.container_name(stack.root, stack.region, stack.name, tenant),
        image=context.image,
        network=context.network,
        mounts=(*_mounts(request), *(request.fetched.mounts if request.fetched else ()), *context.mounts),
        environment=context.environment,
        sealed=sealed,
        contained=context.contained,
    )


def work_directory(layer: Layer) -> str:
    """The work directory relative to the mirrored project: ``src/<source>[/tenant]``."""
    return str(layer.source.relative_to(layer.stack.root))


# -- steps --------------------------------------------------------------------------------------


def _steps(request: RunRequest, context: RunContext, stamp: str) -> tuple[Step, ...]:
    verb = request.verb
    arguments = terraform.words(request.tokens)
    if verb.initializes:
        return (_init(context, "", arguments),)
    steps = [_init(context, stamp)] if verb.init else []
    if verb.recorded:
        return (*steps, *_untaint(request, context), *_plan_and_apply(request, context))
    if verb.as_applied:
        return (*steps, _plan(request, context), show())
    accepts = (0, 2) if "-detailed-exitcode" in arguments and verb.tells_changes else (0,)
    accepts = (0, 3) if verb.tells_form and checks_form(request.tokens) else accepts
    return (
        *steps,
        Step(
            terraform.argv(verb, arguments, color=context.color),
            mutates=changes(verb, request.tokens),
            interactive=verb.interactive,
            accepts=accepts,
        ),
    )


def _run_by(program: str, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(replace(step, argv=(program, *step.argv[1:])) for step in steps) if program else steps


def _init(context: RunContext, stamp: str, arguments: Sequence[str] = ()) -> Step:
    # -reconfigure: the data directory is this layer's alone, so a changed backend is never a migration.
    return Step(terraform.argv(terraform.INIT, arguments, color=context.color, reconfigure=True), stamp=stamp)


def _untaint(request: RunRequest, context: RunContext) -> tuple[Step, ...]:
    """One Step for each address, which waits for the state's lock as long as the rest of the Run does."""
    waits = terraform.words(t for t in request.tokens if t.flag == "lock-timeout")
    verb = terraform.UNTAINT
    return tuple(
        Step(terraform.argv(verb, [*waits, address], color=context.color), mutates=True, aside=True)
        for address in request.untaints
    )


def _plan_and_apply(request: RunRequest, context: RunContext) -> tuple[Step, ...]:
    plan_tokens, apply_tokens = terraform.split_for_apply(request.tokens)
    saved = file_argument(request.verb, request.tokens)
    agreed = context.interactive and not any(t.flag == "auto-approve" for t in request.tokens)
    apply = Step(
        terraform.argv(terraform.APPLY, [*terraform.words(apply_tokens), terraform.PLAN_FILE], color=context.color),
        mutates=True,
        confirm=agreed and not saved,
    )
    looked_at = (show(),) if request.layer.stack.settings.protected else ()
    if saved:
        return (*looked_at, apply)
    return (_plan(replace(request, tokens=tuple(plan_tokens)), context), *looked_at, apply)


def _plan(request: RunRequest, context: RunContext) -> Step:
    """A plan to a file; where it sees no change, the Run has ended."""
    options: dict[str, object] = {"out": terraform.PLAN_FILE, "detailed_exitcode": True}
    if request.verb.deletes:
        options["destroy"] = True
    argv = terraform.argv(terraform.PLAN, terraform.words(request.tokens), color=context.color, **options)
    return Step(argv, accepts=(0, 2), last_if=0)


def show() -> Step:
    """The plan as data, for us to read."""
    return Step(terraform.argv(terraform.SHOW, ["-json", terraform.PLAN_FILE], color=False), captured=True)


def _check_only_plan_file(tokens: Sequence[Token]) -> None:
    flag_checks.check(terraform.APPLY.name, terraform.APPLY, tokens, saved=terraform.PLAN_FILE)


# -- files, paths, mounts -----------------------------------------------------------------------


def _backend_file(layer: Layer) -> str:
    """An override file, so that a root needs no backend block and one that has one keeps its file:
    Terraform replaces the whole block (developer.hashicorp.com/terraform/language/files/override)."""
    backend = layer.stack.backend
    config = dict(backend.config)
    if backend.kind == "s3":
        config |= {"key": state_key(layer), "use_lockfile": True}
        config.setdefault("encrypt", True)
    else:
        config["path"] = str(Path(str(config["path"])) / state_key(layer))
    return json.dumps({"terraform": {"backend": {backend.kind: config}}}, indent=2, sort_keys=True) + "\n"


def _localize(tokens: Sequence[Token], directory: Path) -> tuple[tuple[Token, ...], dict[str, Path], dict[str, Path]]:
    """Paths in the caller's arguments, made to work wherever Terraform runs: files to read are copied
    into the work directory, files to write are collected from it."""
    result: list[Token] = []
    copies: dict[str, Path] = {}
    collect: dict[str, Path] = {}
    for number, token in enumerate(tokens):
        if token.flag not in (*_READ, *_WRITTEN):
            result.append(token)
            continue
        path = directory / (token.value or "")
        name = f"inputs/{number}-{re.sub(r'[^A-Za-z0-9._-]', '_', path.name)}"
        (copies if token.flag in _READ else collect)[name] = path
        result.append(Token(token.flag, name, (f"-{token.flag}={name}",)))
    return tuple(result), copies, collect


def _push_from_here(
    verb: Verb, tokens: tuple[Token, ...], directory: Path, copies: dict[str, Path]
) -> tuple[Token, ...]:
    """A state that is pushed is a file of the caller's, but for the one that a run could not save."""
    path = pushed(verb, tokens)
    if not path or path == terraform.ERRORED_STATE:
        return tokens
    if path == "-":
        raise UsageError("state push - would read standard input, which no run has", hint="give the path of a file")
    copies["inputs/pushed.tfstate"] = directory / path
    place = [t for t in tokens if not t.flag][1]
    return tuple(Token("", "inputs/pushed.tfstate", ("inputs/pushed.tfstate",)) if t is place else t for t in tokens)


def file_argument(verb: Verb, tokens: Sequence[Token]) -> str:
    """The path of a saved plan among the arguments (``apply FILE``, ``show FILE``), or ""."""
    if not verb.plan_file:
        return ""
    return next((t.value or "" for t in tokens if not t.flag), "")


def _mounts(request: RunRequest) -> tuple[Mount, ...]:
    root = request.layer.stack.root
    mounts = [Mount(root / "src", f"{PROJECT}/src")]
    if request.modules is not None:
        if request.modules == root / "modules":
            mounts.append(Mount(request.modules, f"{PROJECT}/modules"))
        mounts.append(Mount(request.modules, "/modules"))
    mounts += [Mount(folder, f"{PROJECT}/{folder.name}") for folder in request.folders]
    backend = request.layer.stack.backend
    if backend.kind == "local":
        path = Path(str(backend.config["path"]))
        mounts.append(Mount(path, str(path), writable=True))
    return tuple(mounts)
