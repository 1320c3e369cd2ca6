"""``orchestrate doctor``: everything this depends on, whether it is fine, and what to do when not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click

from ...model.errors import BusyError, NotFoundError, OrchestrateError, RefusedError, UnavailableError
from ...model.nouns import Stack
from ..command import Command
from ..options import ASKS_AWS, SELF, Options, takes


class CheckResult(NamedTuple):
    """``needed``: whether a failure means that commands will fail."""

    thing: str
    fine: bool
    detail: str
    to_do: str = ""
    needed: bool = True


@click.command(
    "doctor",
    cls=Command,
    help="Check everything this depends on: engine, image, terraform, mirror, credentials, "
    "account, state bucket, sandbox. With a STACK: as that stack needs it.",
)
@takes(*ASKS_AWS)
@click.argument("stack", required=False, default="")
@click.argument("region", required=False, default="")
@click.pass_context
def command(ctx: click.Context, /, stack: str, region: str, **given: Any) -> int:
    options: Options = ctx.obj.merged(given)
    findings = [*_engine(options), *_terraform(options), *_simulated(options), *_account(options, stack, region)]
    if options.json:
        options.console.json([f._asdict() for f in findings])
    else:
        rows = [(f.thing, "ok" if f.fine else ("FAIL" if f.needed else "-"), f.detail) for f in findings]
        options.console.table(("thing", "", "what was found"), rows)
        for finding in findings:
            if not finding.fine and finding.to_do:
                options.console.info(f"{finding.thing}: {finding.to_do}")
    return 0 if all(f.fine or not f.needed for f in findings) else UnavailableError.exit_code


def _checked(thing: str, probe: Callable[[], str], *, needed: bool = True) -> CheckResult:
    try:
        return CheckResult(thing, True, probe(), needed=needed)
    except OrchestrateError as error:
        return CheckResult(thing, False, str(error), error.hint, needed)


def _engine(options: Options) -> Iterator[CheckResult]:
    from ...engines.docker import connect
    from ...engines.image import build, inputs

    needed = options.engine_name == "docker"

    def engine() -> str:
        version = connect().version()
        return f"Docker Engine {version['Version']} ({version['Os']}/{version['Arch']})"

    found = _checked("engine", engine, needed=needed)
    yield found
    tag = inputs.tag(SELF)

    def built() -> str:
        if not build.exists(connect(), tag):
            raise NotFoundError(
                f"{tag} is not built yet", hint="nothing: the first run builds it (or: ./orchestrate image)"
            )
        return tag

    if found.fine:
        yield _checked("image", built, needed=False)


def _terraform(options: Options) -> Iterator[CheckResult]:
    import shutil

    from ...engines.host import version
    from ...engines.image import inputs

    pins = inputs.read_pins(SELF, inputs.host_arch())
    host = options.engine_name == "host"

    def terraform() -> str:
        path = shutil.which("terraform", path=options.environ.get("PATH"))
        if path is None:
            raise NotFoundError(
                "none on PATH", hint=f"the host engine needs Terraform {pins.terraform}; docker does not"
            )
        found = version(path)
        if not found:
            raise UnavailableError(f"{path} does not answer to `terraform version`", hint="install it anew")
        return f"Terraform v{found} ({path}); the image holds {pins.terraform}"

    def mirror() -> str:
        found = inputs.find_mirror(pins, options.environ, Path("/"))
        if found is None:
            raise NotFoundError(
                "no provider mirror on this machine",
                hint="nothing on the open internet; on a closed machine name one: ORCHESTRATE_MIRROR=DIR",
            )
        return str(found)

    yield _checked("terraform", terraform, needed=host)
    yield _checked("mirror", mirror, needed=False)


def _simulated(options: Options) -> Iterator[CheckResult]:
    try:
        endpoint = options.simulated.usable()
    except BusyError as error:
        yield CheckResult("sandbox", False, str(error), error.hint, needed=False)
        return
    detail = f"running at {endpoint.url}" if endpoint else "not running; --sandbox starts it"
    yield CheckResult("sandbox", endpoint is not None, detail, needed=False)


def _account(options: Options, name: str, region: str) -> Iterator[CheckResult]:
    from ...aws import identity as account

    stacks = [options.project.stack(name, region)] if name else options.project.stacks()
    if options.sandboxed:
        who = account.sandbox(options.started_sandbox().url)
        yield CheckResult("credentials", True, "the sandbox's own")
    else:
        found = _identity(options, stacks[0]) if stacks else None
        if not isinstance(found, account.Identity):
            yield CheckResult("credentials", False, str(found), found.hint if found else "", bool(name))
            return
        who = found
        yield CheckResult("credentials", True, f"{who.arn} (by {who.method})")
    yield from _of_stacks(options, stacks, who, strict=bool(name))


def _identity(options: Options, stack: Stack) -> Any:
    from ...aws import identity as account

    try:
        identity = account.identify(stack, options.environ)
        return account.whoami(identity, stack.backend.region or stack.region or "us-east-1")
    except OrchestrateError as error:
        return error


def _of_stacks(options: Options, stacks: list[Stack], who: Any, *, strict: bool) -> Iterator[CheckResult]:
    from ...state import store

    for stack in stacks:
        if stack.settings.account and not options.sandboxed:

            def account_of(stack: Stack = stack) -> str:
                if stack.settings.account != who.account:
                    raise RefusedError(
                        f"{stack.label} belongs to {stack.settings.account}, these credentials are of {who.account}",
                        hint="use the profile of that account (AWS_PROFILE)",
                    )
                return f"{stack.label}: {who.account}"

            yield _checked("account", account_of, needed=strict)
    for backend in {(s.backend.kind, s.backend.bucket, str(s.backend.config.get("path"))): s for s in stacks}.values():

        def bucket(stack: Stack = backend) -> str:
            store.open_store(stack, who).listing("orchestrate-doctor-looks-for-nothing")
            return stack.backend.bucket or str(stack.backend.config["path"])

        yield _checked("state bucket", bucket, needed=strict)
