"""The question before a command over many layers does anything: once in a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..deploy.deployer import Deployer
from ..model.errors import RefusedError
from ..model.nouns import Layer


@dataclass(frozen=True)
class Confirmation:
    """Asks through the deployer's console. After a yes the command asks nothing more; after all else it raises RefusedError."""

    deployer: Deployer
    info: Callable[[str], None]

    def given(self) -> None:
        """Given beforehand (-auto-approve)."""
        self.deployer.context = replace(self.deployer.context, interactive=False)

    def to_destroy(self, tenants: Sequence[str], *, own: bool) -> None:
        stack = self.deployer.stack.label
        if tenants:
            then = ", then itself" if own else ""
            self.info(f"destroy {stack}: first its tenants ({_named(tenants)}){then}")
        self._ask(f"Destroy {stack} with {_counted(tenants)}?" if own else f"Destroy {_counted(tenants)} of {stack}?")

    def to_apply_own(self, own: Layer, tenants: int) -> None:
        """One question for the stack layer and for the tenants after it: the stack layer decides which of them change."""
        then = f", and then to what changed of its {tenants} tenants" if tenants else ""
        self._ask(f"Apply to {own.label}{then}?")

    def to_apply(self, tenants: Sequence[str]) -> None:
        """One question for all of them: they run side by side."""
        self._ask(f"Apply to {_counted(tenants)} of {self.deployer.stack.label} ({_named(tenants)})?")

    def _ask(self, question: str) -> None:
        deployer, stack = self.deployer, self.deployer.stack
        wanted = stack.label if stack.settings.protected else "yes"
        if deployer.context.interactive and not deployer.console.confirm(f"{question} Type {wanted} to go on:", wanted):
            raise RefusedError(
                f"{stack.label}: not confirmed", hint=f"nothing was changed; to continue, answer {wanted}"
            )
        self.given()


def _counted(tenants: Sequence[str]) -> str:
    return "1 tenant" if len(tenants) == 1 else f"{len(tenants)} tenants"


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
