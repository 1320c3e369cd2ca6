"""What a root requires, compared with what it would get: before a container is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..engines.image.inputs import Pins, parse_lock
from ..model.errors import ConfigError
from ..project.sources import Requirement
from ..terraform.version_constraints import satisfying


def check(requirements: Iterable[Requirement], pins: Pins, locks: Mapping[Path, str]) -> None:
    """``locks``: the lock file of each root, by its path as a person knows it. A provider that the image does not hold at all
    is Terraform's to find."""
    for one in requirements:
        if one.source == "terraform":
            _check_terraform(one, pins)
        else:
            _check_provider(one, pins, locks)


def _check_terraform(one: Requirement, pins: Pins) -> None:
    if not satisfying([pins.terraform], one.constraint):
        raise ConfigError(
            f"this root requires Terraform {one.constraint}; here {pins.terraform} would run",
            where=one.where,
            hint='change required_version, or say which version runs: terraform = "..." in orchestrate.hcl or stack.hcl',
        )


def _check_provider(one: Requirement, pins: Pins, locks: Mapping[Path, str]) -> None:
    file = Path(one.where).parent / ".terraform.lock.hcl"
    mine = [p for p in parse_lock(locks.get(file, ""), str(file)) if p.source == one.source]
    here = [p.version for p in mine] or [version for source, version in pins.providers if source == one.source]
    if not here or satisfying(here, one.constraint):
        return
    what = f"the lock file has {here[0]}" if mine else f"the image holds {', '.join(sorted(here))}"
    raise ConfigError(
        f"this root requires {one.source} {one.constraint}; {what}",
        where=mine[0].where if mine else one.where,
        hint=f"lock a version that it takes: ./orchestrate providers lock --upgrade {file.parent} ; or change the constraint",
    )
