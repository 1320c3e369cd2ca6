"""A tenant whose first apply failed or was stopped, applied again: what lies tainted and stands is untainted first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_answers import DENIED, Aws, service, services
from cloud import Cloud, tokens
from cloud_fleet import Onlooker
from fakes import Listener, context
from project_on_disk import APP, LIVE, REGION, Disk, filled
from states import instance, resource

from wrapper.aws.identity import NOBODY, Identity
from wrapper.deploy.build_choices import BuildPolicy
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import OrchestrateError, RefusedError, TerraformFailed
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer, state_key
from wrapper.run import plan_file
from wrapper.state.record import DeploymentRecord
from wrapper.state.store import LocalStore
from wrapper.terraform.commands import VERBS

ACME = f"{REGION}/app-test/acme"
ADDRESS = "module.service.aws_ecs_service.this"
WORKER = 'module.service.aws_ecs_service.worker["resize"]'
TAINTED = f"{ADDRESS} is tainted, and ECS shows it ACTIVE"
ACTIVE, DRAINING = Aws(services(acme="ACTIVE")), Aws(services(acme="DRAINING"))


class Shop(Cloud):
    """Its Terraform untaints too: one resource less that is tainted, after so many ``writes`` of the state."""

    writes = 1

    def behave(self, run: Run, step: Step) -> Outcome:
        if step.argv[1] == "untaint" and (run.layer.label, "untaint") not in self.fails:
            self.untaint(run.layer)
            return Outcome(0, ok=True, tail="has been successfully untainted.")
        return super().behave(run, step)

    def untaint(self, layer: Layer) -> None:
        state = json.loads((self.states / state_key(layer)).read_text())
        state["serial"] += self.writes
        del next(i for r in state["resources"] for i in r["instances"] if "status" in i)["status"]
        self.put(layer, json.dumps(state))

    def taint(self, tenant: str = "acme", *resources: dict[str, Any], serial: int = 5) -> None:
        """What a first apply left that failed."""
        layer, mine = Layer(self.deployer().stack, tenant), list(resources) or [resource(instance())]
        self.put(layer, json.dumps({"version": 4, "serial": serial, "lineage": "l", "outputs": {}, "resources": mine}))

    def tag(self, tenant: str) -> str:
        _, tag = LocalStore(self.states).read_tagged(state_key(Layer(self.deployer().stack, tenant))) or ("", "")
        return tag

    def verbs(self, label: str = ACME) -> list[str]:
        return [verb for layer, verb in self.engine.done if layer == label]


@pytest.fixture
def shop(example: Disk) -> Shop:
    made = Shop(example)
    filled(example, _applied)
    made.taint()
    return made


def _applied(example: Disk) -> None:
    Shop(example).perform("apply")


def test_what_is_active_is_untainted_before_the_plan(shop: Shop) -> None:
    shop.perform("apply", "acme", "-lock-timeout=5m", identity=ACTIVE)
    assert shop.verbs() == ["init", "untaint", "plan", "apply"]
    argv = next(argv for _, argv in shop.engine.steps if argv[1] == "untaint")
    assert argv == ("terraform", "untaint", "-no-color", "-lock-timeout=5m", ADDRESS)
    assert (
        shop.console.besides_builds[0]
        == f"{ACME}: {TAINTED}: terraform untaint comes before the plan, so that it is updated in place"
    )
    assert shop.record("acme")["state"]["tag"] == shop.tag("acme")


def test_each_one_of_many_and_a_worker(shop: Shop) -> None:
    other = instance(index_key="resize", attributes=dict(service("resize").attributes))
    shop.taint("acme", resource(instance(), other | {"index_key": "resize"}, name="worker"), resource(instance()))
    shop.perform("apply", "acme", identity=Aws(services(acme="ACTIVE", resize="ACTIVE")))
    untainted = [argv[-1] for _, argv in shop.engine.steps if argv[1] == "untaint"]
    assert untainted == [ADDRESS, "module.service.aws_ecs_service.worker", WORKER]


@pytest.mark.parametrize(
    ("aws", "words"),
    [
        (DRAINING, "ECS shows it DRAINING"),
        (Aws(services(acme="INACTIVE")), "ECS shows it INACTIVE"),
        (Aws(services()), "ECS has no such service"),
        (Aws(DENIED), "ECS does not say whether it is there (not authorized; the role needs ecs:DescribeServices)"),
    ],
)
def test_what_is_not_stays_tainted(shop: Shop, aws: Identity, words: str) -> None:
    shop.perform("apply", "acme", identity=aws)
    assert shop.verbs() == ["init", "plan", "apply"]
    assert shop.console.besides_builds == [
        f"{ACME}: {ADDRESS} is tainted, and {words}: it stays tainted, and the plan replaces it"
    ]


@pytest.mark.parametrize("arguments", [("-destroy",), ("-refresh-only",), (f"-replace={ADDRESS}",)])
def test_what_replaces_nothing_or_means_it_untaints_nothing(shop: Shop, arguments: tuple[str, ...]) -> None:
    shop.perform("apply", "acme", *arguments, identity=ACTIVE)
    assert "untaint" not in shop.verbs() and "tainted" not in shop.console.text()


def test_other_verbs_untaint_nothing(shop: Shop) -> None:
    for verb in ("refresh", "destroy"):
        shop.perform(verb, "acme", identity=ACTIVE)
    assert "untaint" not in shop.verbs()


def test_the_stacks_own_layer_too(shop: Shop) -> None:
    shop.taint("")
    shop.engine.steps.clear()
    shop.perform("apply", identity=ACTIVE)
    assert shop.verbs(f"{REGION}/app-test") == ["init", "untaint", "plan", "apply"]


def test_what_terraform_says_of_it_is_no_part_of_the_answer(shop: Shop) -> None:
    class Ears(Listener):
        def output(self, data: bytes, is_error: bool) -> None:
            self.heard += b"" if is_error else data

    ears = Ears()
    shop.perform("apply", "acme", identity=ACTIVE, console=ears)
    assert b"untainted" not in ears.heard


def test_an_untaint_that_fails_ends_the_run(shop: Shop) -> None:
    shop.fails[ACME, "untaint"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        shop.perform("apply", "acme", identity=ACTIVE)
    assert shop.verbs() == ["init", "untaint"]


# -- the record ---------------------------------------------------------------------------------


def no(shop: Shop) -> OrchestrateError:
    """An apply that is answered with no."""
    asking = context(home=shop.disk.root / ".orchestrate", interactive=True)
    with pytest.raises(RefusedError) as error:
        shop.perform("apply", "acme", identity=ACTIVE, context=asking, console=Listener(answer=False))
    return error.value


def test_no_leaves_it_untainted_which_is_said_and_recorded(shop: Shop) -> None:
    before = shop.tag("acme")
    assert no(shop).hint == f"no longer tainted: {ADDRESS}; nothing else was changed; to continue, answer yes"
    state = shop.record("acme")["state"]
    assert state == {"serial": 6, "lineage": "l", "tag": shop.tag("acme")} and state["tag"] != before


def test_without_anything_to_untaint_no_changes_nothing(shop: Shop) -> None:
    shop.taint("acme", resource({"attributes": {}}))
    assert no(shop).hint == "nothing was changed; to continue, answer yes"


def test_another_hand_that_wrote_meanwhile_is_not_taken_for_ours(shop: Shop) -> None:
    """Between the look and the lock somebody else has written the state as well: two writes, and one was ours."""
    shop.writes = 2
    no(shop)
    assert "app-test/tenants/acme/orchestrate.json" not in shop.keys


@pytest.mark.parametrize(
    ("record", "tag"),
    [
        (DeploymentRecord(), "new"),
        (DeploymentRecord(inputs={"sources": "d"}, state={"tag": "old"}), "new"),
        (DeploymentRecord(inputs={"sources": "d"}, state={"tag": "older"}), "older"),
        (DeploymentRecord(inputs={"sources": "d"}, state={"tag": "older"}, failed={"error": "no"}), "new"),
    ],
)
def test_a_record_follows_our_own_write_and_hides_no_other(record: DeploymentRecord, tag: str) -> None:
    assert record.after_own_write("old", {"tag": "new"}).tag == tag


# -- plans --------------------------------------------------------------------------------------


def test_a_plan_writes_nothing_and_says_what_an_apply_does(shop: Shop) -> None:
    before = shop.tag("acme")
    shop.perform("plan", "acme", identity=ACTIVE)
    assert (shop.verbs(), shop.tag("acme")) == (["init", "plan"], before)
    assert shop.console.besides_builds == [
        f"{ACME}: {TAINTED}: the replacement in this plan will not happen, because an apply untaints it first"
    ]


def test_a_plan_file_replaces_it(shop: Shop, plan_of: Any) -> None:
    shop.perform("plan", "acme", "-out=one.tfplan", identity=ACTIVE)
    assert (
        shop.console.besides_builds[-1]
        == f"{ACME}: {TAINTED}: this plan file replaces it; an apply without the file untaints it first"
    )
    shop.engine.steps.clear()
    shop.perform("apply", "acme", str(plan_of(shop.disk.root / "two.tfplan")), identity=ACTIVE)
    assert shop.verbs() == ["init", "apply"]
    assert (
        "a plan file is applied as it is; an apply without the file untaints it first"
        in shop.console.besides_builds[-1]
    )


@pytest.fixture
def plan_of() -> Any:
    import zipfile

    def make(file: Path) -> Path:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("tfplan", b"x")
        plan_file.bind(file, ACME)
        return file

    return make


def test_on_paper_the_step_is_shown_and_nothing_runs(shop: Shop) -> None:
    shop.engine.behaviour = lambda run, step: Outcome(0, ok=True, skipped=True)
    before = shop.tag("acme")
    shop.perform("apply", "acme", identity=ACTIVE, dry=True)
    assert (shop.verbs(), shop.tag("acme")) == (["init", "untaint", "plan", "apply"], before)
    shop.engine.steps.clear()
    shop.perform("apply", "acme", identity=Identity(method=NOBODY), dry=True)
    assert shop.verbs() == ["init", "plan", "apply"]


def test_on_paper_a_damaged_state_is_in_nobodys_way(shop: Shop) -> None:
    shop.put(Layer(shop.deployer().stack, "acme"), "")
    shop.perform("apply", "acme", identity=ACTIVE, dry=True)
    assert shop.verbs() == ["init", "plan", "apply"]


# -- protected, and many ------------------------------------------------------------------------

OWN = f"{REGION}/app-live"
FILES = BuildPolicy(from_files=True)  # a state without a record: which build runs is not known


@pytest.fixture
def live(example: Disk) -> Shop:
    example.write(f"{LIVE}/stack.hcl", 'source = "app"\nprotected = true\n')
    made = Shop(example, "app-live", REGION)
    made.perform("apply", confirmed=OWN)
    made.taint()
    made.engine.steps.clear()
    made.console.said.clear()
    return made


def test_a_protected_stack_is_untainted_only_with_confirm(live: Shop) -> None:
    asking, before = context(home=live.disk.root / ".orchestrate", interactive=True), live.tag("acme")
    with pytest.raises(RefusedError, match=f"{OWN}/acme is protected, and {ADDRESS} is tainted") as error:
        live.perform("apply", "acme", identity=ACTIVE, context=asking)
    assert error.value.hint.endswith(f"--confirm {OWN}/acme")
    assert (live.engine.steps, live.tag("acme"), live.console.asked) == ([], before, [])
    assert not (live.states / REGION / "app-live/tenants/acme/orchestrate.json").exists()

    live.perform("plan", "acme", identity=ACTIVE)
    assert live.console.besides_builds[-1].endswith(f"because an apply --confirm {OWN}/acme untaints it first")
    live.perform("apply", "acme", identity=ACTIVE, confirmed=f"{OWN}/acme", builds=FILES)
    assert live.verbs(f"{OWN}/acme")[-5:] == ["init", "untaint", "plan", "show", "apply"]


def test_a_plan_that_deletes_is_refused_and_what_was_done_is_said(live: Shop) -> None:
    gone = {"mode": "managed", "type": "aws_lb", "address": "aws_lb.this", "change": {"actions": ["delete"]}}
    live.fails[f"{OWN}/acme", "show"] = Outcome(0, ok=True, tail=json.dumps({"resource_changes": [gone]}))
    with pytest.raises(RefusedError, match="this plan deletes or replaces aws_lb") as error:
        live.perform("apply", "acme", identity=ACTIVE, confirmed=f"{OWN}/acme", builds=FILES)
    assert error.value.hint.startswith(f"no longer tainted: {ADDRESS}; nothing else was changed. If it is meant")


def test_on_paper_a_protected_stack_refuses_nothing(live: Shop) -> None:
    live.engine.behaviour = lambda run, step: Outcome(0, ok=True, skipped=True)
    live.perform("apply", "acme", identity=ACTIVE, dry=True)
    assert "untaint" not in live.verbs(f"{OWN}/acme")
    assert live.console.besides_builds[-1].endswith(f"an apply untaints it before the plan, with --confirm {OWN}/acme")


@pytest.mark.parametrize(("stack", "folder"), [("app-test", APP), ("app-live", LIVE)])
def test_a_fleet(example: Disk, stack: str, folder: str) -> None:
    example.write(f"{LIVE}/stack.hcl", 'source = "app"\nprotected = true\n')
    shop, label = Shop(example, stack, REGION), f"{REGION}/{stack}"
    shop.perform("apply", confirmed=label)
    shop.disk.write(f"{folder}/tenants/other.tfvars", 'hostname = "other.example.com"\n')
    shop.taint("acme")
    shop.taint("other", resource(instance(attributes=dict(service("gone").attributes))))
    progress = Onlooker()
    fleet = Fleet(shop.deployer(identity=ACTIVE, confirmed=label, builds=FILES), progress, FleetPolicy(jobs=1))
    answers = {
        a.tenant: a.result
        for a in fleet.perform(VERBS["apply"], tokens(), TenantFilter(("acme", "other"), stack_layer=False))
    }
    assert answers == {"acme": "succeeded", "other": "succeeded"}
    assert [layer for layer, verb in shop.engine.done if verb == "untaint"] == [f"{label}/acme"]
    assert TAINTED in progress.talks[f"{label}/acme"].text()


def test_no_change_after_it_is_an_apply_too(shop: Shop) -> None:
    """Stopped as all was made: untainted there is nothing left to change, and the tenant is deployed."""
    shop.fails[ACME, "plan"] = Outcome(0, ok=True, tail="No changes.")
    shop.perform("apply", "acme", identity=ACTIVE)
    assert shop.verbs() == ["init", "untaint", "plan"]
    assert (shop.record("acme")["state"]["serial"], shop.record("acme")["state"]["tag"]) == (6, shop.tag("acme"))
