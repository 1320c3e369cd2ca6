"""``vars --merge-diff``: each key that the two rules of merging read in two ways."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from cloud import Cloud
from project_on_disk import APP, REGION, Disk, filled
from said import Said

Run = Callable[..., Said]
STACK_LINE = f"{APP}/variables.tfvars:3"


@pytest.fixture
def maps(example: Disk) -> Disk:
    """The stack layer, acme and newco differ; acme has a state, and so has gone, which has no file."""
    return filled(example, _maps)


def _maps(example: Disk) -> None:
    example.append("config/common.tfvars", 'labels = { a = "1" }\n')
    example.append(f"{APP}/variables.tfvars", 'ports = { web = { port = 80, path = "/" } }\nlabels = { b = "2" }\n')
    cloud = Cloud(example)
    for tenant in ("", "acme"):
        cloud.perform("apply", tenant)
    example.write(f".orchestrate/states/{REGION}/app-test/tenants/gone/terraform.tfstate", '{"version": 4}')
    example.append(f"{APP}/tenants/acme.tfvars", "ports = { web = { port = 8080 } }\n")
    example.write(f"{APP}/tenants/newco.tfvars", "ports = { web = { port = 80, path = null }, api = { port = 9 } }\n")


@pytest.mark.parametrize("rule", ["", "deep", "replace"])
def test_all_layers_as_data(maps: Disk, run_cli: Run, rule: str) -> None:
    maps.write(f"{APP}/stack.hcl", 'source = "app"\n' + (f'merge = "{rule}"\n' if rule else ""))
    said = run_cli("vars", "app-test", "--merge-diff", "--json")
    path = {"key": "ports.web.path", "deep": "/", "from": STACK_LINE}
    assert json.loads(said.out) == [
        {
            "tenant": "",
            "key": "labels.a",
            "deep": "1",
            "from": "config/common.tfvars:2",
            "where": f"{APP}/variables.tfvars:4",
            "state": True,
        },
        {"tenant": "acme", **path, "where": f"{APP}/tenants/acme.tfvars:3", "state": True},
    ]
    assert said.code == 0
    says = f'merge = "{rule}"' if rule else "no rule"
    assert f"2 of 5 layers differ by the rule of merging; {APP}/stack.hcl says {says}" in said.err


def test_one_tenant_as_a_table(maps: Disk, run_cli: Run) -> None:
    said = run_cli("vars", "app-test", "--tenant", "acme", "--merge-diff")
    head, row = said.out.splitlines()
    assert head.split("  ")[0] == "LAYER" and head.endswith("HAS A STATE")
    assert row.split() == ["acme", "ports.web.path", '"/"', "not", "set", STACK_LINE, "yes"]


def test_a_null_in_a_map_differs_only_where_terraform_would_see_it(maps: Disk, run_cli: Run) -> None:
    said = run_cli("vars", "app-test", "--tenant", "newco", "--merge-diff", "--json")
    assert json.loads(said.out) == [], "path is an optional attribute: null there is no value"
    maps.append("src/app/tenant/variables.tf", 'variable "env" {\n  type    = map(string)\n  default = {}\n}\n')
    maps.append(f"{APP}/tenants/newco.tfvars", 'env = { A = "x", B = null }\n')
    [row] = json.loads(run_cli("vars", "app-test", "--tenant", "newco", "--merge-diff", "--json").out)
    assert (row["key"], row["replace"], "deep" in row, row["state"]) == ("env.B", None, False, False)


def test_what_a_var_gives_whole_does_not_differ(maps: Disk, run_cli: Run) -> None:
    said = run_cli("vars", "app-test", "--tenant", "acme", "--merge-diff", "-var", "ports={}", "--json")
    assert (said.code, json.loads(said.out)) == (0, [])


def test_a_secret_is_not_shown(maps: Disk, run_cli: Run) -> None:
    maps.append(
        "src/app/tenant/variables.tf",
        'variable "keys" {\n  type      = map(string)\n  default   = {}\n  sensitive = true\n}\n',
    )
    maps.append(f"{APP}/variables.tfvars", 'keys = { a = "hush" }\n')
    maps.append(f"{APP}/tenants/acme.tfvars", 'keys = { b = "hush" }\n')
    maps.append("src/app/variables.tf", 'variable "keys" {\n  type    = map(string)\n  default = {}\n}\n')
    for words in ((), ("--json",)):
        said = run_cli("vars", "app-test", "--tenant", "acme", "--merge-diff", *words)
        assert "keys.a" in said.out and "hush" not in said.out + said.err
    maps.write(f"{APP}/stack.hcl", 'source = "app"\n')
    shown = run_cli("vars", "app-test", "--tenant", "acme")
    assert (shown.code, "hush" in shown.out + shown.err) == (0, False)


def test_a_layer_whose_files_are_wrong_is_named_and_the_others_are_shown(maps: Disk, run_cli: Run) -> None:
    maps.append(f"{APP}/tenants/newco.tfvars", "memroy = 1\n")
    said = run_cli("vars", "app-test", "--merge-diff", "--json")
    assert (said.code, len(json.loads(said.out))) == (65, 2)
    assert "declares no variable 'memroy'" in said.err


def test_an_option_that_would_do_nothing_is_refused(maps: Disk, run_cli: Run) -> None:
    said = run_cli("vars", "app-test", "--merge-diff", "--config-builds")
    assert (said.code, "--config-builds does nothing with --merge-diff" in said.err) == (64, True)
