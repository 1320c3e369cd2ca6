"""What Terraform said, read back: a plan's summary, a lock held, a state that was not saved. Pure.

Terraform's exit code says little; its own words, stable since 0.12, say the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import BusyError, OrchestrateError, StateAtRisk, TerraformFailed

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_SUMMARY = re.compile(r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_DONE = re.compile(
    r"Apply complete! Resources: (?:(\d+) imported, )?(\d+) added, (\d+) changed, (\d+) destroyed"
    r"|Destroy complete! Resources: (\d+) destroyed"
)
_OUTPUTS = re.compile(r"^Changes to Outputs:|You can apply this plan to save these new output", re.MULTILINE)


def plain(text: str) -> str:
    return _COLOR.sub("", text)


def change_summary(text: str) -> tuple[int, int, int] | None:
    """(added, changed, destroyed) of the last plan or apply in ``text``; None where none is seen."""
    text = plain(text)
    done = list(_DONE.finditer(text))
    if done:
        last = done[-1]
        return (0, 0, int(last[5])) if last[5] else (int(last[2]), int(last[3]), int(last[4]))
    plans = list(_SUMMARY.finditer(text))
    if plans:
        return int(plans[-1][2]), int(plans[-1][3]), int(plans[-1][4])
    nothing = _OUTPUTS.search(text) or "No changes." in text or "change_summary" in text
    return (0, 0, 0) if nothing else None


@dataclass(frozen=True)
class Lock:
    """The state lock that Terraform could not have: its id, who holds it, doing what, since when."""

    id: str
    who: str
    operation: str
    created: str


def held_lock(text: str) -> Lock | None:
    """The lock named in "Error acquiring the state lock", or None."""
    text = re.sub(r"^[│|] ?", "", plain(text), flags=re.MULTILINE)
    if "Error acquiring the state lock" not in text:
        return None

    def field(name: str) -> str:
        found = re.search(rf"^\s*{name}:\s*(.*?)\s*$", text, re.MULTILINE)
        return found.group(1) if found else "unknown"

    return Lock(
        field("ID"), field("Who").removeprefix("@"), field("Operation").removeprefix("OperationType"), field("Created")
    )


# What AWS says (a pattern) -> what to do.
_KNOWN_FAILURES = (
    # docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html
    (
        r"(?i)launch configuration creation operation is not available|launch configurations? .{0,40}not supported",
        'accounts made since mid-2024 cannot create launch configurations: set kind = "launch_template" in {capacity}',
    ),
    (
        r"No valid credential sources found|no EC2 IMDS role found",
        "the container reaches no credentials. By an instance's role: raise the metadata hop limit to 2, or set "
        "ORCHESTRATE_NETWORK=host; see docs/engines.md",
    ),
)


def failure(
    label: str, argv: Sequence[str], code: int, text: str, origins: Mapping[str, str] | None = None
) -> OrchestrateError:
    """The error that a failed Step amounts to, from what Terraform said. ``origins``: variable -> file:line."""
    lock = held_lock(text)
    if lock:
        return BusyError(
            f"{label} is locked by {lock.who} ({lock.operation or 'a run'}, since {lock.created})",
            hint=f"wait with -lock-timeout=5m; if that run is dead: force-unlock ... {lock.id}",
        )
    said = " ".join(plain(text).replace("│", " ").split())  # Terraform breaks its lines to the width
    if "Saved plan is stale" in said:
        return BusyError(f"{label} was changed by another run between this plan and its apply", hint="run it again")
    if "Failed to persist state" in said or "Failed to save state" in said or "errored.tfstate" in said:
        return StateAtRisk(
            f"{label}: Terraform could not save the state", hint="recover first: see docs/state.md, 'errored.tfstate'"
        )
    for pattern, hint in _KNOWN_FAILURES:
        if re.search(pattern, said):
            where = (origins or {}).get("capacity", "the stack's variables.tfvars")
            return TerraformFailed(f"{label}: terraform {argv[1]} failed", hint=hint.format(capacity=where))
    return TerraformFailed(
        f"{label}: terraform {argv[1] if len(argv) > 1 else ''} failed (exit code {code})",
        hint="its own words are above",
    )
