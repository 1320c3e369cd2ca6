"""A command's surroundings: what was typed and the environment, and the connections that are opened from them, each when it
is first asked for: the project, the console, the engine, AWS's identity, the simulated AWS."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model.errors import UnavailableError, UsageError
from ..model.naming import LOCK_FILE
from ..project import private_folder
from .console import TerminalConsole, open_console, unchanged
from .options import Options

if TYPE_CHECKING:
    from ..aws.identity import Identity
    from ..deploy.deploy_tasks import DeployTask, RunDeployTask
    from ..deploy.deployer import Deployer
    from ..deploy.hooks import HookRunner
    from ..deploy.smoke_test import Smoke
    from ..engines import Engine
    from ..engines.image.image_request import ImageRequest
    from ..model.nouns import FetchedModules, Mount
    from ..model.stack import Layer, Stack
    from ..project.project import Project
    from ..run.plan_run import RunContext
    from ..run.signals import SignalHandler
    from ..sandbox.lifecycle import Sandbox
    from ..state.record import Trigger
    from ..state.store import Store
    from .remote_modules import RemoteModules
    from .sandbox_containers import SandboxContainers

_LOCK_WAIT = 300.0  # seconds
_TRUE = ("1", "true", "yes", "on")


@dataclass(frozen=True, eq=False, repr=False)
class CliSession:
    """One command's. Made before the command by what stands before it, and again with what the command itself was given."""

    options: Options = field(default_factory=Options)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    argv: tuple[str, ...] = ()  # the words of the command line, for the report
    completed: Callable[[str], str] = unchanged  # of a text, the commands that it suggests
    process: bool = False  # whether the process ends with the command
    lost: list[OSError] = field(default_factory=list)  # of all consoles of this command: why stdout did not take all
    asked: dict[str, ImageRequest] = field(
        default_factory=dict
    )  # what each image of this command is made of, by its tag

    def merged(self, parameters: Mapping[str, Any]) -> CliSession:
        made = replace(self, options=self.options.merged(parameters))
        return made._with_defaults() if made._has_settings else made

    @property
    def _has_settings(self) -> bool:
        """Whether there may be an orchestrate.hcl: it stands at the root, which is above or is named."""
        named = self.options.root or self.environ.get("ORCHESTRATE_ROOT", "")
        start = self.directory / named
        folders = (start, *(() if named else start.parents))
        return any(os.path.exists(os.path.join(folder, "orchestrate.hcl")) for folder in folders)

    def _with_defaults(self) -> CliSession:
        if self.found_root is None:
            return self
        from .option_defaults import defaults

        found = defaults(self.options, self.environ, self.project.settings)
        return replace(self, options=self.options.merged(found))

    @property
    def dry_run(self) -> bool:
        return self.options.dry_run

    @cached_property
    def console(self) -> TerminalConsole:
        console = open_console(self.environ, self.completed)
        console.lost = self.lost
        return console

    @cached_property
    def directory(self) -> Path:
        try:
            return Path.cwd()
        except FileNotFoundError:
            raise UsageError("the working directory is gone", hint="cd to one that exists") from None

    @property
    def root_folder(self) -> Path:
        from ..project.project import no_project

        if self.found_root is None:
            raise no_project(self.directory)
        return self.found_root

    @cached_property
    def found_root(self) -> Path | None:
        """The project's folder; None outside any. Called by a launcher that lies in a project: that one, which is said."""
        from ..project.project import find_root, is_root

        named = self.options.root or self.environ.get("ORCHESTRATE_ROOT", "")
        if found := (self.directory / named).resolve() if named else find_root(self.directory):
            return found
        from .installation import launcher_folder

        launcher = launcher_folder(self.environ)
        if launcher is None or not is_root(launcher):
            return None
        self.console.info(f"no project in {self.directory}; taking that of this launcher: {launcher}")
        return launcher

    @cached_property
    def home(self) -> Path:
        """The project's private folder: ``.orchestrate`` below its root, or one of its own below ORCHESTRATE_HOME. Outside any
        project it is the user's (XDG_STATE_HOME, specifications.freedesktop.org/basedir)."""
        home = self._home()
        if not self.dry_run:
            private_folder.close(home)
        return home

    def _home(self) -> Path:
        folder, root = self.environ.get("ORCHESTRATE_HOME"), self.found_root
        if root is None:
            return (self.directory / folder / "no-project" if folder else self._user_home()).resolve()
        if not folder:
            return (root / ".orchestrate").resolve()
        import hashlib

        digest = hashlib.sha256(str(root).encode()).hexdigest()[:8]
        return (self.directory / folder).resolve() / f"{root.name}-{digest}"

    def _user_home(self) -> Path:
        states, home = self.environ.get("XDG_STATE_HOME"), self.environ.get("HOME")
        if not states and not home:
            raise UsageError("HOME is not set", hint="set HOME or ORCHESTRATE_HOME to a folder of yours")
        return Path(states or f"{home}/.local/state", "orchestrate")

    @cached_property
    def project(self) -> Project:
        from ..project.project import Project

        return Project(self.root_folder, self.home, self.console.info)

    @property
    def passing(self) -> tuple[str, ...]:
        """Names of variables that pass to Terraform because the project says so."""
        return self.project.settings.environment

    @property
    def sandboxed(self) -> bool:
        return self.options.sandbox or self.environ.get("ORCHESTRATE_SANDBOX", "").lower() in _TRUE

    @property
    def engine_name(self) -> str:
        from ..engines.by_name import DEFAULT

        return self.options.engine or self.environ.get("ORCHESTRATE_ENGINE") or DEFAULT

    @property
    def contained(self) -> bool:
        return self.make_engine().contained

    @property
    def terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def live(self) -> bool:
        """Whether the terminal can show a table that changes in place."""
        return self.terminal and self.environ.get("TERM") != "dumb" and not self.dry_run

    @cached_property
    def simulated(self) -> Sandbox:
        from ..sandbox.lifecycle import Sandbox

        return Sandbox(self.home / "sandbox", str(self.found_root or self.home))

    @cached_property
    def containers(self) -> SandboxContainers:
        """Of a sandbox that runs tasks as containers."""
        from .sandbox_containers import SandboxContainers

        return SandboxContainers(self.home, self.console.info, self.docker, self.make_image)

    def identity(self, stack: Stack) -> Identity:
        """The identity that AWS sees; with the sandbox, which is started if need be, a simulated one."""
        from ..aws import identity

        if not self.sandboxed:
            needs_none = stack.backend.kind == "local" and not stack.settings.account and not stack.settings.role_arn
            if self.dry_run:
                return identity.Identity(endpoint=self.environ.get("AWS_ENDPOINT_URL", ""))
            return identity.Identity() if needs_none else identity.identify(stack, self.environ)
        running = self.simulated.usable()
        if self.dry_run and running is None:
            return identity.nobody({**identity.SANDBOX_ENVIRONMENT, "AWS_ENDPOINT_URL": "http://127.0.0.1:PORT"})
        if running is None:
            self.make_engine().check()  # without it the sandbox would be started for nothing
        return identity.sandbox(self.started_sandbox().url)

    def publish(self, region: str, topic: str, message: Mapping[str, Any]) -> None:
        """A message to an SNS topic, as the caller; with the sandbox, to a simulated one."""
        from ..aws import identity, topics

        here = identity.Identity(endpoint=self.environ.get("AWS_ENDPOINT_URL", ""))
        who = identity.sandbox(self.started_sandbox().url) if self.sandboxed else here
        topics.publish(who.client("sns", region), topic, message)

    def store(self, stack: Stack) -> Store:
        """Where a stack's states are. UnavailableError in a dry run, where the sandbox is not running."""
        from ..state import store

        identity = self.identity(stack)
        if identity.is_nobody:
            raise UnavailableError(
                f"what runs in {stack.label} is not known: the sandbox is not running",
                hint="start it: ./orchestrate sandbox start",
            )
        return store.open_store(stack, identity)

    def started_sandbox(self) -> Any:
        from .sandbox_seed import seed_of

        running = self.simulated.usable()
        if running is not None:
            if running.containers:
                self.containers.go_on()
            return running
        private_folder.make(self.home)
        endpoint = self.start_sandbox(seed_of(self.project))
        self.console.info(f"sandbox: started a simulated AWS at {endpoint.url} (log: {endpoint.log})")
        return endpoint

    @property
    def wants_containers(self) -> bool:
        """Whether the project, if this is in one, wants a sandbox with containers."""
        return self.found_root is not None and self.project.settings.containers

    def start_sandbox(self, seed: Any, containers: bool = False, speed: float | None = None) -> Any:
        """Unless one runs, which is asked for nothing but with ``containers``. A new one has them too where orchestrate.hcl
        says so. ``speed``: of its containers' clock."""
        running = self.simulated.usable()
        wanted = containers or (running is None and self.wants_containers)
        if wanted and running is None:
            self.containers.check()
        endpoint = self.simulated.start(seed, wanted or None)
        if endpoint.containers:
            self.containers.go_on(speed)
        return endpoint

    def forget_states_of(self, ended: Any) -> None:
        """What a sandbox that has ended did not save is no state of what comes after it."""
        from ..engines import simulated_states

        for layer in simulated_states.forget(self.home, ended.url) if ended else ():
            self.console.info(f"sandbox: removed the unsaved state of {layer}")

    def make_engine(self) -> Engine:
        from ..engines import by_name
        from ..engines.dry_run import DryRunEngine

        program = self.project.settings.binary if self.found_root else ""
        engine = by_name.make(self.engine_name, self.console.info, self.make_image, program)
        return DryRunEngine(self.console.print, engine) if self.dry_run else engine

    def docker(self) -> Any:
        """A client of the Docker engine; UnavailableError where there is none."""
        from . import installation

        return installation.docker()

    def image_request(self, stack: Stack | None = None) -> ImageRequest:
        """What the project, and a stack of it, ask of the image."""
        from . import installation

        project = self.project if self.found_root else None
        version, where = self.wanted_terraform(stack) if project and self.contained else ("", "")
        asked = installation.asked(project, self.environ, version, where)
        self.asked[installation.image(asked)] = asked
        return asked

    def image_requests(self) -> list[ImageRequest]:
        """Of the project and of each stack of it that has a Terraform of its own."""
        stacks = self.project.stacks() if self.found_root and self.contained else []
        found = [self.image_request(), *(self.image_request(stack) for stack in stacks if stack.settings.terraform)]
        return [one for n, one in enumerate(found) if one not in found[:n]]

    def wanted_terraform(self, stack: Stack | None) -> tuple[str, str]:
        """The version that must run, and the file that says so; "" for any."""
        if stack and stack.settings.terraform:
            line = self.project.files.literals(stack.config / "stack.hcl")["terraform"][1]
            return stack.settings.terraform, f"{stack.settings_file}:{line}"
        settings = self.project.settings
        return settings.terraform, settings.where.get("terraform", "")

    def make_image(self, client: Any, tag: str = "") -> str:
        """The image's tag; built first when its inputs changed. Without ``tag``: the project's."""
        from . import installation

        asked = self.asked[tag] if tag in self.asked else self.image_request()
        return installation.build_image(client, self.console.info, self.environ, asked)

    def context(self, stack: Stack, identity: Identity) -> RunContext:
        import socket

        from ..run import plan_run
        from . import installation
        from .process_environment import environment_of, mounts_of

        contained = self.contained
        sandboxed = self.sandboxed
        asked = self.image_request(stack)
        versions = self._versions(stack, asked)
        if contained:
            self._check_roots(stack, asked)
        if (program := self.project.settings.binary) and not self.dry_run:
            installation.check_program(
                program, self.project.settings.where["binary"], self.environ, contained=contained
            )
        profiles, profile_mounts = self._profiles(stack, identity) if sandboxed else ({}, ())
        return plan_run.RunContext(
            home=self.home,
            author=self.author,
            image=next(tag for tag, one in self.asked.items() if one is asked),
            engine=self.engine_name,
            network=self.network,
            environment=environment_of(self, stack, identity) | profiles,
            directory=self.directory,
            mounts=profile_mounts if sandboxed or not contained else mounts_of(self.environ),
            color=self.console.color_out,
            interactive=self.terminal and not self.dry_run,
            deletable=self.options.allow_delete,
            versions=versions,
            contained=contained,
            machine=socket.gethostname(),
            program=program,
            lock_wait=self._lock_wait(),
            remote_modules=self._remote_modules if self.project.may_call_elsewhere else None,
        )

    def _remote_modules(
        self, layer: Layer, *, look_up: bool = False, pinned: str | None = None
    ) -> FetchedModules | None:
        return self.remote_modules(layer, look_up=look_up, pinned=pinned)

    @cached_property
    def remote_modules(self) -> RemoteModules:
        """Those that the project's roots call from elsewhere."""
        from .remote_modules import of_session

        return of_session(self)

    def _profiles(self, stack: Stack, identity: Identity) -> tuple[dict[str, str], tuple[Mount, ...]]:
        """Those that the stack's roots name, for the sandbox."""
        from . import sandbox_profiles

        roots = [root for root in (stack.source, stack.tenant_source) if root]
        keys = identity.environment
        return sandbox_profiles.lay_out(roots, keys, self.home, contained=self.contained, dry=self.dry_run)

    def _versions(self, stack: Stack, asked: ImageRequest) -> str:
        """Those of Terraform and of the providers that run a stack; ConfigError where another Terraform is asked for."""
        from . import installation

        locks = self.project.lock_files
        mine = [text for root in (stack.source, stack.tenant_source) if root and (text := locks.get(root / LOCK_FILE))]
        other = "" if self.contained or self.dry_run else self._other_terraform()
        versions = installation.versions(other, asked, mine)
        wanted, where = self.wanted_terraform(stack)
        if wanted:
            from ..project.project_settings import check_terraform

            check_terraform(wanted, where, versions)
        return versions

    def _check_roots(self, stack: Stack, asked: ImageRequest) -> None:
        """ConfigError where the image cannot have what the stack's roots require."""
        from . import installation

        short = self.project.files.short
        found = [r for root in (stack.source, stack.tenant_source) if root for r in self.project.requirements(root)]
        locks = {Path(short(file)): text for file, text in self.project.lock_files.items()}
        installation.check_requirements(found, asked, locks)

    def _lock_wait(self) -> float:
        """Where no person sees that it waits, five minutes; at a terminal not at all."""
        from ..model import duration

        given = self.environ.get("ORCHESTRATE_LOCK_TIMEOUT", "")
        if given and not self.dry_run:
            return duration.parse_or_zero(given, "ORCHESTRATE_LOCK_TIMEOUT")
        return 0.0 if self.terminal or self.dry_run else _LOCK_WAIT

    def ask_ahead(self) -> None:
        """The host's Terraform takes a while to say its version: in which the rest of this tool is imported."""
        from . import installation

        if self.found_root and not (self.contained or self.dry_run):
            installation.ask_version(self.project.settings.binary or "terraform", self.environ)

    def _other_terraform(self) -> str:
        """The version of the terraform on PATH; "" where it is the image's, or there is none."""
        from . import installation

        if program := self.project.settings.binary:
            return f"{installation.binary(program, self.environ)[1]} ({program})"
        _, found = installation.terraform(self.environ)
        return "" if found == installation.pins().terraform else found

    @property
    def author(self) -> str:
        """What names this run, in Terraform's lock as in a report."""
        import socket

        from ..deploy.deployer import author

        return author(self.environ, socket.gethostname(), os.getpid())

    @property
    def network(self) -> str:
        """The sandbox listens on loopback: the container shares the host's network, on Linux."""
        network = self.environ.get("ORCHESTRATE_NETWORK", "")
        return network or ("host" if self.sandboxed and sys.platform == "linux" else "bridge")

    def deployers(self, signals: SignalHandler) -> Callable[[Stack], Deployer]:
        """What makes that of one stack after another. It raises what was asked for, where something asked to stop."""

        def deployer_of(stack: Stack) -> Deployer:
            signals.check()
            return self.deployer(stack, signals)

        return deployer_of

    def deployer(self, stack: Stack, signals: SignalHandler, reason: Mapping[str, Any] | None = None) -> Deployer:
        """All that a command on a stack needs. ``reason``: of an apply, as it is recorded."""
        from ..deploy.build_choices import BuildPolicy
        from ..deploy.deployer import Deployer
        from ..model import duration

        self._tidy_up()
        limit = duration.parse_or_zero(self.options.rollout_timeout) if self.options.rollout_timeout else None
        identity, no_hooks = self.identity(stack), self._no_hooks(reason or {})
        return Deployer(
            self.project,
            stack,
            identity,
            self.make_engine(),
            self.context(stack, identity),
            self.console,
            signals,
            confirmed=self.options.confirm,
            environ=self.environ,
            dry=self.dry_run,
            rollout_limit=limit,
            trigger=self._trigger(reason or {}),
            smoke=self._smoke_test(stack),
            builds=BuildPolicy(from_files=self.options.config_builds),
            state_lost=self.options.state_lost,
            unpromoted=self.options.unpromoted,
            ttl=duration.parse(self.options.ttl) if self.options.ttl else 0.0,
            store_of=self.store,
            run_task=None if no_hooks else self._task_runner(stack),
            hook_runner=self._hook_runner(stack, identity) if stack.settings.hooks and not no_hooks else None,
            no_hooks=no_hooks,
        )

    @property
    def _sandbox_without_containers(self) -> bool:
        running = self.simulated.status() if self.sandboxed else None
        return running is not None and not running.containers

    def _no_hooks(self, reason: Mapping[str, Any]) -> str:
        """Why no task and no hook of stack.hcl runs; "" where they do."""
        if self.options.no_hooks:
            return "--no-hooks"
        return "a rollback, without --hooks" if "rollback_of" in reason and not self.options.hooks else ""

    def _hook_runner(self, stack: Stack, identity: Identity) -> HookRunner:
        from .hook_places import HookPlaces

        return HookPlaces(self, stack, identity)

    def _task_runner(self, stack: Stack) -> RunDeployTask:
        """For the tasks of a deploy; what runs them is loaded when the first does."""

        def run(task: DeployTask, signals: SignalHandler, info: Callable[[str], None]) -> None:
            from ..aws.calls import AwsCalls
            from ..deploy.deploy_task_run import DeployTaskRunner

            if self._sandbox_without_containers:
                return info(
                    f"{task.layer.label}: {task.when}: {task.name} does not run: in a sandbox without containers no task "
                    "ends (start it with containers: ./orchestrate sandbox reset --containers)"
                )
            calls = AwsCalls(lambda: self.identity(stack), stack.aws_region, stack.label, signals.pause)
            by, url = self.environ.get("BUILD_USER_ID", "") or self.author, self.environ.get("BUILD_URL", "")
            limit = stack.settings.task_timeout
            DeployTaskRunner(calls, lambda: self.store(stack), self.author, by, url, limit).run(task, signals, info)

        return run

    def _tidy_up(self) -> None:
        """Values that a killed run left lie there no longer than until the next command."""
        from ..engines import leftovers

        for path in () if self.dry_run else leftovers.remove(self.home):
            self.console.info(f"removed what a run that was killed left: {path}")

    def _trigger(self, reason: Mapping[str, Any]) -> Trigger:
        """Jenkins' user and the URL of its build, where it is one that runs the tool."""
        from ..state.record import Trigger

        return Trigger(self.environ.get("BUILD_USER_ID", ""), self.environ.get("BUILD_URL", ""), reason)

    def _smoke_test(self, stack: Stack) -> Smoke:
        from ..deploy.smoke_test import Smoke, SmokePolicy, parse_places
        from ..model import duration

        usual = SmokePolicy()
        policy = SmokePolicy(
            self.options.check.smoke_status or usual.status,
            self.options.check.smoke_contains,
            self.options.check.smoke_tries or usual.tries,
            duration.parse(self.options.check.smoke_timeout) if self.options.check.smoke_timeout else usual.limit,
        )
        return Smoke(parse_places(self.options.check.smoke, stack.settings.smoke), policy, served=not self.sandboxed)

    def signals(self) -> SignalHandler:
        from ..model import duration
        from ..run.signals import SignalHandler

        limit = duration.parse(self.options.timeout) if self.options.timeout else 0.0
        return SignalHandler(self.console.info, limit, last=self.process)
