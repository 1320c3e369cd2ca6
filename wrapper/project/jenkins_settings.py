"""config/jenkins.hcl: what Jenkins' jobs need to know beside the stacks, read and checked. Knows nothing of Jenkins' forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from ..model import naming
from ..model.errors import ConfigError, NotFoundError
from .files import Files

FILE = "config/jenkins.hcl"
_PAGE = 'docs/jenkins.md, "Jobs as code", has an example'
_LINE = re.compile(r"[!-~]([ -~]{0,300}[!-~])?")  # printable
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ECR = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_KINDS = ("branch", "tag", "commit")
SettingsFound = Mapping[str, tuple[Any, str]]  # a setting's name -> its value, and file and line


@dataclass(frozen=True)
class Repository:
    """A git repository at a branch, a tag or a commit; ``credentials``: the id of a credential in Jenkins, "" for none."""

    url: str
    kind: str = "branch"
    version: str = "main"
    credentials: str = ""


@dataclass(frozen=True)
class JenkinsSettings:
    """``deploy``: groups that may start builds of stacks, ``release``: of protected ones too; ``night``, ``drift``: (zone, hour,
    minute); ``registry``: where builds push images."""

    folder: str
    project: Repository
    library: Repository
    services: Mapping[str, Repository]
    deploy: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    night: tuple[str, int, int] | None = None
    drift: tuple[str, int, int] | None = None
    expired: tuple[str, int, int] | None = None  # its minute, each hour
    registry: str = ""
    where: Mapping[str, str] = field(default_factory=dict)


def load(files: Files) -> JenkinsSettings:
    """NotFoundError without the file; ConfigError, with the line, for what is unknown or of another form."""
    file = files.root / FILE
    if not files.has(file):
        raise NotFoundError(f"{FILE} is not there", hint=f"write it: {_PAGE}")
    found = {name: (value, f"{files.short(file)}:{line}") for name, (value, line) in files.literals(file).items()}
    for name, (_, where) in found.items():
        naming.check_setting(
            name, ("folder", "project", "library", "services", "groups", "night", "drift", "expired", "registry"), where
        )
    project = _required(found, "project", _repository)
    groups = _read(found, "groups", _groups) or {}
    return JenkinsSettings(
        folder=_required(found, "folder", _name),
        project=project,
        library=_required(
            found, "library", lambda value, where: _repository({"repository": project.url, **value}, where)
        ),
        services=_required(found, "services", _services),
        deploy=groups.get("deploy", ()),
        release=groups.get("release", ()),
        night=_read(found, "night", partial(_time, "night")),
        drift=_read(found, "drift", partial(_time, "drift")),
        expired=_read(found, "expired", partial(_time, "expired")),
        registry=_read(found, "registry", _registry) or "",
        where={name: where for name, (_, where) in found.items()},
    )


def _required(found: SettingsFound, name: str, read: Callable[[Any, str], Any]) -> Any:
    if name not in found:
        raise ConfigError(f"no setting {name!r}", where=FILE, hint=_PAGE)
    return _read(found, name, read)


def _read(found: SettingsFound, name: str, read: Callable[[Any, str], Any]) -> Any:
    """What a setting says; None without it. A map that is to be one and is none is refused here."""
    if name not in found:
        return None
    value, where = found[name]
    if read not in (_name, _registry) and not isinstance(value, dict):
        raise ConfigError(f"{name}: give an object", where=where, hint=_PAGE)
    return read(value, where)


def _name(value: Any, where: str) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise ConfigError(
        f"{value!r} is no name of a folder", where=where, hint="small letters, digits, dashes; 31 at most"
    )


def _registry(value: Any, where: str) -> str:
    if isinstance(value, str) and _ECR.fullmatch(value):
        return value
    hint = 'for example: registry = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com"'
    raise ConfigError(f"registry: {value!r} is none of ECR", where=where, hint=hint)


def _repository(value: Mapping[str, Any], where: str) -> Repository:
    for name, text in value.items():
        naming.check_setting(name, ("repository", "credentials", *_KINDS), where)
        if not isinstance(text, str) or not _LINE.fullmatch(text):
            raise ConfigError(f"{name}: give a text of one line, not {text!r}", where=where)
    if "repository" not in value:
        raise ConfigError("no repository is given", where=where, hint=_PAGE)
    kinds = [kind for kind in _KINDS if kind in value]
    if len(kinds) != 1:
        raise ConfigError("give one of branch, tag and commit", where=where, hint=_PAGE)
    return Repository(value["repository"], kinds[0], value[kinds[0]], value.get("credentials", ""))


def _services(value: Mapping[str, Any], where: str) -> dict[str, Repository]:
    for name, one in value.items():
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"services: {name!r} is no name", where=where, hint="small letters, digits, dashes; 31 at most"
            )
        if not isinstance(one, dict):
            raise ConfigError(f"services: {name}: give an object", where=where, hint=_PAGE)
    return {name: _repository(one, where) for name, one in value.items()}


def _groups(value: Mapping[str, Any], where: str) -> dict[str, tuple[str, ...]]:
    for name, names in value.items():
        naming.check_setting(name, ("deploy", "release"), where)
        if not isinstance(names, list | tuple) or not all(isinstance(n, str) and _LINE.fullmatch(n) for n in names):
            raise ConfigError(f"groups: {name}: give a list of groups' names", where=where, hint=_PAGE)
    return {name: tuple(names) for name, names in value.items()}


def _time(setting: str, value: Mapping[str, Any], where: str) -> tuple[str, int, int]:
    for name in value:
        naming.check_setting(name, ("zone", "time"), where)
    clock = _CLOCK.fullmatch(str(value.get("time")))
    if value.get("zone") not in available_timezones() or not clock:
        raise ConfigError(
            f"{setting}: give a time zone and a time",
            where=where,
            hint='for example: { zone = "Australia/Sydney", time = "20:00" }',
        )
    return str(value["zone"]), int(clock[1]), int(clock[2])
