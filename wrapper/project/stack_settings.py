"""stack.hcl and the backend: what a stack says of itself, read and checked. Knows no Terraform flag."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model import naming
from ..model.errors import ConfigError, UsageError
from ..model.nouns import Backend, Settings
from ..terraform import commands, hcl
from . import smoke_urls
from .files import Files

_RENAMED = {"pace": "rate_limit"}  # the name until 0.1 -> the name now
BUILD_MODES = ("both", "config", "pipeline")
_CREDENTIALS = ("access_key", "secret_key", "token", "sts_access_key")


def load_settings(files: Files, folder: Path) -> Settings:
    """The settings of a stack; all defaults where it has no stack.hcl."""
    file = folder / "stack.hcl"
    if not files.has(file):
        return Settings()
    where = files.short(file)
    kinds = {n: f.type for n, f in Settings.__dataclass_fields__.items()}
    values = _renamed(files.literals(file), where)
    for name, (value, line) in values.items():
        if name not in kinds:
            close = naming.nearest(name, kinds)
            raise ConfigError(
                f"no setting {name!r}",
                where=f"{where}:{line}",
                hint=f"did you mean {close}?" if close else f"settings: {', '.join(kinds)}",
            )
        wanted = bool if "bool" in str(kinds[name]) else str
        if not isinstance(value, wanted):
            raise ConfigError(f"{name} must be a {'bool' if wanted is bool else 'string'}", where=f"{where}:{line}")
    for name in ("source", "promotes_from"):
        if name in values:
            files.check_name(name, str(values[name][0]), f"{where}:{values[name][1]}")
    if "rollout_timeout" in values:
        _check_duration(*values["rollout_timeout"], where)
    if "smoke" in values and not smoke_urls.is_place(str(values["smoke"][0])):
        raise ConfigError(
            f"smoke: {values['smoke'][0]!r} is neither a path nor a URL",
            where=f"{where}:{values['smoke'][1]}",
            hint='for example: smoke = "/health"',
        )
    if "builds" in values and values["builds"][0] not in BUILD_MODES:
        raise ConfigError(
            f"builds: {values['builds'][0]!r} is no mode",
            where=f"{where}:{values['builds'][1]}",
            hint=f"write one of {', '.join(BUILD_MODES)}; see docs/builds.md",
        )
    return Settings(**{name: value for name, (value, _) in values.items()})


def _renamed(values: Mapping[str, tuple[Any, int]], where: str) -> dict[str, tuple[Any, int]]:
    """Settings by the name that they have now. Raises ConfigError where a file has both names of one."""
    for old, new in _RENAMED.items():
        if old in values and new in values:
            raise ConfigError(
                f"{old} and {new} are two names of one setting",
                where=f"{where}:{values[old][1]}",
                hint=f"remove {old}: its name is {new} now",
            )
    return {_RENAMED.get(name, name): value for name, value in values.items()}


def _check_duration(text: str, line: int, where: str) -> None:
    try:
        commands.parse_limit(text)
    except UsageError as error:
        raise ConfigError(f"rollout_timeout: {error.message}", where=f"{where}:{line}", hint=error.hint) from None


def load_backend(files: Files, folder: Path, source: Path) -> Backend:
    """backend.tfvars, or the backend block of a Terraform file beside the values or in the root."""
    file = folder / "backend.tfvars"
    if files.has(file):
        values = files.literals(file)
        return _checked(files, values, files.short(file), _kind(values), "")
    blocks = sorted((*files.blocks(folder), *files.blocks(source)), key=lambda one: not commands.is_override(one[0]))
    for where, block in blocks:
        for backend in (b for b in block.blocks if block.kind == "terraform" and b.kind == "backend"):
            if backend.body:
                key = str(backend.body.get("key", ("", 0))[0])
                return _checked(files, backend.body, where, backend.labels[0], key)
    raise ConfigError(
        "the stack names no backend",
        where=files.short(folder),
        hint='write backend.tfvars with bucket = "..." and region = "..."',
    )


def _checked(files: Files, values: Mapping[str, tuple[Any, int]], where: str, kind: str, key: str) -> Backend:
    for name, (value, line) in values.items():
        at = f"{where}:{line}"
        if name in _CREDENTIALS:
            raise ConfigError(
                f"credentials ({name}) do not belong in a backend file",
                where=at,
                hint="remove the line, revoke that key, and use the environment, a profile or a role",
            )
        if isinstance(value, hcl.Expression):
            raise ConfigError(f"{name} must be a literal value", where=at)
        if name == "key" and where.endswith("backend.tfvars"):
            raise ConfigError("the state's key is derived and never written by hand", where=at, hint="remove the line")
        if name == "workspace_key_prefix":
            raise ConfigError("workspaces are not used: one state per stack and tenant", where=at)
    if kind not in ("s3", "local"):
        raise ConfigError(f"backend {kind!r} is not supported", where=where, hint='use "s3" or "local"')
    config = {k: v for k, (v, _) in values.items() if k not in ("key", "backend", "use_lockfile")}
    _check_names(files, kind, config, where)
    return Backend(kind, config, where, key)


def _check_names(files: Files, kind: str, config: dict[str, Any], where: str) -> None:
    if kind == "s3":
        for name in ("bucket", "region"):
            if not isinstance(config.get(name), str) or not config[name]:
                raise ConfigError(f"backend has no {name}", where=where, hint=f'write {name} = "..."')
        return
    path = Path(str(config.get("path", ".orchestrate/states")))
    config["path"] = str(path if path.is_absolute() else files.root / path)


def _kind(values: Mapping[str, tuple[Any, int]]) -> str:
    return str(values["backend"][0]) if "backend" in values else ("local" if "path" in values else "s3")
