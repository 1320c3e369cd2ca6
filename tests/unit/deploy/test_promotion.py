"""Which stack takes builds from which, what may be taken over, and that it comes out the same."""

from __future__ import annotations

from typing import Any

import pytest
from cloud import Cloud
from cloud_fleet import Onlooker
from project_on_disk import LIVE, REGION, Disk

from wrapper.deploy import builds, promotion
from wrapper.deploy.prepared import LayerOverrides
from wrapper.deploy.smoke_test import Smoke
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import BusyError, ConfigError, OrchestrateError, RefusedError, SmokeFailed
from wrapper.model.nouns import Outcome, Variable
from wrapper.model.stack import Layer
from wrapper.project import promotion_order
from wrapper.state import history, index, layer_state
from wrapper.state.record import DeploymentRecord, Trigger
from wrapper.terraform.commands import VERBS

WAY = {"test": "", "beta": "test", "staging": "beta", "live": "staging", "sandbox": "staging"}


def way(name: str, **more: str) -> tuple[str, ...]:
    froms = WAY | more
    return promotion_order.way(name, froms, lambda n: (froms[n], f"{n}/stack.hcl:1"))


def test_the_way_of_a_build() -> None:
    assert way("live") == ("test", "beta", "staging", "live")
    assert (way("sandbox")[-2:], way("test")) == (("staging", "sandbox"), ("test",))


@pytest.mark.parametrize(
    ("more", "message", "where"),
    [
        ({"test": "staging"}, "has a cycle: staging -> test -> beta -> staging", "test/stack.hcl:1"),
        ({"test": "test"}, "has a cycle: test -> test", "test/stack.hcl:1"),
        ({"beta": "tset"}, "promotes_from: no stack 'tset'", "beta/stack.hcl:1"),
    ],
)
def test_a_way_that_is_none(more: dict[str, str], message: str, where: str) -> None:
    with pytest.raises(ConfigError) as error:
        way("live", **more)
    assert (message in error.value.message, error.value.where) == (True, where)


@pytest.mark.parametrize(
    ("source", "stack", "message", "hint"),
    [
        (
            "test",
            "staging",
            "from test to staging skips beta",
            "the way is test -> beta -> staging: promote from beta",
        ),
        ("test", "live", "skips beta, staging", "the way is test -> beta -> staging -> live: promote from staging"),
        ("live", "beta", "beta takes no builds from live", "the way is test -> beta"),
        ("live", "sandbox", "sandbox takes no builds from live", "the way is test -> beta -> staging -> sandbox"),
        ("beta", "test", "test takes builds from no stack", 'promotes_from = "beta"'),
        ("beta", "beta", "takes no builds from itself", "two stacks"),
    ],
)
def test_a_step_that_is_refused(source: str, stack: str, message: str, hint: str) -> None:
    with pytest.raises(RefusedError) as error:
        promotion_order.check_step(source, stack, way(stack))
    assert message in error.value.message and hint in error.value.hint


def test_steps_that_are_taken() -> None:
    for source, stack in (("test", "beta"), ("beta", "staging"), ("staging", "live"), ("staging", "sandbox")):
        promotion_order.check_step(source, stack, way(stack))


GOOD = DeploymentRecord(at="then", by="me", builds={"s-build": "90"}, state={"tag": "t"})


@pytest.mark.parametrize(
    ("record", "tag", "lock", "kind", "message"),
    [
        (DeploymentRecord(), "", "", RefusedError, "app/acme was never applied"),
        (DeploymentRecord(), "t", "", RefusedError, "app/acme was never applied"),
        (GOOD.after_failure("now", "you", "no"), "t", "", RefusedError, "its last try failed (now, by you: no)"),
        (GOOD, "u", "", RefusedError, "changed after its last apply (then)"),
        (DeploymentRecord(at="then", state={"tag": "t"}), "t", "", RefusedError, "runs no build"),
        (GOOD, "t", "jenkins-7", BusyError, "is being changed by jenkins-7"),
    ],
)
def test_a_source_of_which_it_is_not_known_what_runs(
    record: DeploymentRecord, tag: str, lock: str, kind: type[OrchestrateError], message: str
) -> None:
    promotion.check_source(GOOD, "t", "", "app/acme", "apply it")
    with pytest.raises(kind) as error:
        promotion.check_source(record, tag, lock, "app/acme", "apply it")
    assert message in error.value.message and error.value.hint


