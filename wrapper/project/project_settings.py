"""orchestrate.hcl: what a project says of itself, read and checked. Knows no Terraform flag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model import naming
from ..model.errors import ConfigError
from .files import Files
from .setting_forms import READERS

FILE = "orchestrate.hcl"
_RUNS = re.compile(r"terraform (\S+)")


@dataclass(frozen=True)
class ProjectSettings:
    """``terraform``: the version that runs here and no other, "" for any; ``terraform_digests``: of versions that this tool does
    not pin; ``registries``, ``packages``, ``certificates``: of the image; ``environment``: names of variables that pass to
    Terraform and its providers; ``folders``: that a run sees beside src/ and modules/; ``options``: defaults; ``containers``:
    whether a sandbox that a command starts runs tasks as containers; ``binary``: what runs instead of terraform, by its name;
    ``where``: file and line of each setting that is there."""

    terraform: str = ""
    terraform_digests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    registries: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    containers: bool = False
    binary: str = ""
    where: Mapping[str, str] = field(default_factory=dict)


def check_terraform(wanted: str, where: str, versions: str) -> None:
    """ConfigError where another than the ``wanted`` version would run. ``versions``: of what runs, as a fingerprint has them."""
    runs = _RUNS.match(versions)
    if runs and runs[1] != wanted:
        raise ConfigError(
            f"this project runs Terraform {wanted}; here {runs[1]} would run",
            where=where,
            hint=f'put Terraform {wanted} first on PATH, or use --engine docker, or write terraform = "{runs[1]}"',
        )


def load(files: Files) -> ProjectSettings:
    """ConfigError, with the line, for what is unknown or of another form."""
    file = files.root / FILE
    found, where = {}, {}
    for name, (value, line) in files.literals(file).items():
        where[name] = f"{files.short(file)}:{line}"
        naming.check_setting(name, READERS, where[name])
        found[name] = READERS[name](value, where[name])
    if found.get("binary") and "terraform" in found:
        message = f"this is a version of Terraform, and {found['binary']} runs here ({where['binary']})"
        raise ConfigError(message, where=where["terraform"], hint="remove one of the two settings")
    return ProjectSettings(**found, where=where)
