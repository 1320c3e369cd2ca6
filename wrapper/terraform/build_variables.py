"""The variables of a Terraform root that hold builds: one for each (``service1-build``, ``service1_build``), or one map of them
all (``variable "builds"``), whose key ``api`` is the build ``api-build``. Pure.

Everything but what Terraform is given knows a build by one name. The map names none of its keys, so any build may be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..model.errors import ConfigError
from ..model.naming import capital
from ..model.nouns import ResolvedValue, Variable
from .hcl import KeyLines, Located

MAP = "builds"
_SUFFIX = "-build"
_KEY = re.compile(r"[a-z][a-z0-9-]{0,30}")


def is_build(name: str) -> bool:
    """Whether a variable's name is that of a build number (``service1-build``, ``api_build``)."""
    return name.endswith((_SUFFIX, "_build"))


def holds_build(variable: Variable) -> bool:
    """Whether a variable holds a build number: by its name, and as no bool (``skip_build``) and nothing secret."""
    return is_build(variable.name) and variable.type[0] in ("string", "number", "any") and not variable.sensitive


def has_map(declared: Mapping[str, Variable]) -> bool:
    """Whether a root declares the map of builds."""
    one = declared.get(MAP)
    of_numbers = one is not None and one.type[0] == "map" and one.type[1][0] in ("string", "number", "any")
    return one is not None and of_numbers and not one.sensitive


def has_builds(declared: Mapping[str, Variable]) -> bool:
    return has_map(declared) or any(map(holds_build, declared.values()))


class VariablesWithMap(dict[str, Variable]):
    """The variables of a root that declares the map, by name: each build is among them, but not in their list."""

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self._may_be_key(name))

    def __missing__(self, name: str) -> Variable:
        if not self._may_be_key(name):
            raise KeyError(name)
        whole = self[MAP]
        default = (whole.default or {}).get(name.removesuffix(_SUFFIX))
        return Variable(name, whole.type[1], False, False, True, whole.where, default)

    def get(self, name: Any, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __or__(self, other: Mapping[str, Variable]) -> VariablesWithMap:  # type: ignore[override]
        return VariablesWithMap({**self, **other})

    def __ror__(self, other: Mapping[str, Variable]) -> VariablesWithMap:  # type: ignore[override]
        return VariablesWithMap({**other, **self})

    def _may_be_key(self, name: str) -> bool:
        return name.endswith(_SUFFIX) and bool(_KEY.fullmatch(name.removesuffix(_SUFFIX))) and has_map(self)


def build_names(declared: Mapping[str, Variable], also: Iterable[str] = ()) -> list[str]:
    """The builds of a root: its variables, the keys that its map has by default, and of those in ``also`` what it takes."""
    names = [*declared, *_keys_by_default(declared), *also]
    return sorted({n for n in names if n in declared and holds_build(declared[n])})


def _keys_by_default(declared: Mapping[str, Variable]) -> list[str]:
    return [f"{key}{_SUFFIX}" for key in declared[MAP].default or {}] if has_map(declared) else []


def is_key(name: str, declared: Mapping[str, Variable]) -> bool:
    """Whether a root takes a build in its map, and in no variable of its own."""
    return is_build(name) and name in declared and name not in set(declared)


def place(name: str, declared: Mapping[str, Variable]) -> str:
    """Where a root takes a value: a variable, or ``builds["api"]``."""
    return f'{MAP}["{name.removesuffix(_SUFFIX)}"]' if is_key(name, declared) else name


def spelled(name: str, declared: Mapping[str, Variable]) -> str:
    """The name that a root has for a build, in whichever spelling it is given; the same where the root takes no such build."""
    if not is_build(name) or name in set(declared):
        return name
    alone = next((n for n in declared if capital(n) == capital(name)), "")
    return alone or (name.lower().replace("_", "-") if has_map(declared) else name)


def takes(declared: Mapping[str, Variable], name: str) -> bool:
    """Whether a root takes a value of this name, a build in any spelling."""
    return spelled(name, declared) in declared or (name == MAP and has_builds(declared))


def opened(
    values: Located, declared: Mapping[str, Variable], file: str, lines: Mapping[str, KeyLines] | None = None
) -> Located:
    """The values of a file, each build under the name that the root has for it, those of a map one by one, each with its line.
    ConfigError for one that is set twice."""
    if not any(n == MAP or is_build(n) for n in values):
        return values
    found: Located = {}
    for name, value, line in _one_by_one(values, declared, (lines or {}).get(MAP, {})):
        where = f"{file}:{line}" if line else file
        for one, number in parts(name, value, declared, where):
            if one in found:
                first = f" (first in line {found[one][1]})" if found[one][1] else ""
                raise ConfigError(f"{one} is set twice{first}", where=where, hint="keep one of the two")
            found[one] = (number, line)
    return found


def _one_by_one(values: Located, declared: Mapping[str, Variable], lines: KeyLines) -> Iterator[tuple[str, Any, int]]:
    """The values, and of a map of builds each key as a map of its own."""
    for name, (value, line) in values.items():
        if not (_is_of_builds(name, declared) and isinstance(value, Mapping)):
            yield name, value, line
            continue
        yield from ((name, {key: number}, lines[key][0] if key in lines else line) for key, number in value.items())


def _is_of_builds(name: str, declared: Mapping[str, Variable]) -> bool:
    """A variable ``builds`` that is no map of builds is like any other."""
    return name == MAP and (MAP not in declared or has_map(declared))


def parts(name: str, value: Any, declared: Mapping[str, Variable], where: str) -> Iterator[tuple[str, Any]]:
    """What one value says: the builds of a map, or itself."""
    if not _is_of_builds(name, declared):
        yield spelled(name, declared), value
    elif isinstance(value, Mapping):
        for key, number in value.items():
            yield spelled(f"{_checked(str(key), where)}{_SUFFIX}", declared), number
    elif value is None:
        raise ConfigError(
            "builds is null, which takes no build away",
            where=where,
            hint="write null for one build: builds = { api = null }",
        )
    else:
        yield name, value


def _checked(key: str, where: str) -> str:
    if is_build(key) or not _KEY.fullmatch(key):
        plain = re.sub(r"[-_]build\Z", "", key).lower().replace("_", "-")
        raise ConfigError(
            f'builds["{key[:40]}"]: {key[:40]!r} is not the name of a build',
            where=where,
            hint=f"write {plain}"
            if _KEY.fullmatch(plain)
            else "lower-case letters, digits and '-', at most 31 characters",
        )
    return key


def folded(values: Mapping[str, ResolvedValue], declared: Mapping[str, Variable]) -> dict[str, ResolvedValue]:
    """The values as the root takes them: builds that have no variable of their own in its map, which no null enters."""
    keys = [n for n in values if is_key(n, declared)]
    if not keys:
        return dict(values)
    numbers = {n.removesuffix(_SUFFIX): values[n].value for n in keys}
    whole = {k: v for k, v in sorted({**(declared[MAP].default or {}), **numbers}.items()) if v is not None}
    origin = "; ".join(dict.fromkeys(values[n].origin for n in keys))
    return {**{n: v for n, v in values.items() if n not in keys}, MAP: ResolvedValue(whole, origin)}