def variable(name: str, *, required: bool) -> Variable:
    return Variable(name, ("string",), required, sensitive=False, nullable=True, where="v.tf:1")


def test_what_a_stack_needs_and_takes() -> None:
    declared = {n: variable(n, required=n == "a-build") for n in ("a-build", "b-build", "zone")}
    promotion.check_fits({"a-build": "1", "own-build": "2"}, declared, {"own-build"}, "app")
    with pytest.raises(RefusedError, match=r"app needs a-build, and none runs there: it would not run the same builds"):
        promotion.check_fits({"b-build": "1"}, declared, set(), "app")
    with pytest.raises(RefusedError, match="app declares no variable c-build"):
        promotion.check_fits({"a-build": "1", "c-build": "2"}, declared, set(), "app")


# -- carried out ----------------------------------------------------------------------------------


@pytest.fixture
def live(example: Disk) -> Cloud:
    example.write(
        "src/app/tenant/variables.tf",
        (example.root / "src/app/tenant/variables.tf").read_text()
        + 'variable "service2-build" {\n  type    = string\n  default = null\n}\n',
    )
    cloud = Cloud(example, "app-live", REGION)
    example.write(f"{LIVE}/tenants/globex.tfvars", 'hostname = "globex.example.com"\n')
    cloud.perform("apply", confirmed=f"{REGION}/app-live")
    return cloud


def given(**numbers: str) -> LayerOverrides:
    found = {n.replace("_", "-"): v for n, v in numbers.items()}
    return LayerOverrides(tuple(builds.tokens(found)), found)


def record_of(cloud: Cloud, tenant: str) -> DeploymentRecord:
    deployer = cloud.deployer()
    return layer_state.load_record(deployer.store, Layer(deployer.stack, tenant))


def fleet(cloud: Cloud, **own: Any) -> dict[str, tuple[str, str]]:
    deployer = cloud.deployer(confirmed=f"{REGION}/app-live", trigger=Trigger(reason={"promoted_from": "app-test"}))
    many = Fleet(deployer, Onlooker(), FleetPolicy(jobs=1), overrides=own)
    return {a.tenant: (a.result, a.summary) for a in many.perform(VERBS["apply"], [], TenantFilter(stack_layer=False))}


def test_each_of_many_gets_its_own_builds(live: Cloud) -> None:
    found = fleet(live, acme=given(service1_build="90"), globex=given(service1_build="91", service2_build="7"))
    assert found == {"acme": ("succeeded", ""), "globex": ("succeeded", "")}
    assert record_of(live, "acme").builds == {"service1-build": "90"} == record_of(live, "acme").cli_vars
    assert record_of(live, "globex").builds == {"service1-build": "91", "service2-build": "7"}
    found = fleet(live, acme=given(service1_build="90"), globex=given(service1_build="92"))
    assert found == {
        "acme": ("unchanged", found["acme"][1]),
        "globex": ("failed", "would run service2-build 7, and none runs there: it would not run the same builds"),
    }
    live.disk.append(f"{LIVE}/tenants/globex.tfvars", "service2-build = null\n")
    assert fleet(live, globex=given(service1_build="92"), acme=given(service1_build="90"))["globex"][0] == "succeeded"
    assert record_of(live, "globex").builds == {"service1-build": "92"}


def test_one_that_cannot_be_given_anything_fails_alone(live: Cloud) -> None:
    live.disk.append(f"{LIVE}/tenants/acme.tfvars", 'service2-build = "5"\n')
    found = fleet(live, acme=given(service1_build="90"), globex=RefusedError("globex was never applied"))
    assert {n: r for n, (r, _) in found.items()} == {"acme": "failed", "globex": "failed"}
    assert found["acme"][1] == "would run service2-build 5, and none runs there: it would not run the same builds"
    assert found["globex"][1] == "globex was never applied"
    assert [label for label, _ in live.engine.done if "acme" in label] == []


