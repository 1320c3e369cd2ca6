"""Which builds a command moves, from which to which, and where that comes from: in the report of one layer and of many."""

from __future__ import annotations

import contextlib
import re
import zipfile
from typing import Any

import pytest
from cloud import Cloud, tokens
from cloud_fleet import Many
from project_on_disk import APP, REGION, Disk

from wrapper.deploy.prepared import LayerOverrides
from wrapper.fleet.change_detection import TenantFilter
from wrapper.model.errors import OrchestrateError
from wrapper.model.findings import BuildChange
from wrapper.model.nouns import Outcome
from wrapper.model.stack import Layer
from wrapper.run import plan_file
from wrapper.state.record import Trigger
from wrapper.terraform.commands import VERBS

BUILD = "service1-build"
DEFAULT = "src/app/tenant/variables.tf:9"
GIVEN = "-var"
FIRST = f"first apply, {DEFAULT}"


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    return Cloud(example)


def moved(cloud: Cloud, verb: str, *arguments: str, tenant: str = "acme", own: Any = None, **changes: Any) -> Any:
    """What the report says of one layer: (from, to, origin) by name; also where the command ends badly."""
    heard: dict[str, tuple[BuildChange, ...]] = {}
    changes["note_builds"] = lambda layer, builds: heard.update({layer.tenant: builds})
    deployer = cloud.deployer(**changes)
    with contextlib.suppress(OrchestrateError):
        deployer.perform(VERBS[verb], Layer(deployer.stack, tenant), tokens(*arguments), own)
    return {b.name: (b.before, b.after, b.origin) for b in heard[tenant]}


def test_a_first_apply_comes_from_nothing(cloud: Cloud) -> None:
    assert moved(cloud, "apply") == {BUILD: (None, "1", FIRST)}


def test_what_is_typed_and_what_a_file_says(cloud: Cloud, example: Disk) -> None:
    cloud.perform("apply", "acme")
    assert moved(cloud, "apply", "-var", f"{BUILD}=90") == {BUILD: ("1", "90", GIVEN)}
    example.append(f"{APP}/tenants/acme.tfvars", f"{BUILD} = 95\n")
    (origin,) = [o for _, _, o in moved(cloud, "plan").values()]
    assert re.sub(r"20[-0-9]+", "DAY", origin) == (
        f"changed in {APP}/tenants/acme.tfvars:3 (not named at the last apply); 90 came by -var, DAY"
    )
    assert moved(cloud, "plan") == {BUILD: ("90", "95", origin)}
    assert moved(cloud, "plan", "-refresh-only") == moved(cloud, "apply", "-target=x") == {}, "a part"
    assert moved(cloud, "refresh") == moved(cloud, "output") == {}, "they give no builds"


def test_one_that_failed_says_what_was_tried(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", "-var", f"{BUILD}=90")
    cloud.fails[f"{REGION}/app-test/acme", "apply"] = Outcome(1, ok=False, tail="Error: no")
    assert moved(cloud, "apply", "-var", f"{BUILD}=91") == {BUILD: ("90", "91", GIVEN)}
    assert moved(cloud, "apply", "-var", f"{BUILD}=92") == {BUILD: ("90", "92", GIVEN)}, "91 never ran"


@pytest.mark.parametrize("words", [("plan", "-destroy"), ("apply", "-destroy", "-auto-approve"), ("destroy",)])
def test_what_goes_runs_no_build(cloud: Cloud, words: tuple[str, ...]) -> None:
    cloud.perform("apply", "acme", "-var", f"{BUILD}=90")
    assert moved(cloud, *words) == {BUILD: ("90", None, "")}


def test_one_that_no_root_declares_any_more(cloud: Cloud, example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", 'variable "old_build" {\n  default = "7"\n}\n')
    cloud.perform("apply", "acme")
    file = example.root / "src/app/tenant/variables.tf"
    file.write_text(file.read_text().replace("old_build", "old"))
    assert moved(cloud, "apply") == {BUILD: ("1", "1", DEFAULT), "old_build": ("7", None, "")}


@pytest.mark.parametrize("word", ["sensitive", "ephemeral"])
def test_a_sensitive_one_is_left_out(cloud: Cloud, example: Disk, word: str) -> None:
    example.append("src/app/tenant/variables.tf", f'variable "odd_build" {{\n  default = "7"\n  {word} = true\n}}\n')
    assert moved(cloud, "apply", "-var", "odd_build=8") == {BUILD: (None, "1", FIRST)}
    file = example.root / "src/app/tenant/variables.tf"
    file.write_text(file.read_text().replace('variable "odd_build"', 'variable "other"'))
    assert moved(cloud, "apply") == {BUILD: ("1", "1", DEFAULT)}, "nor is what was recorded of it"


@pytest.mark.parametrize(
    ("why", "origin"),
    [
        ({"promoted_from": f"{REGION}/app-test"}, f"promoted from {REGION}/app-test"),
        ({"rollback_of": 4, "back_to": 2}, "rollback of 4 to 2"),
    ],
)
def test_a_promotion_and_a_rollback_are_origins(cloud: Cloud, why: dict[str, Any], origin: str) -> None:
    own = {"acme": LayerOverrides(tuple(tokens("-var", f"{BUILD}=90")))}
    assert moved(cloud, "apply", own=own, trigger=Trigger(reason=why)) == {BUILD: (None, "90", origin)}


def test_the_apply_of_a_plan_file(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", "-var", f"{BUILD}=90")
    cloud.perform("plan", "acme", "-out=my.plan", "-var", f"{BUILD}=91")
    for name, planned in (("my.plan", cloud.engine.runs[-1].planned), ("plain.plan", {})):
        with zipfile.ZipFile(cloud.disk.root / name, "w") as archive:
            archive.writestr("tfplan", "")
        plan_file.bind(cloud.disk.root / name, f"{REGION}/app-test/acme", planned)
    assert moved(cloud, "apply", "my.plan") == {BUILD: ("90", "91", "plan file my.plan")}
    assert moved(cloud, "apply", "plain.plan") == {}, "it does not say"


def test_of_many(many: Many) -> None:
    many.run("apply", "-var", f"{BUILD}=90")
    assert many.results["acme"].builds == (BuildChange(BUILD, None, "90", GIVEN),)
    assert many.results[""].builds == (), "it declares none"
    many.fail("acme")
    many.run("apply", "-var", f"{BUILD}=91", tenant_filter=TenantFilter(patterns=("acme",)))
    assert many.results["acme"].builds == (BuildChange(BUILD, "90", "91", GIVEN),)
    assert not many.results["acme"].ok
    many.run("apply", "-var", f"{BUILD}=90", tenant_filter=TenantFilter(patterns=("globex",)))
    assert many.results["globex"].builds == (BuildChange(BUILD, "90", "90", GIVEN),)
    assert (many.results["globex"].result, many.results["globex"].moved) == ("unchanged", ())
    many.run("destroy")
    assert many.results["globex"].builds == (BuildChange(BUILD, "90", None),)


def test_the_stack_layer_of_many_goes_last(many: Many, example: Disk) -> None:
    example.append("src/app/variables.tf", 'variable "agent-build" {\n  default = 2\n}\n')
    many.run("apply")
    assert many.results[""].builds == (BuildChange("agent-build", None, "2", "first apply, src/app/variables.tf:11"),)
    many.run("destroy")
    assert many.results[""].builds == (BuildChange("agent-build", "2", None),)
