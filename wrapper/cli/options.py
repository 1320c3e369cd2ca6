"""What the caller said: our own two-dash options, the environment, and the doors opened from them."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..model.errors import UsageError
from . import console as reports
from .process_environment import SELF as SELF

if TYPE_CHECKING:
    from ..aws.identity import Identity
    from ..deploy.deployer import Deployer
    from ..deploy.smoke_test import Smoke
    from ..engines import Engine
    from ..model.nouns import Stack
    from ..project.project import Project
    from ..run.plan_run import RunContext
    from ..run.signals import SignalHandler
    from ..sandbox.lifecycle import Sandbox
    from ..state.record import Trigger

_TRUE = ("1", "true", "yes", "on")


@dataclass(frozen=True)
class Options:
    """Our own options, wherever they stood on the command line."""

    root: str = ""
    sandbox: bool = False
    engine: str = ""
    dry_run: bool = False
    json: bool = False
    tenant: str = ""
    confirm: str = ""
    all_tenants: bool = False
    jobs: int = 0
    timeout: str = ""
    tenants: tuple[str, ...] = ()
    shard: str = ""
    fail_fast: bool = False
    tenant_timeout: str = ""
    refresh: bool = False
    force: bool = False
    canary: int = 0
    wave: int = 0
    failed_from: str = ""
    resume: bool = False
    report: str = ""
    junit: str = ""
    html: str = ""
    allow_delete: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    smoke: tuple[str, ...] = ()
    smoke_status: int = 0
    smoke_contains: str = ""
    smoke_tries: int = 0
    smoke_timeout: str = ""
    why: Mapping[str, Any] = field(default_factory=dict)  # of an apply (wrapper/state/record.py); no option either
    only: tuple[str, ...] = ()  # layers by tenant, "" being the stack's own; no option of the command line
    rollout_timeout: str = ""
    argv: tuple[str, ...] = ()  # the words of the command line, for the report
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def merged(self, given: Mapping[str, Any]) -> Options:
        known = {f.name for f in fields(self)}
        return replace(self, **{k: v for k, v in given.items() if k in known and v not in (None, False, "", 0, ())})

    @cached_property
    def console(self) -> reports.TerminalConsole:
        return reports.console(self.environ)

    @cached_property
    def directory(self) -> Path:
        try:
            return Path.cwd()
        except FileNotFoundError:
            raise UsageError("the working directory is gone", hint="cd to one that exists") from None

    @cached_property
    def root_folder(self) -> Path:
        from ..project.project import find_root

        given = self.root or self.environ.get("ORCHESTRATE_ROOT", "")
        return (self.directory / given).resolve() if given else find_root(self.directory, SELF)

    @cached_property
    def home(self) -> Path:
        """The project's private folder: ``.orchestrate`` below its root, or one of its own below ORCHESTRATE_HOME."""
        given = self.environ.get("ORCHESTRATE_HOME")
        if not given:
            return self.root_folder / ".orchestrate"
        digest = hashlib.sha256(str(self.root_folder).encode()).hexdigest()[:8]
        return (self.directory / given).resolve() / f"{self.root_folder.name}-{digest}"

    @cached_property
    def project(self) -> Project:
        from ..project.project import Project

        return Project(self.root_folder, self.home, self.console.info)

    @property
    def sandboxed(self) -> bool:
        return self.sandbox or self.environ.get("ORCHESTRATE_SANDBOX", "").lower() in _TRUE

    @property
    def engine_name(self) -> str:
        from ..engines import NAMES

        name = self.engine or self.environ.get("ORCHESTRATE_ENGINE") or NAMES[0]
        if name not in NAMES:
            raise UsageError(f"no engine {name!r}", hint=f"there is: {', '.join(NAMES)}")
        return name

    @property
    def terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def live(self) -> bool:
        """Whether a person looks on, at a terminal that can show what changes in its place."""
        return self.terminal and self.environ.get("TERM") != "dumb" and not self.dry_run

    @cached_property
    def simulated(self) -> Sandbox:
        from ..sandbox.lifecycle import Sandbox

        return Sandbox(self.home / "sandbox", str(self.root_folder))

    def identity(self, stack: Stack) -> Identity:
        """Who we are to AWS; with the sandbox, which is started if need be, nobody real."""
        from ..aws import identity as account

        if not self.sandboxed:
            needs_none = stack.backend.kind == "local" and not stack.settings.account and not stack.settings.role_arn
            if self.dry_run:
                return account.Identity(endpoint=self.environ.get("AWS_ENDPOINT_URL", ""))
            return account.Identity() if needs_none else account.identify(stack, self.environ)
        running = self.simulated.usable()
        if self.dry_run and running is None:
            return account.nobody({**account.SANDBOX_ENVIRONMENT, "AWS_ENDPOINT_URL": "http://127.0.0.1:PORT"})
        if running is None:
            self.make_engine().check()  # without it the sandbox would be started for nothing
        return account.sandbox(self.started_sandbox().url)

    def started_sandbox(self) -> Any:
        from .sandbox_seed import seed_of

        running = self.simulated.usable()
        if running is not None:
            return running
        endpoint = self.simulated.start(seed_of(self.project))
        self.console.info(f"sandbox: started a simulated AWS at {endpoint.url} (log: {endpoint.log})")
        return endpoint

    def make_engine(self) -> Engine:
        if self.dry_run:
            from ..engines.dry_run import DryRunEngine

            return DryRunEngine(self.console.print, self.engine_name)
        if self.engine_name == "host":
            from ..engines.host import HostEngine

            return HostEngine(self.console.info)
        from ..engines.docker import DockerEngine

        return DockerEngine(self.console.info, self.make_image)

    def make_image(self, client: Any) -> str:
        """The image's tag; built first when its inputs changed."""
        from ..engines.image import build

        return build.build(SELF, client, self.console.info, self.environ)

    def context(self, stack: Stack, identity: Identity) -> RunContext:
        from ..engines.image import inputs
        from ..run import plan_run
        from .process_environment import environment_of, mounts_of

        host = self.engine_name == "host"
        sandboxed = self.sandboxed
        return plan_run.RunContext(
            home=self.home,
            author=self.author,
            image=inputs.tag(SELF),
            engine=self.engine_name,
            network=self._network(),
            environment=environment_of(self, stack, identity),
            directory=self.directory,
            mounts=() if host or sandboxed else mounts_of(self.environ),
            color=self.console.color_out,
            interactive=self.terminal and not self.dry_run,
            deletable=self.allow_delete,
            versions=inputs.versions(SELF, self._other_terraform() if host and not self.dry_run else ""),
        )

    def _other_terraform(self) -> str:
        """The version of the terraform on PATH; "" where it is the image's, or there is none."""
        from ..engines.host import version
        from ..engines.image import inputs

        path = shutil.which("terraform", path=self.environ.get("PATH"))
        found = version(path) if path else ""
        return "" if found == inputs.read_pins(SELF, inputs.host_arch()).terraform else found

    @property
    def author(self) -> str:
        """What names this run, in Terraform's lock as in a report."""
        from ..deploy import deployer as deploy

        return deploy.author(self.environ, socket.gethostname(), os.getpid())

    def _network(self) -> str:
        """The sandbox listens on loopback: the container shares the host's network, on Linux."""
        given = self.environ.get("ORCHESTRATE_NETWORK", "")
        return given or ("host" if self.sandboxed and sys.platform == "linux" else "bridge")

    def deployer(self, stack: Stack, signals: SignalHandler) -> Deployer:
        from ..deploy.deployer import Deployer
        from ..terraform.commands import parse_limit

        limit = parse_limit(self.rollout_timeout) if self.rollout_timeout else None
        identity = self.identity(stack)
        return Deployer(
            self.project,
            stack,
            identity,
            self.make_engine(),
            self.context(stack, identity),
            self.console,
            signals,
            confirmed=self.confirm,
            given=self.environ,
            dry=self.dry_run,
            rollout_limit=limit,
            trigger=self.trigger,
            smoke=self.smoke_test(stack),
        )

    @property
    def trigger(self) -> Trigger:
        """Who asks, and from which build of Jenkins, where it is one."""
        from ..state.record import Trigger

        return Trigger(self.environ.get("BUILD_USER_ID", ""), self.environ.get("BUILD_URL", ""), self.why)

    def smoke_test(self, stack: Stack) -> Smoke:
        from ..deploy.smoke_test import Smoke, SmokePolicy, parse_places
        from ..terraform.commands import parse_duration

        usual = SmokePolicy()
        policy = SmokePolicy(
            self.smoke_status or usual.status,
            self.smoke_contains,
            self.smoke_tries or usual.tries,
            parse_duration(self.smoke_timeout) if self.smoke_timeout else usual.limit,
        )
        return Smoke(parse_places(self.smoke, stack.settings.smoke), policy, served=not self.sandboxed)

    def signals(self) -> SignalHandler:
        from ..run.signals import SignalHandler
        from ..terraform.commands import parse_duration

        return SignalHandler(self.console.info, parse_duration(self.timeout) if self.timeout else 0.0)


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
_EVERYWHERE: Mapping[str, Decorator] = {
    "root": click.option("--root", metavar="DIR", help="The project: a folder with config/ and src/."),
    "sandbox": click.option("--sandbox", is_flag=True, help="Use a simulated AWS, started on demand."),
    "engine": click.option("--engine", metavar="NAME", help="Where Terraform runs: docker (default) or host."),
    "dry_run": click.option(
        "--dry-run", is_flag=True, help="Show the container and the argv of each step; start nothing."
    ),
    "json": click.option("--json", is_flag=True, help="Data for a machine on standard output."),
    "tenant": click.option("--tenant", metavar="NAME", help="The same as -var tenant=NAME."),
    "confirm": click.option("--confirm", metavar="REGION/STACK[/TENANT]", help="Say that you mean a protected stack."),
    "all_tenants": click.option("--all-tenants", is_flag=True, help="The stack and every tenant of it."),
    "jobs": click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="How many tenants side by side."),
    "timeout": click.option("--timeout", metavar="TIME", help="Stop gracefully after so long (90s, 30m, 2h)."),
    "rollout_timeout": click.option(
        "--rollout-timeout", metavar="TIME", help="Wait so long for ECS after an apply (default 10m; 0: not at all)."
    ),
}
# Of a command that asks AWS, or the sandbox in its stead, which starts only where the engine is there.
ASKS_AWS = ("root", "sandbox", "engine", "json")
# Of a command that deploys.
DEPLOYS = (*ASKS_AWS, "dry_run", "tenant", "confirm", "timeout", "rollout_timeout")


def takes(*names: str) -> Decorator:
    """Of the options that may also stand before the command, those that it acts on; it refuses the rest
    (:class:`wrapper.cli.command.Command`)."""
    return stacked(*(option for name, option in _EVERYWHERE.items() if name in names))


def ours(command: Callable[..., Any]) -> Callable[..., Any]:
    """All that may stand before a command."""
    return takes(*_EVERYWHERE)(command)


def stacked(*options: Decorator) -> Decorator:
    """Options as one, shown in this order."""

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated
