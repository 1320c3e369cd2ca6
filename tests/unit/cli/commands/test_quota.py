"""``orchestrate quota``: as a table, as data, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from project_on_disk import APP, LIVE, REGION, Disk
from said import Said

from wrapper.cli.commands.quota import _namespace
from wrapper.model.nouns import ResolvedValue

Run = Callable[..., Said]


def of_little(example: Disk) -> None:
    """Tenants who hardly ask for processors, of which a new account has five."""
    example.append("src/app/tenant/variables.tf", 'variable "task" {\n  type    = any\n  default = {}\n}\n')
    example.append(f"{APP}/variables.tfvars", "task = { cpu = 1 }\n")


def test_in_a_new_account_processors_run_out_first(run_cli: Run, example: Disk) -> None:
    said = run_cli("quota", "app-test")
    assert "first to run out: EC2 processors per region, at 10 tenants (https://docs.aws" in said.err
    declared = 'variable "capacity" {\n  type    = any\n  default = {}\n}\n'
    example.append("src/app/variables.tf", declared)
    example.append(f"{APP}/variables.tfvars", 'capacity = { spot_max_price = "0.03" }\n')
    assert "first to run out: EC2 spot processors per region, at 10" in run_cli("quota", "app-test").err
    many = run_cli("quota", "app-test", "--tenant-count", "60")
    assert (many.code, "behind shared" in many.err) == (1, False), "that would help nobody"


def test_what_runs_out_first(run_cli: Run, example: Disk) -> None:
    of_little(example)
    said = run_cli("quota", "app-test")
    head, *rows = [line.split("  ") for line in said.out.splitlines()]
    assert (said.code, head[0]) == (0, "QUOTA")
    assert [row[0] for row in rows][:2] == ["load balancers", "target groups"]
    assert "no AWS credentials found" in said.err
    assert f"{REGION}/app-test: 2 tenants fit" in said.err
    assert "first to run out: load balancers per region, at 50 tenants (https://docs.aws" in said.err


def test_too_many(run_cli: Run, example: Disk) -> None:
    of_little(example)
    said = run_cli("quota", "app-test", REGION, "--tenant-count", "60")
    assert said.code == 1, "the answer is no; nothing failed"
    assert f"{REGION}/app-test: 60 tenants do not fit" in said.err
    assert "there is room for 500" in said.err
    assert f"increase --region {REGION} --service-code elasticloadbalancing --quota-code L-53DA6B97" in said.err
    assert "raise to 75" in said.out


@pytest.mark.parametrize(("tenants", "code"), [("50", 0), ("51", 1)])
def test_the_exit_code_is_the_answer(run_cli: Run, example: Disk, tenants: str, code: int) -> None:
    of_little(example)
    said = run_cli("quota", "app-test", "--json", "--tenant-count", tenants)
    assert (said.code, json.loads(said.out)["fits"]) == (code, not code)


def test_as_data(run_cli: Run, example: Disk) -> None:
    example.write(f".orchestrate/states/{REGION}/app-live/tenants/acme/terraform.tfstate", "{}")
    found = json.loads(run_cli("quota", "app-live", REGION, "--json").out)
    quotas = found.pop("quotas")
    assert found == {
        "stack": "app-live",
        "region": REGION,
        "tenants": 1,
        "deployed": 0,
        "mode": "own",
        "fits": True,
        "first": "EC2 processors",
        "room_for": 10,
        "untold": ["no AWS credentials found"],
    }
    assert quotas[0]["quota_code"] == "L-53DA6B97"


def test_the_stacks_values_decide(run_cli: Run, example: Disk) -> None:
    declared = 'variable "scheduled_tasks" {\n  type    = any\n  default = {}\n}\n'
    balancer = 'variable "load_balancer" {\n  type    = object({ mode = optional(string) })\n  default = {}\n}\n'
    example.append("src/app/tenant/variables.tf", declared + balancer)
    example.append(f"{APP}/variables.tfvars", 'load_balancer = { mode = "shared" }\n')
    example.append(f"{APP}/tenants/acme.tfvars", "scheduled_tasks = { a = {}, b = {} }\n")
    found = json.loads(run_cli("quota", "app-test", "--json", "--tenant-count", "500").out)
    ours = {q["quota"]: q["ours"] for q in found["quotas"]}
    assert "any" in run_cli("quota", "app-test").out, "who has none of its own adds none"
    assert (found["mode"], ours["load balancers"], ours["schedule groups"]) == ("shared", 6, 1)


def test_services_that_find_each_other_count_in_their_namespace(run_cli: Run, example: Disk) -> None:
    declared = 'variable "discovery" {\n  type    = object({ namespace = optional(string) })\n  default = null\n}\n'
    example.append("src/app/variables.tf", declared)
    example.append("src/app/tenant/variables.tf", declared)
    assert "namespace" not in run_cli("quota", "app-test").out
    example.append(f"{APP}/variables.tfvars", 'discovery = { namespace = "test.internal" }\n')
    found = json.loads(run_cli("quota", "app-test", "--json", "--tenant-count", "600").out)
    rows = {q["quota"]: (q["per"], q["ours"], q["tenants"]) for q in found["quotas"]}
    assert rows["Cloud Map instances"] == ("namespace", 2400, 500)
    assert rows["service instances"] == ("Cloud Map service", 4, 1_000_000)


@pytest.mark.parametrize(
    ("value", "namespace"),
    [
        ({"namespace": "test.internal"}, "test.internal"),
        ({"namespace_id": "ns-1", "namespace": None}, "ns-1"),
        (None, ""),
    ],
)
def test_which_namespace_is_asked_for(value: object, namespace: str) -> None:
    assert _namespace({"discovery": ResolvedValue(value, "")}) == namespace
    assert _namespace({}) == ""


def test_a_tenant_is_counted_as_it_would_be_applied(run_cli: Run, example: Disk) -> None:
    """No tenant has a state here: where the stack says no rule of merging, their maps are merged."""
    kind = "object({ mode = optional(string), sticky_seconds = optional(number) })"
    example.append(
        "src/app/tenant/variables.tf", f'variable "load_balancer" {{\n  type    = {kind}\n  default = {{}}\n}}\n'
    )
    example.append(f"{APP}/variables.tfvars", 'load_balancer = { mode = "shared" }\n')
    example.append(f"{APP}/tenants/acme.tfvars", "load_balancer = { sticky_seconds = 60 }\n")
    ours = {}
    for merge in ("", 'merge = "deep"', 'merge = "replace"'):
        example.write(f"{APP}/stack.hcl", f'source = "app"\n{merge}\n')
        found = json.loads(run_cli("quota", "app-test", "--json").out)
        ours[merge] = next(q["ours"] for q in found["quotas"] if q["quota"] == "load balancers")
    assert ours[""] == ours['merge = "deep"'] == ours['merge = "replace"'] - 1, ours


def test_a_tenants_values_that_are_wrong_are_said(run_cli: Run, example: Disk) -> None:
    example.append(f"{APP}/tenants/globex.tfvars", "memroy = 1\n")
    said = run_cli("quota", "app-test")
    assert (said.code, said.out) == (65, "")
    assert f"where: {APP}/tenants/globex.tfvars:1" in said.err


def test_a_dry_run_is_refused_since_nothing_is_changed_anyway(run_cli: Run, example: Disk) -> None:
    said = run_cli("quota", "app-test", "--dry-run")
    assert (said.code, said.out) == (64, "")
    assert "quota takes no --dry-run" in said.err


def test_without_credentials_published_quotas_count(run_cli: Run, example: Disk) -> None:
    example.append(f"{LIVE}/stack.hcl", 'account = "123456789012"\n')
    for stack in ("app-live", "app-test"):
        said = run_cli("quota", stack, REGION)
        assert (said.code, said.err.count("no AWS credentials found"), said.err.count("not known, so")) == (0, 1, 1)


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("global",), 66, "has no tenant layer"),
        (("nowhere",), 66, "nowhere"),
        (("app-test", "--tenant-count", "-1"), 64, "--tenant-count"),
        (("app-test", "--tenant-count", "x"), 64, "--tenant-count"),
    ],
)
def test_what_cannot_be_asked(run_cli: Run, words: tuple[str, ...], code: int, text: str) -> None:
    said = run_cli("quota", *words)
    assert (said.code, text in said.err) == (code, True)
