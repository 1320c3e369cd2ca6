"""stack.hcl: what a stack says of itself, read and checked. Knows no Terraform flag."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..model import duration, naming
from ..model.errors import ConfigError, UsageError
from ..model.stack import MERGE_RULES, Settings
from . import smoke_urls
from .files import Files

_RENAMED = {"pace": "rate_limit"}  # the name until 0.1 -> the name now
_LISTS = ("before_deploy", "after_deploy")
_DURATIONS = ("rollout_timeout", "task_timeout")
BUILD_MODES = ("both", "config", "pipeline")
_CHOICES = {
    "night": (("destroy", "stop"), "way to end the day", "docs/night.md"),
    "builds": (BUILD_MODES, "mode", "docs/builds.md"),
    "merge": (MERGE_RULES, "rule of merging", "docs/configuration.md, 'Maps'"),
}


def load_settings(files: Files, folder: Path) -> Settings:
    """The settings of a stack; all defaults where it has no stack.hcl."""
    file = folder / "stack.hcl"
    if not files.has(file):
        return Settings()
    where = files.short(file)
    values = _renamed(files.literals(file), where)
    for name, (value, line) in values.items():
        naming.check_setting(name, Settings._fields, f"{where}:{line}")
        values[name] = _formed(name, value, f"{where}:{line}"), line
    for name in ("source", "promotes_from"):
        if name in values:
            files.check_name(name, str(values[name][0]), f"{where}:{values[name][1]}")
    if "terraform" in values:
        from . import setting_forms

        setting_forms.version(values["terraform"][0], f"{where}:{values['terraform'][1]}")
    for name in _DURATIONS:
        if name in values:
            _check_duration(name, *values[name], where)
    if "smoke" in values and not smoke_urls.is_place(str(values["smoke"][0])):
        raise ConfigError(
            f"smoke: {values['smoke'][0]!r} is neither a path nor a URL",
            where=f"{where}:{values['smoke'][1]}",
            hint='for example: smoke = "/health"',
        )
    _check_choices(values, where)
    if "night" in values and not values.get("ephemeral", (False, 0))[0]:
        raise ConfigError(
            "night is for an ephemeral stack, and this one is not",
            where=f"{where}:{values['night'][1]}",
            hint="write ephemeral = true there too, or leave it out",
        )
    return Settings(**{name: value for name, (value, _) in values.items()})


def _formed(name: str, value: Any, where: str) -> Any:
    if name == "hooks":
        from . import hook_settings

        return hook_settings.parse(value, where)
    if name in _LISTS:
        from . import setting_forms

        return setting_forms.tasks(name, value, where)
    wanted = str if isinstance(Settings._field_defaults[name], str) else bool
    if not isinstance(value, wanted):
        raise ConfigError(f"{name} must be a {'bool' if wanted is bool else 'string'}", where=where)
    return value


def _check_choices(values: Mapping[str, tuple[Any, int]], where: str) -> None:
    for name, (choices, word, page) in _CHOICES.items():
        if name in values and values[name][0] not in choices:
            raise ConfigError(
                f"{name}: {values[name][0]!r} is no {word}",
                where=f"{where}:{values[name][1]}",
                hint=f"write one of {', '.join(choices)}; see {page}",
            )


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


def _check_duration(name: str, text: str, line: int, where: str) -> None:
    try:
        (duration.parse_or_zero if name == "rollout_timeout" else duration.parse)(text)
    except UsageError as error:
        raise ConfigError(f"{name}: {error.message}", where=f"{where}:{line}", hint=error.hint) from None
