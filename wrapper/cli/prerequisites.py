"""What the tool and a stack need, each checked: whether it is fine, and what to do when not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..model.errors import BusyError, NotFoundError, OrchestrateError, RefusedError, UnavailableError
from ..model.stack import Stack
from ..project.project import no_project
from . import installation
from .session import CliSession


class CheckResult(NamedTuple):
    """``needed``: whether a failure means that commands will fail."""

    thing: str
    fine: bool
    detail: str
    to_do: str = ""
    needed: bool = True


def check(session: CliSession, stack: str, region: str) -> list[CheckResult]:
    """``stack`` and ``region``: of the stack whose needs are checked; "": of every stack."""
    return [
        *_engine(session),
        *_terraform(session),
        *_other_binary(session),
        *_simulated(session),
        *_left_over(session),
        *_account(session, stack, region),
    ]


def _checked(thing: str, probe: Callable[[], str], *, needed: bool = True) -> CheckResult:
    try:
        return CheckResult(thing, True, probe(), needed=needed)
    except OrchestrateError as error:
        return CheckResult(thing, False, str(error), error.hint, needed)


def _engine(session: CliSession) -> Iterator[CheckResult]:
    needed = session.contained

    def engine() -> str:
        version = session.docker().version()
        return f"Docker Engine {version['Version']} ({version['Os']}/{version['Arch']})"

    found = _checked("engine", engine, needed=needed)
    yield found

    def built() -> str:
        asked = session.image_request()
        tag = installation.image(asked)
        if not installation.is_built(session.docker(), asked):
            raise NotFoundError(
                f"{tag} is not built yet",
                hint="you need to do nothing: the first run builds it (or run ./orchestrate image)",
            )
        return tag

    if found.fine:
        yield _checked("image", built, needed=False)


def _terraform(session: CliSession) -> Iterator[CheckResult]:
    pins = installation.pins(session.image_request())

    def terraform() -> str:
        path, found = installation.terraform(session.environ)
        if not path:
            raise NotFoundError(
                "none on PATH", hint=f"the host engine needs Terraform {pins.terraform}; docker does not"
            )
        if not found:
            raise UnavailableError(f"{path} does not answer to `terraform version`", hint="install it again")
        return f"Terraform v{found} ({path}); the image holds {pins.terraform}"

    def mirror() -> str:
        found = installation.mirrors(session.environ, session.image_request())
        if not found:
            raise NotFoundError(
                "no provider mirror on this machine",
                hint="you need none with internet access; without it, set ORCHESTRATE_MIRROR=DIR",
            )
        return ", ".join(dict.fromkeys(str(path) for _, path in found))

    yield _checked("terraform", terraform, needed=not session.contained)
    yield _checked("mirror", mirror, needed=False)


def _other_binary(session: CliSession) -> Iterator[CheckResult]:
    """Of a project that runs another program than Terraform."""
    from ..terraform.binary import BINARIES

    settings = session.project.settings if session.found_root else None
    if settings is None or not settings.binary:
        return
    binary = BINARIES[settings.binary]

    def found() -> str:
        name, where = binary.name, settings.where["binary"]
        installation.check_program(name, where, session.environ, contained=session.contained)
        path, version = installation.binary(name, session.environ)
        return f"{binary.says}{version} ({path})"

    yield _checked(binary.name, found)
    if not binary.proved:
        yield CheckResult("not proved", False, f"this tool was never run with {binary.words}", needed=False)
    for file in sorted(session.project.root.glob("src/**/.terraform.lock.hcl")):
        if lacking := binary.unhashed(file.read_text("utf-8", "replace")):
            short = session.project.files.short(file)
            detail = f"{short}: no checksums for {binary.words}: {', '.join(lacking)}"
            to_do = f"run {binary.name} init in that folder, and commit the file"
            yield CheckResult("lock file", False, detail, to_do, needed=False)


def _simulated(session: CliSession) -> Iterator[CheckResult]:
    try:
        endpoint = session.simulated.usable()
    except BusyError as error:
        yield CheckResult("sandbox", False, str(error), error.hint, needed=False)
        return
    detail = f"running at {endpoint.url}" if endpoint else "not running; --sandbox starts it"
    yield CheckResult("sandbox", endpoint is not None, detail, needed=False)


def _left_over(session: CliSession) -> Iterator[CheckResult]:
    """Where no run was killed there is nothing to say."""
    from ..engines import leftovers

    for path in leftovers.find(session.home):
        yield CheckResult(
            "left over",
            False,
            f"a run that was killed left values in {path}",
            "the next plan, apply or other command on a stack removes it",
            needed=False,
        )


def _account(session: CliSession, name: str, region: str) -> Iterator[CheckResult]:
    from ..aws import identity

    if not name and session.found_root is None:
        yield CheckResult(
            "project", False, f"none in {session.directory}", no_project(session.directory).hint, needed=False
        )
        return
    stacks = [session.project.stack(name, region)] if name else session.project.stacks()
    if session.sandboxed:
        who = identity.sandbox(session.started_sandbox().url)
        yield CheckResult("credentials", True, "the sandbox's own")
    else:
        found = _identity(session, stacks[0]) if stacks else None
        if not isinstance(found, identity.Identity):
            yield CheckResult("credentials", False, str(found), found.hint if found else "", bool(name))
            return
        who = found
        yield CheckResult("credentials", True, f"{who.arn} (by {who.method})")
    yield from _of_stacks(session, stacks, who, strict=bool(name))


def _identity(session: CliSession, stack: Stack) -> Any:
    from ..aws import identity

    try:
        found = identity.identify(stack, session.environ)
        return identity.whoami(found, stack.backend.region or stack.region or "us-east-1")
    except OrchestrateError as error:
        return error


def _of_stacks(session: CliSession, stacks: list[Stack], who: Any, *, strict: bool) -> Iterator[CheckResult]:
    from ..state import store

    for stack in stacks:
        if stack.settings.account and not session.sandboxed:

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
