"""Texts of the shipped example for a project of another name: its stack, its region, its services. Pure.

The first service is the web application; each other runs beside it in the same task, as the example's second service does. A text
that says more of that than is known here is an error of ours, which the tests of this module find.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_STACKS, _EXAMPLE, _REGION = r"\['appcluster-[^\]]*\]", "appcluster", "ap-southeast-2"
# What of the tenant root is the second service's: there once for each further service of the project.
_SECOND = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'variable "service2-build" \{.*?\n\}\n\n',
        r"  validation \{\n    condition     = var\.service2-build != null.*?\n  \}\n",
        r"    service2 = \{\n.*?\n    \}\n",
        r"    service2 = try\([^\n]*\n",
        r", service2 = var\.service2-build",
        r', "service2"',
        r" and service2( \(the worker beside it\))?",
    )
]
_WORDS = {
    "the worker of a tenant that has one": "the other services that a tenant has a build of",
    "a worker that stops": "one that stops",
    " (the background worker)": "",
    " (the worker beside it)": " (beside it)",
    "without a worker": "without it",
}


def renamed(text: str, project: str, region: str) -> str:
    """The project's name and region for the example's."""
    return text.replace(_EXAMPLE, project).replace(_REGION, region)


def tenant_file(text: str, services: Sequence[str]) -> str:
    """A file of the tenant root."""
    first, *others = services
    for pattern in _SECOND:
        text = pattern.sub(lambda found: "".join(found[0].replace("service2", name) for name in others), text)
    for old, new in _WORDS.items():
        text = text.replace(old, new)
    if "service2" in text:
        raise ValueError(f"the example says more of its second service: {text[text.index('service2') - 40 :][:80]!r}")
    width = max(map(len, services))  # as `terraform fmt` aligns the lines of the ports
    return re.sub(
        r"(?m)^    ([a-z0-9-]+) = try\(",
        lambda found: f"    {found[1]:{width}} = try(",
        text.replace("service1", first),
    )


def stack_values(text: str, services: Sequence[str]) -> str:
    """The variables.tfvars of the example's test environment. New AWS accounts have no launch configurations."""
    text = _once(text, _line(text, "  kind "), '  kind           = "launch_template"\n')
    text = _once(text, _line(text, "domain "), 'domain = "test.example.com"\n\n')
    builds = "".join(f'{name} = "1"\n' for name in _aligned([f"{name}-build" for name in services]))
    return _once(text, _line(text, "service1-build"), f"# What runs when the command names no build.\n{builds}")


def common_values(services: Sequence[str]) -> str:
    """config/common.tfvars."""
    images = "".join(f'  {name} = "docker.io/example/{name.strip()}"\n' for name in _aligned(services))
    return (
        "# Values of every region and every stack.\n\n"
        'zone = "example.com" # the hosted zone in Route 53\n\n'
        "# Image repositories, without a tag: the tag is the build number.\n"
        f"images = {{\n{images}}}\n"
    )


def pipeline(text: str, project: str, region: str, services: Sequence[str]) -> str:
    """A Jenkinsfile: one stack to choose, and a build of each service."""
    text = re.sub(_STACKS, f"['{project}-test']", text)
    lines = (line for line in text.splitlines(keepends=True) if "(name: 'SERVICE2'" not in line)
    runs = "".join(_runs(line, services) for line in lines)
    names = ", ".join(f"'{_capital(name)}'" for name in services)
    return renamed(runs.replace("'SERVICE1', 'SERVICE2'", names).replace("service1", services[0]), project, region)


def _runs(line: str, services: Sequence[str]) -> str:
    if "(name: 'SERVICE1'" not in line:
        return line
    return "".join(line.replace("SERVICE1", _capital(name)).replace("service1", name) for name in services)


def _capital(name: str) -> str:
    return name.upper().replace("-", "_")


def _aligned(names: Sequence[str]) -> list[str]:
    width = max(map(len, names))
    return [f"{name:{width}}" for name in names]


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines(keepends=True) if line.startswith(start))


def _once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"the example says {old!r} {text.count(old)} times")
    return text.replace(old, new)
