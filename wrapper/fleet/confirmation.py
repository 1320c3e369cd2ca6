"""The question before a command over many layers does anything: once in a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..deploy import build_words
from ..deploy.deployer import Deployer
from ..model.errors import RefusedError
from ..model.stack import Layer
from .change_detection import LayerDiff

_LISTED = 20  # tenants that are shown each on a line


@dataclass(frozen=True)
class Confirmation:
    """Asks through the deployer's console. After a yes the command asks nothing more; after all else it raises RefusedError."""

    deployer: Deployer
    info: Callable[[str], None]

    def agree(self) -> None:
        """Given beforehand (-auto-approve)."""
        self.deployer.context = replace(self.deployer.context, interactive=False)

    def to_destroy(self, tenants: Sequence[str], *, stack_layer: bool) -> None:
        stack = self.deployer.stack.label
        if tenants:
            then = ", then itself" if stack_layer else ""
            self.info(f"destroy {stack}: first its tenants ({_named(tenants)}){then}")
        self._ask(
            f"Destroy {stack} with {_counted(tenants)}?" if stack_layer else f"Destroy {_counted(tenants)} of {stack}?"
        )

    def to_apply_stack_layer(self, stack_layer: Layer, tenants: int) -> None:
        """One question for the stack layer and for the tenants after it: the stack layer decides which of them change."""
        then = f", and then to what changed of its {tenants} tenants" if tenants else ""
        self._ask(f"Apply to {stack_layer.label}{then}?")

    def to_apply(self, tenants: Sequence[str]) -> None:
        """One question for all of them: they run side by side."""
        self._ask(f"Apply to {_counted(tenants)} of {self.deployer.stack.label}?")

    def show(self, diffs: Sequence[LayerDiff]) -> None:
        """Of each tenant why it takes part, and what becomes of its builds; said to a pipeline as to a person."""
        for line in _reasons(diffs):
            self.info(line)

    def _ask(self, question: str) -> None:
        deployer, stack = self.deployer, self.deployer.stack
        wanted = stack.label if stack.settings.protected else "yes"
        if deployer.context.interactive and not deployer.console.confirm(f"{question} Type {wanted} to go on:", wanted):
            raise RefusedError(
                f"{stack.label}: not confirmed", hint=f"nothing was changed; to continue, answer {wanted}"
            )
        self.agree()


def _counted(tenants: Sequence[str]) -> str:
    return "1 tenant" if len(tenants) == 1 else f"{len(tenants)} tenants"


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _reasons(diffs: Sequence[LayerDiff]) -> list[str]:
    """A line for each; of more than are listed one for each reason."""
    rows = [(d.layer.tenant, d.reason, _builds(d)) for d in diffs]
    if len(rows) <= _LISTED:
        width = max((len(name) for name, _, _ in rows), default=0)
        return [f"  {name:<{width}}  {reason}{builds}" for name, reason, builds in rows]
    grouped: dict[str, list[str]] = {}
    for name, reason, builds in rows:
        grouped.setdefault(reason + builds, []).append(name)
    return [f"  {len(names)} tenants ({_named(names)}): {words}" for words, names in grouped.items()]


def _builds(diff: LayerDiff) -> str:
    """Those that its reason does not name already."""
    choices = diff.prepared.choices if diff.prepared else {}
    words = [
        f"{'! ' if build_words.surprises(one) else ''}{name} {build_words.step(one)}"
        for name, one in choices.items()
        if (one.number or one.before) and f"{name} {build_words.step(one)}" not in diff.reason
    ]
    return f"; {', '.join(words)}" if words else ""