def test_one_tenant_and_the_stack_that_is_made_for_it(example: Disk) -> None:
    example.append("src/app/variables.tf", 'variable "proxy-build" { type = string }\n')
    cloud = Cloud(example)
    deployer = cloud.deployer(trigger=Trigger("ann", "http://ci/7/", {"promoted_from": "x"}))
    overrides = {"acme": given(service1_build="90"), "": given(proxy_build="3")}
    deployer.perform(VERBS["apply"], Layer(deployer.stack, "acme"), [], overrides)
    own, acme = record_of(cloud, ""), record_of(cloud, "acme")
    assert (own.builds, acme.builds) == ({"proxy-build": "3"}, {"service1-build": "90"})
    assert (acme.by, acme.build_url, acme.reason) == ("ann", "http://ci/7/", {"promoted_from": "x"})
    entry = index.layer_status(deployer.store, Layer(deployer.stack, "acme"))
    assert (entry.deployed, entry.touched, entry.locked, entry.record) == (True, False, False, acme)


def test_the_roots_own_default_is_a_build_that_runs(example: Disk) -> None:
    cloud = Cloud(example)
    cloud.perform("apply", "acme")
    assert record_of(cloud, "acme").builds == {"service1-build": "1"}


# -- the smoke test of an apply -------------------------------------------------------------------


def test_what_does_not_answer_is_recorded_as_a_failure_with_the_way_back(example: Disk) -> None:
    cloud = Cloud(example)
    for build in ("89", "90"):
        cloud.perform("apply", "acme", "-var", f"service1-build={build}")
    deployer = cloud.deployer()
    layer = Layer(deployer.stack, "acme")
    error = SmokeFailed("acme: no answer")
    deployer.recorder.record_failed_check(layer, record_of(cloud, "acme"), error)
    assert error.hint == f"put back service1-build 89: ./orchestrate rollback app-test {REGION} -var tenant=acme"
    record, applies = record_of(cloud, "acme"), layer_state.load_history(deployer.store, layer)
    assert (record.failed["error"], [e.failed for e in applies]) == ("acme: no answer", ["", "acme: no answer"])
    before = history.previous(applies, record)
    assert before is not None and before.builds == {"service1-build": "89"}


def test_in_the_sandbox_a_path_is_not_asked_and_that_is_said(example: Disk) -> None:
    cloud = Cloud(example)
    outcome: Outcome = cloud.perform("apply", "acme", smoke=Smoke(("/health",), served=False))
    assert (
        outcome.url
        and cloud.console.said[-1]
        == f"{REGION}/app-test/acme: no smoke test of /health: in the sandbox no traffic flows"
    )


def test_a_tenant_without_a_url_is_not_asked_and_that_is_said(example: Disk) -> None:
    cloud = Cloud(example)
    cloud.outputs["tenant"] = {"url": None}
    cloud.perform("apply", "acme", smoke=Smoke(("/health",)))
    assert cloud.console.said[-1] == f"{REGION}/app-test/acme: no smoke test of /health: it has no URL"


def test_a_path_below_a_url_that_there_is_not_is_said_before_the_apply(example: Disk) -> None:
    example.write("src/app/tenant/main.tf", "")
    cloud = Cloud(example)
    cloud.perform("apply")
    cloud.engine.steps.clear()
    with pytest.raises(ConfigError, match='has no output "url", and /health is below it'):
        cloud.perform("apply", "acme", smoke=Smoke(("/health",)))
    assert cloud.engine.steps == []


def test_a_history_outlives_what_is_destroyed(example: Disk) -> None:
    cloud = Cloud(example)
    cloud.perform("apply", "acme")
    cloud.perform("destroy", "acme", "-auto-approve")
    assert [k for k in cloud.keys if "acme" in k] == ["app-test/tenants/acme/orchestrate-history.json"]
