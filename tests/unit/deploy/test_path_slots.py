"""Services with a path behind a load balancer that tenants share: each has a slot from its first apply on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cloud import Cloud, tokens
from fakes import CHANGES
from project_on_disk import APP, REGION, Disk, filled

from wrapper.deploy.lb_slots.slots import Slot, SlotAssignment, SlotTable, render
from wrapper.deploy.prepared import PreparedLayer
from wrapper.deploy.smoke_test import Smoke
from wrapper.model.errors import OrchestrateError, RefusedError, TerraformFailed
from wrapper.model.nouns import Outcome
from wrapper.model.stack import Layer
from wrapper.terraform.commands import VERBS

ACME, GLOBEX = f"{REGION}/app-test/acme", f"{REGION}/app-test/globex"
BOOK = f"{REGION}/app-test/allotments.json"
MOVING = "optional(object({ turned = number, aside = object({ instance = number, ip = number }) }))"
RULES = f"rules = optional(map(object({{ priority = number, moving = {MOVING} }})))"
TENANT = f"""\
variable "load_balancer" {{
  type    = object({{ mode = optional(string, "own") }})
  default = {{ mode = "shared" }}
}}
variable "allotment" {{
  type = object({{
    load_balancer = number
    priority      = number
    moving        = {MOVING}
    {RULES}
  }})
  default = null
}}
variable "services" {{
  type    = map(object({{ port = optional(number), path = optional(string) }}))
  default = {{ web = {{ port = 8080 }} }}
}}
"""
API = 'services = {\n  api = { port = 9090, path = "/api/*" }\n}\n'
NARROWER = 'services = {\n  api = { port = 9090, path = "/api/*" }\n  v2 = { port = 9091, path = "/api/v2/*" }\n}\n'
# As the plan of src/appcluster/tenant says it.
LEAVES = """
  # module.load_balancer.aws_lb_listener_rule.shared["v2 instance-shared1"] will be destroyed
  # module.load_balancer.aws_lb_target_group.this["v2 instance-shared1"] will be destroyed
  # module.service["v2"].aws_ecs_service.this["instance-shared1-ec2-replica-44136fa3"] will be destroyed
  # module.service["api"].aws_ecs_service.this["instance-shared1-ec2-replica-44136fa3"] must be replaced
"""


class Routed(Cloud):
    """Its plans leave the target group of v2, as often as is said; ``done``: the slots of each good apply."""

    leaves, says = 0, LEAVES

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.done: list[Any] = []

    def behave(self, run: Any, step: Any) -> Outcome:
        outcome = super().behave(run, step)
        if step.argv[1] == "plan" and outcome and self.leaves:
            self.leaves -= 1
            return replace(CHANGES, tail=self.says + CHANGES.tail)
        if step.argv[1] == "apply" and outcome:
            self.done.append(self.slots)
        return outcome

    @property
    def slots(self) -> Any:
        return self.values.get(ACME, {}).get("allotment")

    @property
    def table(self) -> dict[str, int]:
        found = json.loads((self.states / BOOK).read_text())
        return {key: e["priority"] for part in ("tenants", "moving") for key, e in found.get(part, {}).items()}

    @property
    def freed(self) -> list[str]:
        return [e["tenant"] for e in json.loads((self.states / BOOK).read_text())["freed"]]

    def keep(self, **held: tuple[int, int]) -> None:
        entries = {
            key.replace("_", "/"): SlotAssignment(Slot(*slot), key, "then", "older") for key, slot in held.items()
        }
        (self.states / BOOK).write_bytes(render(SlotTable(entries)))


@pytest.fixture
def cloud(example: Disk) -> Routed:
    return Routed(filled(example, _applied))


def _applied(example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", TENANT)
    example.append(f"{APP}/variables.tfvars", "services = {\n  web = { port = 8080 }\n}\n")
    Routed(example).perform("apply")


def says(cloud: Routed, text: str, tenant: str = "acme") -> None:
    file = f"{APP}/tenants/{tenant}.tfvars"
    before = (cloud.disk.root / file).read_text().partition("services =")[0] if tenant == "acme" else ""
    cloud.disk.write(file, before + text)


def slots(priority: int, **rules: int) -> dict[str, Any]:
    return {"load_balancer": 1, "priority": priority, "rules": {s: {"priority": n} for s, n in rules.items()}}


def test_a_tenant_of_an_older_tool_gains_a_path(cloud: Routed) -> None:
    """What moves is its own rule, to the band of catch-alls, and no other tenant's."""
    cloud.keep(acme=(1, 101), globex=(1, 102))
    cloud.perform("apply", "acme")
    cloud.perform("apply", "globex")
    assert cloud.slots == slots(101)
    before = cloud.record("globex")["inputs"]
    says(cloud, API)
    cloud.perform("plan", "acme")
    assert cloud.slots == slots(10101, api=103) and cloud.table == {"acme": 101, "globex": 102}
    cloud.perform("apply", "acme")
    assert cloud.slots == slots(10101, api=103)
    assert cloud.table == {"acme": 10101, "acme/api": 103, "globex": 102}
    cloud.perform("apply", "globex")
    assert cloud.record("globex")["inputs"] == before


