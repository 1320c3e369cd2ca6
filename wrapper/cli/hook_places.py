"""Where the hooks of stack.hcl run: on this machine, or in a container of the image that Terraform runs in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..deploy.hooks import HookCall
from ..engines import host_program
from ..model.naming import PROJECT
from ..model.nouns import Mount
from ..model.stack import Hook, Stack
from ..terraform import environment

if TYPE_CHECKING:
    from ..aws.identity import Identity
    from ..run.plan_run import RunContext


class Surroundings(Protocol):
    """What of the command's surroundings matters here."""

    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def root_folder(self) -> Path: ...
    @property
    def sandboxed(self) -> bool: ...
    @property
    def contained(self) -> bool: ...
    @property
    def engine_name(self) -> str: ...
    @property
    def passing(self) -> Collection[str]: ...
    def docker(self) -> Any: ...
    def make_image(self, client: Any, tag: str = "") -> str: ...
    def context(self, stack: Stack, identity: Identity) -> RunContext: ...


@dataclass(frozen=True)
class HookPlaces:
    """Of one command on a stack. A hook starts at the project's root, with the environment that Terraform gets."""

    session: Surroundings
    stack: Stack
    identity: Identity

    def check(self, hook: Hook) -> str:
        """Why it cannot run here; "" where it can."""
        contained = self.session.contained
        if hook.place == "container":
            return "" if contained else f"its place is a container, and the engine is {self.session.engine_name}"
        return "" if self._program(hook) else f"there is no program {hook.command[0]}"

    def run(self, call: HookCall, said: Callable[[str], None], pause: Callable[[float], None]) -> int:
        return (self._in_container if call.hook.place == "container" else self._here)(call, said, pause)

    def _here(self, call: HookCall, said: Callable[[str], None], pause: Callable[[float], None]) -> int:
        session = self.session
        region = self.stack.aws_region or session.environ.get("AWS_REGION", "")
        caller, ours, named = session.environ, self.identity.environment, session.passing
        variables = environment.for_terraform(caller, ours, region, host=True, sandbox=session.sandboxed, named=named)
        argv = (self._program(call.hook), *call.hook.command[1:])
        return host_program.run(argv, session.root_folder, {**variables, **call.variables}, said, pause)

    def _program(self, hook: Hook) -> str:
        """Its path; "" where there is none. A name with a slash is one of the project's files."""
        name, root = hook.command[0], self.session.root_folder
        if "/" not in name:
            return shutil.which(name, path=self.session.environ.get("PATH", os.defpath)) or ""
        path = str(Path(root, name))
        return path if Path(path).is_file() and os.access(path, os.X_OK) else ""

    def _in_container(self, call: HookCall, said: Callable[[str], None], pause: Callable[[float], None]) -> int:
        from ..engines import short_container

        client, context = self.session.docker(), self._context
        self.session.make_image(client, context.image)
        shown = sorted(p for p in self.session.root_folder.iterdir() if not p.name.startswith("."))
        mounts = [Mount(path, f"{PROJECT}/{path.name}") for path in shown]  # nothing private: that is hidden
        variables = {**context.environment, **call.variables}
        argv = call.hook.command
        return short_container.run(
            client, context.image, argv, PROJECT, (*mounts, *context.mounts), variables, said, context.network, pause
        )

    @cached_property
    def _context(self) -> RunContext:
        return self.session.context(self.stack, self.identity)
