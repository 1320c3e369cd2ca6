"""A misspelt key deep in a value: Terraform drops it in silence, so it is named here, wherever the value comes from."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from project_on_disk import APP, Disk
from said import Said

Run = Callable[..., Said]

VARIABLES = """\
variable "scaling" {
  type = object({
    min  = optional(number, 1)
    high = optional(object({ cpu = optional(number, 70), periods = optional(number) }), {})
  })
  default = {}
}
variable "tasks" {
  type    = map(object({ schedule = string, retry = optional(object({ attempts = optional(number) })) }))
  default = {}
}
variable "doors" {
  type    = list(object({ port = number, path = optional(string) }))
  default = []
}
variable "rooms" {
  type    = set(object({ name = string, size = optional(number) }))
  default = []
}
variable "pair" {
  type    = tuple([string, object({ left = optional(bool) })])
  default = ["a", {}]
}
variable "deep" {
  type    = map(list(map(object({ value = optional(string) }))))
  default = {}
}
"""

WRONG = [
    ("scaling", "{ mni = 1 }", "scaling.mni is not known; did you mean min?"),
    ("scaling", "{ high = { cpus = 70 } }", "scaling.high.cpus is not known; did you mean cpu?"),
    ("scaling", '{ high = { cpu = "much" } }', "scaling.high.cpu must be a number, not a string"),
    ("scaling", "{ high = [] }", "scaling.high must be an object, not a list"),
    ("tasks", '{ a = { schedul = "x" } }', 'tasks["a"].schedul is not known; did you mean schedule?'),
    (
        "tasks",
        '{ a = { schedule = "x", retry = { attempt = 1 } } }',
        'tasks["a"].retry.attempt is not known; did you mean',
    ),
    ("tasks", "{ a = {} }", 'tasks["a"].schedule is missing'),
    ("doors", "[{ port = 1 }, { port = 2, pth = 3 }]", "doors[1].pth is not known; did you mean path?"),
    ("rooms", '[{ name = "a", sise = 3 }]', "rooms[0].sise is not known; did you mean size?"),
    ("pair", '["a", { lift = true }]', "pair[1].lift is not known; did you mean left?"),
    ("deep", '{ a = [{ b = { valu = "x" } }] }', 'deep["a"][0]["b"].valu is not known; did you mean value?'),
    ("deep", '{ a = [{ b = { zzz = "x" } }] }', 'deep["a"][0]["b"].zzz is not known'),
]
FINE = [
    ("scaling", "{ high = { cpu = 60 } }"),
    ("scaling", "{ high = null }"),
    ("tasks", '{ "any key" = { schedule = "x", retry = null } }'),
    ("doors", "[]"),
    ("rooms", '[{ name = "a" }]'),
    ("deep", "{ anything = [{ goes = {} }] }"),
]


@pytest.fixture
def typed(example: Disk) -> Disk:
    example.append("src/app/tenant/variables.tf", VARIABLES)
    return example


def by_var(disk: Disk, line: str) -> tuple[str, ...]:
    name, _, value = line.partition(" = ")
    return ("-var", f"{name}={value}")


def by_var_file(disk: Disk, line: str) -> tuple[str, ...]:
    disk.write("more.tfvars", f"# more\n{line}\n")
    return ("-var-file=more.tfvars",)


def by_variables(disk: Disk, line: str) -> tuple[str, ...]:
    disk.append(f"{APP}/variables.tfvars", f"{line}\n")
    return ()


def by_tenant(disk: Disk, line: str) -> tuple[str, ...]:
    disk.append(f"{APP}/tenants/acme.tfvars", f"{line}\n")
    return ()


def by_template(disk: Disk, line: str) -> tuple[str, ...]:
    disk.append(f"{APP}/tenant.tfvars.j2", f"{line}\n")
    return ()


WAYS = [
    (by_var, "-var {name}"),
    (by_var_file, "more.tfvars:2"),
    (by_variables, f"{APP}/variables.tfvars:3"),
    (by_tenant, f"{APP}/tenants/acme.tfvars:3"),
    (by_template, f"{APP}/tenant.tfvars.j2:2"),
]
Way = Callable[[Disk, str], tuple[str, ...]]


def pairs(rows: list[tuple[str, ...]]) -> list[tuple[Any, ...]]:
    """Each row by -var, where the type decides how a value is read, and by one of the files, which all are read alike."""
    by_turns = itertools.cycle(WAYS[1:])
    return [(*way, *row) for row in rows for way in (WAYS[0], next(by_turns))]


@pytest.mark.parametrize(("way", "where", "name", "value", "said"), pairs(WRONG))
def test_it_is_named(run_cli: Run, typed: Disk, way: Way, where: str, name: str, value: str, said: str) -> None:
    found = run_cli("vars", "app-test", "-var", "tenant=acme", *way(typed, f"{name} = {value}"))
    assert found.code == 65
    assert f"error: {said}" in found.err
    assert f"where: {where.format(name=name)}" in found.err
    assert "its type is declared in src/app/tenant/variables.tf:" in found.err


@pytest.mark.parametrize(("way", "where", "name", "value"), pairs(FINE))
def test_what_fits_passes(run_cli: Run, typed: Disk, way: Way, where: str, name: str, value: str) -> None:
    assert run_cli("vars", "app-test", "-var", "tenant=acme", *way(typed, f"{name} = {value}")).code == 0


def test_a_plan_stops_at_it_before_anything_starts(run_cli: Run, typed: Disk) -> None:
    found = run_cli("plan", "app-test", "--dry-run", "-var", "tenant=acme", "-var", "scaling={ high = { cpus = 1 } }")
    assert (found.code, found.out) == (65, "")
    assert "did you mean cpu?" in found.err