def test_a_service_that_goes_frees_its_slot_after_a_good_apply(cloud: Routed) -> None:
    says(cloud, API)
    cloud.perform("apply", "acme")
    says(cloud, "services = { api = null }\n")
    cloud.fails[ACME, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        cloud.perform("apply", "acme")
    assert cloud.slots == slots(10101) and cloud.table == {"acme": 10101, "acme/api": 101}
    cloud.fails.clear()
    cloud.perform("apply", "acme", "-target=x")
    assert "acme/api" in cloud.table, "a part of it is not all"
    cloud.perform("apply", "acme")
    assert (cloud.table, cloud.freed) == ({"acme": 10101}, ["acme/api"])


def test_a_worker_and_one_for_all_paths_need_no_slot_of_their_own(cloud: Routed) -> None:
    says(cloud, 'services = {\n  work = {}\n  web = { port = 1, path = "*" }\n}\n')
    cloud.perform("apply", "acme")
    assert cloud.slots == slots(10101)


def test_the_narrower_path_comes_first_and_the_wider_moves_in_the_same_write(cloud: Routed) -> None:
    says(cloud, API)
    cloud.perform("apply", "acme")
    says(cloud, NARROWER)
    cloud.perform("apply", "acme")
    assert cloud.slots == slots(10101, v2=102, api=103)


def test_a_destroy_frees_all_of_a_tenant(cloud: Routed) -> None:
    says(cloud, API)
    cloud.perform("apply", "acme")
    cloud.perform("destroy", "acme")
    assert (cloud.table, cloud.freed) == ({}, ["acme", "acme/api"])


def test_a_tenant_that_leaves_the_shared_load_balancers_frees_all(cloud: Routed) -> None:
    says(cloud, API)
    cloud.perform("apply", "acme")
    says(cloud, API + 'load_balancer = { mode = "own" }\n')
    cloud.perform("apply", "acme")
    assert cloud.table == {} and "allotment" not in cloud.values[ACME]


def test_what_an_older_tool_left_of_a_tenant_is_freed_by_the_next_write(cloud: Routed) -> None:
    cloud.keep(initech_api=(1, 101), globex=(1, 10101))
    cloud.perform("apply", "acme")
    assert (cloud.table, cloud.freed) == ({"acme": 10102, "globex": 10101}, ["initech/api"])


def test_a_root_without_rules_gets_none(cloud: Routed) -> None:
    file = cloud.disk.root / "src/app/tenant/variables.tf"
    file.write_text(file.read_text().replace(RULES, ""))
    says(cloud, API)
    cloud.perform("apply", "acme")
    assert cloud.slots == {"load_balancer": 1, "priority": 10101} and cloud.table == {"acme": 10101}


# -- no room ---------------------------------------------------------------------------------------


def full(cloud: Routed) -> None:
    cloud.keep(acme=(1, 101), **{f"t{n}": (1, 101 + n) for n in range(1, 90)})
    says(cloud, API)


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_a_path_for_which_there_is_no_room_is_refused(cloud: Routed, verb: str) -> None:
    full(cloud)
    with pytest.raises(
        RefusedError, match="load balancer 1 has no room for api: it has 90 rules, and takes 90"
    ) as refused:
        cloud.perform(verb, "acme")
    assert refused.value.exit_code == 77 and 'mode = "own"' in refused.value.hint
    assert cloud.table["acme"] == 101 and "acme/api" not in cloud.table


def test_what_the_hint_says_leads_to_a_load_balancer_with_room(cloud: Routed) -> None:
    full(cloud)
    says(cloud, API + 'load_balancer = { mode = "own" }\n')
    cloud.perform("apply", "acme")
    says(cloud, API)
    cloud.perform("apply", "acme")
    assert cloud.slots == slots(10101, api=101) | {"load_balancer": 2}


def test_in_a_fleet_only_the_tenant_without_room_fails(cloud: Routed) -> None:
    full(cloud)
    deployer = cloud.deployer()
    layers = [Layer(deployer.stack, t) for t in ("acme", "globex")]
    found = deployer.slot_allocator.make(list(deployer.resolver.prepare_all(VERBS["destroy"], layers, tokens())))  # type: ignore[arg-type]
    assert not any(isinstance(one, OrchestrateError) for one in found), "what goes needs no room"
    acme, globex = deployer.resolver.prepare_all(VERBS["apply"], layers, tokens())
    assert isinstance(acme, RefusedError) and not isinstance(globex, OrchestrateError)
    assert globex.values["allotment"].value == slots(10101) | {"load_balancer": 2}


# -- moves -----------------------------------------------------------------------------------------

TURNED = {"priority": 101, "moving": {"turned": 2101, "aside": {"instance": 3101, "ip": 4101}}}


def moves(cloud: Routed) -> list[Any]:
    return [{s: rule.get("moving", rule["priority"]) for s, rule in one["rules"].items()} for one in cloud.done]


def test_the_rules_of_wider_paths_make_way_until_the_move_has_ended(cloud: Routed) -> None:
    says(cloud, NARROWER)
    cloud.perform("apply", "acme")
    cloud.done.clear()
    cloud.leaves = 1
    cloud.perform("apply", "acme")
    assert moves(cloud) == [{"v2": TURNED["moving"], "api": 102}, {"v2": 101, "api": 4802}, {"v2": 101, "api": 102}]
    assert cloud.table == {"acme": 10101, "acme/v2": 101, "acme/api": 102}


def test_a_move_of_a_path_that_stopped_goes_on_with_the_wider_ones_aside(cloud: Routed) -> None:
    says(cloud, NARROWER)
    cloud.perform("apply", "acme")
    cloud.leaves, cloud.fails[ACME, "apply"] = 1, Outcome(1, ok=False, tail="Error: not steady")
    with pytest.raises(TerraformFailed):
        cloud.perform("apply", "acme")
    assert cloud.table["acme/v2"] == 2101, "its second slot"
    cloud.fails.clear()
    cloud.done.clear()
    cloud.perform("apply", "acme")
    assert moves(cloud) == [{"v2": 101, "api": 4802}, {"v2": 101, "api": 102}], "back, and each rule at its own number"
    assert cloud.table["acme/v2"] == 101


BOTH = """
  # module.load_balancer.aws_lb_listener_rule.shared["first"] will be destroyed
  # module.load_balancer.aws_lb_target_group.this["first"] will be destroyed
  # module.service["web"].aws_ecs_service.this["first"] will be destroyed
"""


@pytest.mark.parametrize(
    ("said", "services", "moving"),
    [
        (BOTH, NARROWER, [""]),
        (BOTH + LEAVES, NARROWER, ["", "rules.v2"]),
        (BOTH.replace("web", "service1"), NARROWER + "", [""]),
        (BOTH.replace('module.service["web"]', 'module.service["v2"]'), NARROWER, ["rules.v2"]),
        (BOTH.replace('["web"]', ""), API, [""]),
    ],
)
def test_which_of_the_services_moves(cloud: Routed, said: str, services: str, moving: list[str]) -> None:
    says(cloud, services)
    cloud.perform("apply", "acme")
    cloud.leaves, cloud.says = 1, said
    cloud.perform("plan", "acme")
    rules = {f"rules.{s}": rule for s, rule in cloud.slots["rules"].items()}
    assert [s for s, rule in {"": cloud.slots, **rules}.items() if rule.get("moving")] == moving


# -- a path that is new ---------------------------------------------------------------------------


@pytest.fixture
def joining(cloud: Routed) -> Routed:
    """Its root takes that a path is new; acme is there, without one."""
    file = cloud.disk.root / "src/app/tenant/variables.tf"
    file.write_text(
        file.read_text().replace(
            RULES, RULES.replace("priority = number,", "priority = number, joining = optional(bool),")
        )
    )
    cloud.perform("apply", "acme")
    cloud.done.clear()
    says(cloud, API)
    return cloud


JOINS = {"load_balancer": 1, "priority": 10101, "rules": {"api": {"priority": 101, "joining": True}}}


def test_a_new_path_leads_to_its_service_when_that_is_steady(joining: Routed) -> None:
    joining.perform("apply", "acme")
    assert joining.done == [JOINS, slots(10101, api=101)]
    joining.done.clear()
    joining.perform("apply", "acme")
    assert joining.done == [slots(10101, api=101)], "and from then on once"


def deploys(cloud: Routed, ran: list[int]) -> None:
    """acme has a new build, and a task after it, which notes how many applies were done."""
    cloud.disk.append(f"{APP}/stack.hcl", 'after_deploy = ["warm"]\n')
    cloud.outputs = {**cloud.outputs, "tenant": {"url": "u", "run_task": {"warm": {"taskDefinition": "warm:1"}}}}
    cloud.perform("apply", "acme", "-var", "service1-build=2", run_task=lambda *_: ran.append(len(cloud.done)))


def test_tasks_after_a_deploy_run_once_after_its_last_apply(joining: Routed) -> None:
    ran: list[int] = []
    deploys(joining, ran)
    assert (joining.done, ran) == ([JOINS, slots(10101, api=101)], [2])


def test_tasks_after_a_deploy_run_once_after_a_move(cloud: Routed) -> None:
    """Of three applies: with a second slot, without it, and with the rule of the wider path at its own number."""
    says(cloud, NARROWER)
    cloud.perform("apply", "acme")
    cloud.done.clear()
    cloud.leaves, ran = 1, list[int]()
    deploys(cloud, ran)
    assert (len(cloud.done), ran) == (3, [3])


def test_tasks_after_a_deploy_whose_last_apply_failed_run_with_the_next(joining: Routed) -> None:
    """The first apply has recorded the build."""
    ran: list[int] = []
    failed = Outcome(1, ok=False, tail="Error: no")
    joining.engine.behaviour = lambda run, step: (
        failed if joining.done and step.argv[1] == "apply" else joining.behave(run, step)
    )
    with pytest.raises(TerraformFailed):
        deploys(joining, ran)
    assert (joining.done, ran, joining.record("acme")["builds"]["service1-build"]) == ([JOINS], [], "2")
    joining.engine.behaviour = joining.behave
    for _ in range(2):
        joining.perform("apply", "acme", run_task=lambda *_: ran.append(len(joining.done)))
    assert (ran, len(joining.done)) == ([2], 3)


def smoke_tests(cloud: Routed, *arguments: str) -> list[str]:
    """An apply of acme: its smoke tests, and what it says when another apply follows."""
    begun = len(cloud.console.said)
    cloud.perform("apply", "acme", *arguments, smoke=Smoke(("/api/x",), served=False))
    said = [line.partition("/acme: ")[2] for line in cloud.console.said[begun:]]
    return [word for line in said for word in ("smoke", "once more") if word in line]


def test_a_new_path_is_asked_after_the_apply_that_leads_to_it(joining: Routed) -> None:
    assert smoke_tests(joining) == ["once more", "smoke"]


def test_a_move_is_asked_before_what_served_is_freed_and_at_its_end(cloud: Routed) -> None:
    says(cloud, NARROWER)
    cloud.perform("apply", "acme")
    cloud.leaves = 1
    assert smoke_tests(cloud, "-var", "service1-build=2") == ["smoke", "once more", "once more", "smoke"]


def test_where_the_service_does_not_become_steady_the_path_waits_for_the_next_apply(joining: Routed) -> None:
    joining.fails[ACME, "apply"] = Outcome(1, ok=False, tail="Error: not steady")
    with pytest.raises(TerraformFailed):
        joining.perform("apply", "acme")
    assert joining.slots == JOINS and not joining.done
    del joining.fails[ACME, "apply"]
    joining.perform("apply", "acme", "-target=x")
    assert joining.done == [JOINS], "a part of it says nothing of that service"
    joining.perform("apply", "acme")
    assert joining.done[1:] == [JOINS, slots(10101, api=101)]


def test_a_second_try_does_not_take_a_path_away_that_answers(joining: Routed) -> None:
    one = joining.deployer()
    layer = Layer(one.stack, "acme")
    (found,) = one.slot_allocator.make([one.resolver.prepare(VERBS["apply"], layer, tokens())])
    assert isinstance(found, PreparedLayer)
    one.carry_out(found)
    one.carry_out(found)
    assert joining.done == [JOINS, slots(10101, api=101), slots(10101, api=101)]


def test_a_tenant_that_is_new_has_all_its_paths_at_once(joining: Routed) -> None:
    says(joining, API, "globex")
    joining.perform("apply", "globex")
    assert joining.values[GLOBEX]["allotment"] == slots(10102, api=101)


def test_a_root_that_does_not_take_it_is_applied_once(cloud: Routed) -> None:
    cloud.perform("apply", "acme")
    cloud.done.clear()
    says(cloud, API)
    cloud.perform("apply", "acme")
    assert cloud.done == [slots(10101, api=101)]
