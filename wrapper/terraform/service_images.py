"""Which image each service of a tenant runs, and each container beside it: a name in ``images``, by which it also has its build.
Pure.

A service and a container name theirs in ``image``; without that it is their own name. The number stands in ``builds`` or in a
variable of its own, and never in a service: the tool would neither record nor promote it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..model import service_map
from ..model.errors import ConfigError
from ..model.naming import nearest
from ..model.nouns import ResolvedValue, Variable
from .build_variables import has_builds, has_map, is_key, spelled
from .merging import place

IMAGES = "images"
_SUFFIX = "-build"
ByName = Mapping[str, ResolvedValue]
Users = dict[str, dict[str, tuple[str, ...]]]  # image => what runs it => where in ``services`` that says so


def runs(declared: Mapping[str, Variable], values: ByName) -> dict[str, tuple[str, ...]] | None:
    """The builds that a tenant's services run, each with what runs it: ``api``, or ``api/proxy`` for a container beside it. None
    for a root without services and ``images``: there every build counts."""
    if not _has_both(declared):
        return None
    return {f"{image}{_SUFFIX}": tuple(users) for image, users in _users(declared, values).items()}


def check(declared: Mapping[str, Variable], values: ByName, label: str) -> None:
    """ConfigError with the line for a service whose image is not in ``images``, or has no build."""
    if not _has_both(declared):
        return
    found = values.get(service_map.VARIABLE) or ResolvedValue(
        declared[service_map.VARIABLE].default, declared[service_map.VARIABLE].where
    )
    known = _images(declared, values)
    for image, users in _users(declared, values).items():
        user, path = next(iter(users.items()))
        where = place(found, path)
        if known is not None and image not in known:
            hint = (
                f"did you mean {close}?"
                if (close := nearest(image, known))
                else "add its repository to images, or name another in image"
            )
            raise ConfigError(
                f"{label}: {user} runs the image {image}, which images does not have", where=where, hint=hint
            )
        if has_builds(declared) and not _has_build(image, declared, values):
            raise ConfigError(
                f"{label}: no build of {image} is known, and {user} runs it", where=where, hint=_give(image, declared)
            )


def unknown_builds(declared: Mapping[str, Variable], values: ByName) -> list[str]:
    """The builds that a tenant's services run, and that have no number."""
    if not (_has_both(declared) and has_builds(declared)):
        return []
    images = _users(declared, values)
    return [spelled(f"{i}{_SUFFIX}", declared) for i in images if not _has_build(i, declared, values)]


def check_names(declared: Mapping[str, Variable], values: ByName, label: str) -> None:
    """ConfigError with the line for a key of ``builds`` that is no name in ``images``. ``values``: of files and the command."""
    known = _images(declared, values) if IMAGES in declared else None
    for name in values if known is not None else ():
        image = name.removesuffix(_SUFFIX)
        if is_key(name, declared) and values[name].value is not None and image not in (known or ()):
            close = nearest(image, known or ())
            raise ConfigError(
                f"{label}: {name} is the build of no image: images does not have {image}",
                where=values[name].origin,
                hint=f"did you mean {close}{_SUFFIX}?"
                if close
                else "add its repository to images, or take the build out",
            )


def _has_both(declared: Mapping[str, Variable]) -> bool:
    return IMAGES in set(declared) and service_map.is_declared(declared)


def _images(declared: Mapping[str, Variable], values: ByName) -> Mapping[str, Any] | None:
    """None where they are not known yet, or are no map."""
    found = values[IMAGES].value if IMAGES in values else declared[IMAGES].default
    return found if isinstance(found, Mapping) and declared[IMAGES].type[0] in ("map", "object") else None


def _users(declared: Mapping[str, Variable], values: ByName) -> Users:
    found: Users = {}
    for name, service in service_map.services(declared, values).items():
        for user, image, path in _of_service(name, service):
            found.setdefault(image, {})[user] = path
    return found


def _of_service(name: str, service: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    beside = service.get("containers")
    containers = {str(n): c for n, c in beside.items() if isinstance(c, Mapping)} if isinstance(beside, Mapping) else {}
    mine = containers.pop(name, {})
    if mine.get("image"):
        yield name, str(mine["image"]), (name, "containers", name, "image")
    else:
        yield name, *_image(name, service, (name,))
    for container, said in containers.items():
        yield f"{name}/{container}", *_image(container, said, (name, "containers", container))


def _image(name: str, said: Mapping[str, Any], path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return (str(said["image"]), (*path, "image")) if said.get("image") else (name, path)


def _has_build(image: str, declared: Mapping[str, Variable], values: ByName) -> bool:
    name = spelled(f"{image}{_SUFFIX}", declared)
    if name in values:
        return values[name].value is not None
    return name in declared and (declared[name].required or declared[name].default is not None)


def _give(image: str, declared: Mapping[str, Variable]) -> str:
    name = f"{image}{_SUFFIX}"
    if not has_map(declared) and spelled(name, declared) not in set(declared):
        return f'declare it: variable "{name}" {{ type = string }}'
    if spelled(name, declared) not in set(declared) and name not in declared:
        better = image.lower().replace("_", "-")
        return f"a build's name is 1 to 31 of a-z, 0-9 and '-', and that of its image: write {better} in images and in image"
    return f'give its number: -var {name}=1; or write builds = {{ {image} = "1" }} in a file'
