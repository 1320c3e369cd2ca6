"""orchestrate.hcl: what a project says of itself, read and checked. Knows no Terraform flag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model import naming
from ..model.errors import ConfigError
from ..terraform.binary import read_name
from .files import Files

FILE = "orchestrate.hcl"
_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")
_RUNS = re.compile(r"terraform (\S+)")
_NAME = re.compile(r"[A-Za-z_]\w*")
# Names that do not pass by this file, and why.
_OTHERWISE = {
    r"AWS_\w*": "AWS's variables pass by themselves, or not at all: docs/engines.md, 'Credentials'",
    r"TF_\w*": "Terraform's variables are the tool's own; a value comes from config/ or -var, a secret from --var-env",
    r"PATH|HOME|USER|LD_\w*|GO\w*|DOCKER_\w*|ORCHESTRATE_\w*": "it would change what runs; the tool sets what is needed",
}


@dataclass(frozen=True)
class ProjectSettings:
    """``terraform``: the version that runs here and no other, "" for any; ``environment``: names of variables that pass to
    Terraform and its providers; ``containers``: whether a sandbox that a command starts runs tasks as containers; ``binary``: what
    runs instead of terraform, by its name; ``where``: file and line of each setting that is there."""

    terraform: str = ""
    environment: tuple[str, ...] = ()
    containers: bool = False
    binary: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    def check_terraform(self, versions: str) -> None:
        """ConfigError where another than ``terraform`` would run. ``versions``: of what runs, as a fingerprint has them."""
        runs = _RUNS.match(versions)
        if runs and runs[1] != self.terraform:
            raise ConfigError(
                f"this project runs Terraform {self.terraform}; here {runs[1]} would run",
                where=self.where["terraform"],
                hint=f"bring that version here (docs/image.md, 'Another version'), or write terraform = \"{runs[1]}\"",
            )


def load(files: Files) -> ProjectSettings:
    """ConfigError, with the line, for what is unknown or of another form."""
    file = files.root / FILE
    found, where = {}, {}
    for name, (value, line) in files.literals(file).items():
        where[name] = f"{files.short(file)}:{line}"
        if name not in _READERS:
            close = naming.nearest(name, _READERS)
            hint = f"did you mean {close}?" if close else f"settings: {', '.join(_READERS)}"
            raise ConfigError(f"no setting {name!r}", where=where[name], hint=hint)
        found[name] = _READERS[name](value, where[name])
    if found.get("binary") and "terraform" in found:
        message = f"this is a version of Terraform, and {found['binary']} runs here ({where['binary']})"
        raise ConfigError(message, where=where["terraform"], hint="remove one of the two settings")
    return ProjectSettings(**found, where=where)


def _version(value: Any, where: str) -> str:
    if isinstance(value, str) and _VERSION.fullmatch(value):
        return value
    raise ConfigError(f"terraform: {value!r} is no version", where=where, hint='for example: terraform = "1.11.4"')


def _names(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(
        isinstance(name, str) and _NAME.fullmatch(name) for name in value
    ):
        hint = 'for example: environment = ["GITHUB_TOKEN", "CLOUDFLARE_API_TOKEN"]'
        raise ConfigError("environment: give a list of names of variables", where=where, hint=hint)
    for name in value:
        if reason := next((why for pattern, why in _OTHERWISE.items() if re.fullmatch(pattern, name)), ""):
            raise ConfigError(f"environment: {name} does not pass by this file", where=where, hint=reason)
    return tuple(dict.fromkeys(value))


def _truth(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise ConfigError(
        f"containers: {value!r} is neither true nor false", where=where, hint="for example: containers = true"
    )


_READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "terraform": _version,
    "environment": _names,
    "containers": _truth,
    "binary": read_name,
}
