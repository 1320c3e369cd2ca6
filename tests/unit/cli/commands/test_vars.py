"""Where each value of a layer comes from, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from project_on_disk import APP, REGION, Disk
from said import Said

Run = Callable[..., Said]


def test_vars_of_a_tenant_as_a_table(run_cli: Run) -> None:
    said = run_cli("vars", "app-test", "-var", "tenant=acme", "-var", "api_key=hush", "-var", "text=a b")
    rows = [line.split(maxsplit=2) for line in said.out.splitlines()[1:]]
    assert said.code == 0
    assert ["hostname", '"acme.test.example.com"', f"{APP}/tenant.tfvars.j2:1"] in rows
    assert ["memory", "256", f"{APP}/tenants/acme.tfvars:2"] in rows
    assert ["domain", '"test.example.com"', f"{APP}/variables.tfvars:2"] in rows
    assert ["cluster", "null", f"output of {REGION}/app-test (known after its apply)"] in rows
    assert ["api_key", '"***"', "-var api_key"] in rows
    assert "hush" not in said.out + said.err


def test_vars_as_data(run_cli: Run) -> None:
    said = run_cli("vars", "app-test", REGION, "--tenant", "acme", "-var", "text=${x}é", "--json")
    values = json.loads(said.out)
    assert values["text"] == {"value": "${x}é", "origin": "-var text"}
    assert values["memory"] == {"value": 256, "origin": f"{APP}/tenants/acme.tfvars:2"}


STACK_MAP = 'ports = {\n  web = { port = 80, path = "/" }\n  old = { port = 1 }\n}\n'


def test_vars_show_the_origin_of_each_key_of_a_map(run_cli: Run, example: Disk) -> None:
    example.append(f"{APP}/variables.tfvars", STACK_MAP)
    example.append(f"{APP}/tenants/acme.tfvars", "ports = {\n  web = { port = 8080 }\n  old = null\n}\n")
    stack, mine = f"{APP}/variables.tfvars:4", f"{APP}/tenants/acme.tfvars:4"
    shown = json.loads(run_cli("vars", "app-test", "--tenant", "acme", "--json").out)
    assert shown["ports"] == {
        "value": {"web": {"port": 8080, "path": "/"}},
        "origin": f"{APP}/tenants/acme.tfvars:3",
        "keys": {"ports.web.port": mine, "ports.web.path": stack},
    }
    said = run_cli("vars", "app-test", "--tenant", "acme")
    rows = [line.split() for line in said.out.splitlines()]
    assert ["ports.web.port", "8080", mine] in rows and ["ports.web.path", '"/"', stack] in rows


def test_the_keys_of_a_rendered_template_have_its_lines(run_cli: Run, example: Disk) -> None:
    example.append(f"{APP}/tenant.tfvars.j2", "ports = {\n  {{ tenant }} = { port = 1 }\n}\n")
    shown = json.loads(run_cli("vars", "app-test", "--tenant", "acme", "--json").out)
    assert shown["ports"]["keys"] == {"ports.acme.port": f"{APP}/tenant.tfvars.j2:3"}


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (("app-test",), {"region": REGION, "zone": "example.com", "size": 2}),
        (("global",), {"zone": "example.org"}),
        (("app-test", "-var-file=more.tfvars", "-var", "size=5"), {"region": REGION, "zone": "more", "size": "5"}),
    ],
)
def test_vars_of_a_stack(run_cli: Run, example: Disk, arguments: tuple[str, ...], values: dict[str, object]) -> None:
    example.write("more.tfvars", 'zone = "more"\nsize = 4\n')
    shown = json.loads(run_cli("vars", *arguments, "--json").out)
    assert {k: v["value"] for k, v in shown.items()} == values


def test_vars_show_what_there_is_before_what_is_missing(run_cli: Run, example: Disk) -> None:
    example.write(f"{APP}/tenant.tfvars.j2", "")
    said = run_cli("vars", "app-test", "-var", "tenant=acme")
    assert (said.code, "memory" in said.out) == (65, True)
    assert "needs a value for hostname" in said.err


def test_vars_say_a_word_about_quoted_keys(run_cli: Run, example: Disk) -> None:
    example.write(f"{APP}/variables.tfvars", '"size" = 3\ndomain = "d"\n')
    said = run_cli("vars", "app-test", "--json")
    assert json.loads(said.out)["size"]["value"] == 3
    assert f"{APP}/variables.tfvars:1: a quoted key" in said.err
