"""The shipped project: every layer's values are right before anything starts, and one name means one thing in both layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.terraform.merging import DEEP
from wrapper.terraform.type_constraints import mismatch

ROOT = Path(__file__).resolve().parents[3]
STACKS = sorted(folder.name for folder in (ROOT / "config/ap-southeast-2").iterdir() if folder.is_dir())
TENANTS = "appcluster/tenant"


@pytest.fixture
def shipped(tmp_path: Path) -> Project:
    return Project(ROOT, tmp_path)


@pytest.mark.parametrize("name", STACKS)
def test_values_are_right_in_every_layer(shipped: Project, name: str) -> None:
    stack = shipped.stack(name, "ap-southeast-2")
    tenants = shipped.tenants(stack)
    for layer in (Layer(stack), *(Layer(stack, tenant) for tenant in tenants)):
        assert shipped.values.of(layer), layer
    assert bool(tenants) == name.startswith("appcluster-")


def test_a_key_that_both_layers_get_has_one_type(shipped: Project) -> None:
    """A value of variables.tfvars goes to each layer that declares it."""
    stack, tenant = (shipped.values.declared(ROOT / "src" / folder) for folder in ("appcluster", TENANTS))
    both = stack.keys() & tenant.keys()
    assert both == {"region", "stack", "zone", "domain", "discovery"}
    assert stack["discovery"].type == tenant["discovery"].type


def test_an_output_reaches_no_variable_that_tenants_set(shipped: Project) -> None:
    given = shipped.values.outputs(ROOT / "src/appcluster") & shipped.values.declared(ROOT / "src" / TENANTS).keys()
    assert given == {
        "alarm_topic_arn",
        "certificate_arn",
        "cluster",
        "namespace",
        "registry_login",
        "registry_login_key",
        "shared_load_balancers",
    }


@pytest.mark.parametrize(
    ("name", "modes"),
    [
        ("appcluster-beta", {"acme": "shared", "globex": "shared", "initech": "own"}),
        ("appcluster-live", {"acme": "own", "globex": "shared"}),
        ("appcluster-sandbox", {"acme": "shared"}),
        ("appcluster-staging", {"acme": "own", "globex": "shared"}),
        ("appcluster-test", {"acme": "own", "globex": "own"}),
    ],
)
def test_both_modes_are_shipped(shipped: Project, name: str, modes: dict[str, str]) -> None:
    stack = shipped.stack(name, "ap-southeast-2")
    values = {tenant: shipped.values.of(Layer(stack, tenant))["load_balancer"].value for tenant in modes}
    assert {tenant: value.get("mode", "own") for tenant, value in values.items()} == modes
    shared = shipped.values.of(Layer(stack)).get("load_balancers")
    assert (shared.value if shared else 0) == int("shared" in modes.values())


@pytest.mark.parametrize("name", STACKS)
def test_each_stack_says_its_rule_of_merging(shipped: Project, name: str) -> None:
    """A stack that is copied from one of these decides nothing later."""
    assert shipped.stack(name, "ap-southeast-2").settings.merge == DEEP


def test_a_map_that_lost_its_mode_makes_no_load_balancer(shipped: Project) -> None:
    variable = shipped.values.declared(ROOT / "src" / TENANTS)["load_balancer"]
    assert mismatch({"sticky_seconds": 3600}, variable.type, variable.name) == "load_balancer.mode is missing"
    assert variable.required, "nor does a tenant without the map"


def test_what_a_tenant_takes_away_is_gone(shipped: Project) -> None:
    """globex in beta runs on Fargate, where nothing is placed, and works at night."""
    globex = shipped.values.of(Layer(shipped.stack("appcluster-beta", "ap-southeast-2"), "globex"))
    assert "placement" not in globex["deployment"].value and "schedules" not in globex["scaling"].value
    assert globex["deployment"].value["min_healthy_percent"] == 100


def test_staging_is_live_under_another_name(shipped: Project) -> None:
    """The step before live: the same images against live's own environment, asked by another name."""
    live, staging = (shipped.stack(f"appcluster-{name}", "ap-southeast-2") for name in ("live", "staging"))
    assert shipped.tenants(live) == shipped.tenants(staging)
    for tenant in shipped.tenants(live):
        there, here = (shipped.values.of(Layer(stack, tenant)) for stack in (live, staging))
        assert here["environment"].value == there["environment"].value and there["environment"].value
        assert here["images"].value == there["images"].value
        assert here["hostname"].value != there["hostname"].value
    assert staging.settings.smoke and live.settings.promotes_from == staging.name


def test_no_two_networks_overlap(shipped: Project) -> None:
    stacks = [shipped.stack(name, "ap-southeast-2") for name in STACKS]
    found = [shipped.values.of(Layer(stack)) for stack in stacks]
    blocks = [values["network"].value["cidr"] for values in found if "network" in values]
    assert len(set(blocks)) == len(blocks)
