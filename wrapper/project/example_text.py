"""Texts of the shipped example for a project of another name: its stack, its region, its services. Pure.

The first service is the web application, and takes all requests; each other is a worker until it gets a port. A text that says more
of the example's own services than is known here is an error of ours, which the tests of this module find.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_EXAMPLE, _REGION = "appcluster", "ap-southeast-2"
# What of the example's tenant root is left out: its two builds with variables of their own, and the container beside
# its first service.
_GONE = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'variable "service[12]-build" \{.*?\n\}\n\n',
        r"  validation \{\n    condition     = var\.service2-build != null.*?\n  \}\n",
        r'    name == "service1" && var\.service2-build[^\n]*\n',
        r" service2 is one beside service1, until[^\n]*(?=\n)",
        r" \(service2 is a container beside service1\)",
        r"; service1 and service2 have variables of their own",
        r" that have no variable of their own",
    )
]
_WORDS = {
    "{ for image, build in merge(var.builds, { service1 = var.service1-build, service2 = var.service2-build }) "
    ": image => build if build != null }": "var.builds",
    'concat(keys(var.services), ["service2"])': "keys(var.services)",
    "service1 (the web application) and service2 (the worker beside it), or that of another service": "that of each service",
}


_SERVICES = """# Each is an ECS service. The first gets every request; one without a port is a worker, and gets some when it has a
# port and a path, such as "/api/*". A tenant's file adds a service, changes one, or takes one away with null.
"""
_BUILDS = "# What runs when the command names no build.\n"


def renamed(text: str, project: str, region: str) -> str:
    """The project's name and region for the example's."""
    return text.replace(_EXAMPLE, project).replace(_REGION, region)


def tenant_file(text: str, services: Sequence[str]) -> str:
    """A file of the tenant root, whose first service is the project's first."""
    for pattern in _GONE:
        text = pattern.sub("", text)
    for old, new in _WORDS.items():
        text = text.replace(old, new)
    if "service2" in text:
        raise ValueError(f"the example says more of its second service: {text[text.index('service2') - 40 :][:80]!r}")
    return text.replace("service1", services[0])


def stack_values(text: str, services: Sequence[str]) -> str:
    """The variables.tfvars of the example's test environment. New AWS accounts have no launch configurations."""
    text = _once(text, _line(text, "  kind "), '  kind           = "launch_template"\n')
    text = _once(text, _line(text, "domain "), 'domain = "test.example.com"\n\n')
    first, *others = _aligned(services)
    said = f"  {first} = {{ port = 8080 }}\n" + "".join(f"  {name} = {{}}\n" for name in others)
    builds = "".join(f'  {name} = "1"\n' for name in (first, *others))
    services_and_builds = f"{_SERVICES}services = {{\n{said}}}\n\n{_BUILDS}builds = {{\n{builds}}}\n"
    return _once(text, _line(text, "service1-build"), services_and_builds)


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
    """A pipeline of the tool: in the project's own words."""
    return renamed(text.replace("service1", services[0]), project, region)


def jenkins_values(text: str, project: str, region: str, services: Sequence[str]) -> str:
    """config/jenkins.hcl: a folder of the project's, and the repository of each service."""
    shown = text.partition("\nservices = {\n")[2].partition("}\n\n")[0]
    first = _line(shown, "  service1 = ")
    lines = zip(_aligned(services), services, strict=True)
    each = "".join(
        first.replace("service1 =", f"{key} =").replace("service1.git", f"{name}.git") for key, name in lines
    )
    named = _once(text, shown, each)
    return _once(named, 'folder = "shop"', f'folder = "{project}"').replace(_REGION, region)


def _aligned(names: Sequence[str]) -> list[str]:
    width = max(map(len, names))
    return [f"{name:{width}}" for name in names]


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines(keepends=True) if line.startswith(start))


def _once(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"the example says {old!r} {text.count(old)} times")
    return text.replace(old, new)
