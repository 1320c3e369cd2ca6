"""A command on tenants that share load balancers: who gets which place, when it is written, and when one more is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, tokens
from cloud_fleet import Onlooker
from fakes import context
from project_on_disk import APP, REGION, Disk, filled

from wrapper.aws.identity import NOBODY, Identity
from wrapper.deploy import builds
from wrapper.deploy.lb_slots.assignment import assign
from wrapper.deploy.lb_slots.slots import Slot, SlotTable, render
from wrapper.deploy.prepared import LayerOverrides
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import ConfigError, NewerError, OrchestrateError, TerraformFailed
from wrapper.model.nouns import Outcome, ResolvedValue
from wrapper.model.stack import Layer
from wrapper.terraform.commands import VERBS

STACK, ACME, GLOBEX = (f"{REGION}/app-test{tenant}" for tenant in ("", "/acme", "/globex"))
BUILDS = {"acme": "90", "globex": "91"}
BOOK = f"{REGION}/app-test/allotments.json"
TENANT = """\
variable "load_balancer" {
  type    = object({ mode = optional(string, "own"), sticky_seconds = optional(number) })
  default = {}
}
variable "allotment" {
  type    = object({ load_balancer = number, priority = number })
  default = null
}
"""
OWN = (
    'variable "load_balancers" {\n  type    = number\n  default = 1\n}\noutput "shared_load_balancers" { value = {} }\n'
)


class SlotVariables(Cloud):
    """Its stack gives out as many load balancers as it was told to make."""

    made = 1

    def behave(self, run: Any, step: Any) -> Outcome:
        outcome = super().behave(run, step)
        if step.argv[1] == "apply" and not run.layer.tenant and outcome:
            self.made = int(self.values[STACK].get("load_balancers", 1))
            self.write(run.layer, gone="-destroy" in run.steps[-2].argv)
        return outcome

    def put(self, layer: Layer, text: str) -> None:
        if not layer.tenant:
            state = json.loads(text)
            numbers = {str(n): {"arn": f"lb-{n}"} for n in range(1, self.made + 1)}
            state["outputs"]["shared_load_balancers"] = {"value": numbers}
            text = json.dumps(state)
        super().put(layer, text)

    @property
    def table(self) -> dict[str, Any]:
        file = self.states / BOOK
        return dict(json.loads(file.read_text())) if file.is_file() else {}

    def fill(self, tenants: int) -> None:
        """So many others have a place already."""
        file = self.states / BOOK
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(render(assign(SlotTable(), {f"t{n}": {} for n in range(tenants)}, "then", "somebody")))

    def effective(self, tenant: str, *arguments: str, **changes: Any) -> dict[str, ResolvedValue]:
        one = self.deployer(**changes)
        return one.resolver.effective(Layer(one.stack, tenant), tokens(*arguments))


@pytest.fixture
def cloud(example: Disk) -> SlotVariables:
    _shared(example)
    return SlotVariables(example)


def _shared(example: Disk) -> None:
    example.append("src/app/tenant/variables.tf", TENANT)
    example.append("src/app/variables.tf", OWN)
    example.append(f"{APP}/variables.tfvars", 'load_balancer = { mode = "shared" }\n')


@pytest.fixture
def made(cloud: SlotVariables) -> SlotVariables:
    """The stack is there, with one load balancer; what made it is forgotten."""
    filled(cloud.disk, _made)
    return cloud


def _made(example: Disk) -> None:
    _shared(example)
    SlotVariables(example).perform("apply")


def place(load_balancer: int, priority: int) -> dict[str, int]:
    return Slot(load_balancer, priority).as_value()


# -- given, and written --------------------------------------------------------------------------


def test_an_apply_allots_before_terraform_starts(made: SlotVariables) -> None:
    made.fails[ACME, "plan"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        made.perform("apply", "acme")
    assert made.values[ACME]["allotment"] == place(1, 10101)
    written = {"at": "", "by": "me-here-1", "hosts": ["acme.test.example.com"]}
    assert made.table["tenants"]["acme"] | {"at": ""} == place(1, 10101) | written


def test_the_next_apply_finds_it_and_is_no_change(made: SlotVariables) -> None:
    made.perform("apply", "acme")
    before, inputs = made.table, made.record("acme")["inputs"]
    made.perform("apply", "globex")
    made.perform("apply", "acme")
    assert made.values[ACME]["allotment"] == place(1, 10101)
    assert made.table["tenants"]["acme"] == before["tenants"]["acme"]
    assert made.record("acme")["inputs"] == inputs


# -- one host name -------------------------------------------------------------------------------

GLOBEX_FILE, ALIAS = f"{APP}/tenants/globex.tfvars", 'aliases = ["ACME.test.example.com"]\n'
ALIASES = 'variable "aliases" {\n  type = set(string)\n  default = []\n}\n'


@pytest.fixture
def aliased(made: SlotVariables) -> SlotVariables:
    """acme stands there, and globex' file says acme's name too."""
    made.disk.append("src/app/tenant/variables.tf", ALIASES)
    made.perform("apply", "acme")
    made.disk.write(GLOBEX_FILE, ALIAS)
    return made


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_a_host_name_of_another_tenant_is_refused(aliased: SlotVariables, verb: str) -> None:
    before = aliased.table
    with pytest.raises(ConfigError) as caught:
        aliased.perform(verb, "globex")
    both = f"{GLOBEX}: acme.test.example.com is the host name of {ACME} too"
    assert caught.value.message.startswith(both) and caught.value.where == f"{GLOBEX_FILE}:1"
    assert 'takes_over = "acme"' in (caught.value.hint or "")
    assert aliased.table == before, "and it has no slot"
    aliased.perform("destroy", "globex")


def test_the_next_name_of_a_tenant_has_its_host_names_and_so_has_that_one(aliased: SlotVariables) -> None:
    aliased.disk.append(GLOBEX_FILE, 'takes_over = "acme"\n')
    aliased.perform("apply", "globex")
    found = aliased.table["tenants"]["globex"]
    assert (found["hosts"], found["takes_over"]) == (["acme.test.example.com", "globex.test.example.com"], "acme")
    assert "takes_over" not in aliased.values[GLOBEX]
    aliased.perform("apply", "acme")
    aliased.perform("destroy", "acme")
    aliased.disk.write(GLOBEX_FILE, ALIAS)
    aliased.perform("apply", "globex")
    assert "takes_over" not in aliased.table["tenants"]["globex"]


def test_a_name_that_a_tenant_has_left_is_free(aliased: SlotVariables) -> None:
    aliased.disk.write(f"{APP}/tenants/acme.tfvars", 'hostname = "www.test.example.com"\n')
    aliased.perform("apply", "acme")
    aliased.perform("apply", "globex")
    assert aliased.table["tenants"]["acme"]["hosts"] == ["www.test.example.com"]


def test_where_an_older_tool_has_written_the_names_are_not_known_until_the_next_apply(aliased: SlotVariables) -> None:
    table = aliased.table
    del table["tenants"]["acme"]["hosts"]
    (aliased.states / BOOK).write_text(json.dumps(table))
    aliased.perform("apply", "globex")
    with pytest.raises(ConfigError, match="is the host name of"):
        aliased.perform("apply", "acme")


def test_a_wrong_word_is_refused(aliased: SlotVariables) -> None:
    aliased.disk.append(GLOBEX_FILE, "takes_over = [1]\n")
    with pytest.raises(ConfigError, match="takes_over: give the name of a tenant") as caught:
        aliased.perform("apply", "globex")
    assert caught.value.where == f"{GLOBEX_FILE}:2"


@pytest.mark.parametrize("verb", ["plan", "refresh", "console", "import"])
def test_looking_writes_nothing(made: SlotVariables, verb: str) -> None:
    made.fill(3)
    before = made.table
    made.perform(verb, "acme", *(("a", "b") if verb == "import" else ()))
    assert made.values[ACME]["allotment"] == place(1, 10104)
    assert made.table == before


def test_a_plan_that_is_kept_allots(made: SlotVariables) -> None:
    made.perform("plan", "acme", "-out=my.plan")
    assert list(made.table["tenants"]) == ["acme"]


def test_on_paper_nothing_is_written(made: SlotVariables) -> None:
    made.engine.behaviour = lambda run, step: Outcome(0, ok=True, skipped=True)
    for verb in ("apply", "destroy"):
        made.perform(verb, "acme", dry=True)
    assert made.table == {}


def test_a_mistake_is_no_allotment(made: SlotVariables) -> None:
    with pytest.raises(ConfigError):
        made.perform("apply", "acme", "-var", "memory=big")
    made.disk.write(f"{APP}/tenant.tfvars.j2", "")
    with pytest.raises(ConfigError, match="needs a value for hostname"):
        made.perform("apply", "acme")
    assert made.table == {}


@pytest.mark.parametrize(
    ("text", "arguments"),
    [('load_balancer = { mode = "own" }\n', ()), ("", ("-var", 'load_balancer={mode="own"}'))],
)
def test_a_tenant_of_its_own_has_no_place(made: SlotVariables, text: str, arguments: tuple[str, ...]) -> None:
    made.disk.append(f"{APP}/tenants/acme.tfvars", text)
    made.perform("apply", "acme", *arguments)
    assert "allotment" not in made.values[ACME]
    assert made.table == {}


def test_a_tenants_small_step_keeps_its_share_of_the_load_balancer(made: SlotVariables) -> None:
    """It threw the stack's mode away, and made a public load balancer of the tenant's own."""
    made.disk.append(f"{APP}/tenants/acme.tfvars", "load_balancer = { sticky_seconds = 3600 }\n")
    made.perform("apply", "acme")
    assert made.values[ACME]["load_balancer"] == {"mode": "shared", "sticky_seconds": 3600}
    assert made.values[ACME]["allotment"] == place(1, 10101)


def test_a_tenant_that_leaves_gives_its_place_back(made: SlotVariables) -> None:
    made.perform("apply", "acme")
    made.disk.append(f"{APP}/tenants/acme.tfvars", 'load_balancer = { mode = "own" }\n')
    made.perform("apply", "acme")
    assert (made.table["tenants"], [f["tenant"] for f in made.table["freed"]]) == ({}, ["acme"])


def test_a_default_of_the_root_counts(made: SlotVariables) -> None:
    text = (made.disk.root / "src/app/tenant/variables.tf").read_text()
    made.disk.write("src/app/tenant/variables.tf", text.replace("default = {}", 'default = { mode = "shared" }'))
    made.disk.write(f"{APP}/variables.tfvars", 'size = 2\ndomain = "test.example.com"\n')
    made.perform("apply", "acme")
    assert list(made.table["tenants"]) == ["acme"]


def test_a_root_that_takes_none_gets_none(example: Disk) -> None:
    cloud = SlotVariables(example)
    cloud.perform("apply", "acme")
    assert "allotment" not in cloud.values[ACME]
    cloud.perform("destroy", "acme")
    assert cloud.table == {}


# -- given back ----------------------------------------------------------------------------------


def test_a_destroy_gives_the_place_back_and_leaves_the_others(made: SlotVariables) -> None:
    made.perform("apply", "acme")
    made.perform("apply", "globex")
    made.perform("destroy", "acme")
    assert list(made.table["tenants"]) == ["globex"]
    [stone] = made.table["freed"]
    assert {n: stone[n] for n in ("load_balancer", "priority", "tenant")} == place(1, 10101) | {"tenant": "acme"}
    made.perform("apply", "acme")
    assert made.values[ACME]["allotment"] == place(1, 10103)


def test_half_a_destroy_and_a_failed_one_give_nothing_back(made: SlotVariables) -> None:
    made.perform("apply", "acme")
    made.perform("destroy", "acme", "-target=x")
    made.fails[ACME, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(TerraformFailed):
        made.perform("destroy", "acme")
    assert list(made.table["tenants"]) == ["acme"]


def test_a_stack_that_is_gone_leaves_nothing(made: SlotVariables) -> None:
    made.perform("apply", "acme")
    Fleet(made.deployer(), Onlooker(), FleetPolicy(jobs=1)).perform(VERBS["destroy"], tokens(), TenantFilter())
    assert made.table == {}


# -- shown ---------------------------------------------------------------------------------------


def test_vars_says_where_it_comes_from(made: SlotVariables) -> None:
    origin = f"allotments.json of {STACK}"
    assert made.effective("acme", dry=True)["allotment"] == ResolvedValue(
        place(1, 10101), f"{origin} (the next free one)"
    )
    made.perform("apply", "acme")
    assert made.effective("acme", dry=True)["allotment"] == ResolvedValue(place(1, 10101), origin)
    nobody = made.effective("acme", dry=True, identity=Identity(method=NOBODY))
    assert nobody["allotment"] == ResolvedValue(None, f"{origin} (not known here)")
    made.fill(200)
    assert made.effective("", dry=True)["load_balancers"] == ResolvedValue(3, origin)


@pytest.mark.parametrize(
    ("path", "text", "arguments", "message", "where"),
    [
        (f"{APP}/tenants/acme.tfvars", "allotment = {}\n", (), "a tenant may not set 'allotment'", "acme.tfvars:3"),
        (
            f"{APP}/variables.tfvars",
            "allotment = { load_balancer = 1, priority = 2 }\n",
            (),
            "allotment is not set by hand",
            "variables.tfvars:4",
        ),
        ("x", "", ("-var", "allotment={load_balancer=1,priority=2}"), "allotment is not set by hand", "-var allotment"),
        (
            "my.tfvars",
            "allotment = { load_balancer = 1, priority = 2 }\n",
            ("-var-file=my.tfvars",),
            "allotment is not set by hand",
            "my.tfvars:1",
        ),
    ],
)
def test_nobody_sets_it_by_hand(
    made: SlotVariables, path: str, text: str, arguments: tuple[str, ...], message: str, where: str
) -> None:
    made.disk.append(path, text) if (made.disk.root / path).exists() else made.disk.write(path, text)
    with pytest.raises(ConfigError) as error:
        made.perform("apply", "acme", *arguments)
    assert (error.value.message, error.value.where.endswith(where)) == (message, True)
    assert made.engine.steps == [] and made.table == {}


# -- growth --------------------------------------------------------------------------------------


def test_a_full_load_balancer_is_followed_by_the_next(made: SlotVariables) -> None:
    made.fill(90)
    made.perform("apply", "acme")
    assert made.values[ACME]["allotment"] == place(2, 10101)
    assert made.values[STACK]["load_balancers"] == 2
    assert [label for label, verb in made.engine.done if verb == "apply"] == [STACK, ACME]
    assert made.console.besides_builds == [
        f"{STACK}: load balancer 2 does not exist yet; applying the stack layer first"
    ]
    made.engine.steps.clear()
    made.perform("apply", "globex")
    assert {label for label, _ in made.engine.done} == {f"{STACK}/globex"}


def test_growth_repeats_what_was_typed_for_the_stack(cloud: SlotVariables) -> None:
    cloud.perform("apply", "", "-var", "size=7", "-var", "load_balancers=1")
    cloud.fill(90)
    cloud.perform("apply", "acme", "-parallelism=3", "-lock-timeout=5s")
    plan = next(argv for label, argv in cloud.engine.steps[3:] if label == STACK and argv[1] == "plan")
    assert plan[-1] == "-parallelism=3"
    assert (cloud.values[STACK]["size"], cloud.values[STACK]["load_balancers"]) == ("7", 2)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        (f"{APP}/variables.tfvars", 'size = 3\ndomain = "d"\nload_balancer = { mode = "shared" }\n', "variable size"),
        ("modules/service/main.tf", "", "modules"),
    ],
)
def test_a_stack_that_changed_otherwise_is_not_applied(made: SlotVariables, path: str, text: str, words: str) -> None:
    made.fill(90)
    made.disk.write(path, text)
    with pytest.raises(
        ConfigError, match=f"load balancer 2 is needed, and the tool does not apply {STACK} .*{words}"
    ) as error:
        made.perform("apply", "acme")
    assert error.value.exit_code == 65
    assert error.value.hint.endswith(f"./orchestrate apply app-test {REGION}")
    assert made.engine.steps == []
    # What the hint says helps.
    made.perform("apply")
    made.perform("apply", "acme")
    assert made.values[ACME]["allotment"] == place(2, 10101)


def test_a_stack_whose_last_apply_is_not_known_is_not_applied(made: SlotVariables) -> None:
    made.fill(90)
    Path(made.states, REGION, "app-test/orchestrate.json").unlink()
    with pytest.raises(ConfigError, match="what its last apply was given is not recorded"):
        made.perform("apply", "acme")


def test_a_root_that_counts_none_cannot_grow(made: SlotVariables) -> None:
    made.disk.write("src/app/variables.tf", (made.disk.root / "src/app/variables.tf").read_text().replace(OWN, ""))
    made.disk.append("src/app/outputs.tf", 'output "shared_load_balancers" { value = {} }\n')
    made.perform("apply")
    made.fill(90)
    with pytest.raises(ConfigError, match="declares no variable load_balancers"):
        made.perform("apply", "acme")


def test_a_plan_of_what_has_no_load_balancer_yet_says_so(made: SlotVariables) -> None:
    made.fill(90)
    for arguments in ((), ("-out=my.plan",)):
        with pytest.raises(ConfigError, match=f"load balancer 2 of {STACK} does not exist yet") as error:
            made.perform("plan", "acme", *arguments)
    assert "load_balancers = 2" in error.value.hint
    assert made.engine.steps == []


def test_values_may_say_more_than_is_needed(made: SlotVariables) -> None:
    made.fill(100)
    made.disk.append(f"{APP}/variables.tfvars", "load_balancers = 5\n")
    made.perform("apply")
    assert made.values[STACK]["load_balancers"] == 5
    made.disk.write("less.tfvars", "load_balancers = 1\n")
    for arguments in (("-var", "load_balancers=1"), ("-var-file=less.tfvars",)):
        with pytest.raises(ConfigError, match="is too few: tenants have slots up to load balancer 2"):
            made.perform("apply", "", *arguments)


def test_a_busy_stack_is_waited_for(made: SlotVariables) -> None:
    """Somebody else is applying it, and it has the load balancer when it is free again."""
    made.fill(90)
    busy = [Outcome(1, ok=False, stderr="Error: Error acquiring the state lock\n\n  ID: 1\n  Who: you@there\n")]

    def behave(run: Any, step: Any) -> Outcome:
        if not run.layer.tenant and step.argv[1] == "plan" and busy:
            made.made = 2
            made.write(run.layer)
            return busy.pop()
        return made.behave(run, step)

    made.engine.behaviour = behave
    one = made.deployer()
    waited: list[float] = []
    one.slot_allocator.pause = waited.append
    one.perform(VERBS["apply"], Layer(one.stack, "acme"), tokens())
    assert waited == [10.0]
    assert made.values[ACME]["allotment"] == place(2, 10101)
    assert "waiting for it" in made.console.text()


def test_a_stack_that_stays_without_is_named(made: SlotVariables) -> None:
    made.fill(90)
    made.behave = lambda run, step: Cloud.behave(made, run, step)  # type: ignore[method-assign]
    made.engine.behaviour = made.behave
    with pytest.raises(ConfigError, match="was applied, but its outputs have no load balancer 2"):
        made.perform("apply", "acme")


# -- many at once --------------------------------------------------------------------------------


def test_a_fleet_is_allotted_in_one_write_and_grows_once(made: SlotVariables) -> None:
    for number in range(190):
        made.disk.write(f"{APP}/tenants/n{number:03}.tfvars", "")
    answers = Fleet(made.deployer(), Onlooker(), FleetPolicy(jobs=4)).perform(
        VERBS["apply"], tokens("-auto-approve"), TenantFilter()
    )
    assert [a for a in answers if not a.ok] == []
    assert made.values[STACK]["load_balancers"] == 3
    assert sum(label == STACK for label, verb in made.engine.done if verb == "apply") == 1
    given = {label: tuple(v["allotment"].values()) for label, v in made.values.items() if label != STACK}
    assert len(given) == len(set(given.values())) == 192
    assert len({entry["at"] for entry in made.table["tenants"].values()}) == 1


def test_what_each_was_given_alone_is_still_its_own_after_the_growth(made: SlotVariables) -> None:
    made.fill(90)
    own = {
        t: LayerOverrides(tuple(builds.tokens({"service1-build": n})), {"service1-build": n}) for t, n in BUILDS.items()
    }
    many = Fleet(made.deployer(), Onlooker(), FleetPolicy(jobs=1), overrides=own)
    answers = many.perform(VERBS["apply"], tokens("-auto-approve"), TenantFilter(stack_layer=False))
    assert [(a.tenant, a.result) for a in answers] == [("acme", "succeeded"), ("globex", "succeeded")]
    assert {t: made.record(t)["builds"]["service1-build"] for t in BUILDS} == BUILDS


def test_in_a_fleet_those_that_have_a_place_go_on(made: SlotVariables) -> None:
    made.perform("apply", "acme")
    made.fill(0)
    file = made.states / BOOK
    file.write_bytes(
        render(assign(SlotTable(), {n: {} for n in ["acme", *(f"t{n}" for n in range(89))]}, "then", "somebody"))
    )
    made.disk.write("modules/service/main.tf", "")
    one = made.deployer()
    found = [one.resolver.prepare(VERBS["apply"], Layer(one.stack, t), []) for t in ("acme", "globex")]
    placed, error = one.slot_allocator.make(found)
    assert not isinstance(placed, OrchestrateError) and placed.values["allotment"].value == place(1, 10101)
    assert isinstance(error, ConfigError) and "modules" in error.message


def test_a_register_that_cannot_be_written_stops_only_those_who_need_it(made: SlotVariables) -> None:
    made.disk.append(f"{APP}/tenants/globex.tfvars", 'load_balancer = { mode = "own" }\n')
    one = made.deployer()
    found = [one.resolver.prepare(VERBS["apply"], Layer(one.stack, t), []) for t in ("acme", "globex")]
    (made.states / BOOK).write_text("")
    one.resolver.slot_variables.reload()
    error, other = one.slot_allocator.make(found)
    assert isinstance(error, ConfigError) and "damaged" in error.message
    assert not isinstance(other, OrchestrateError)


def test_a_damaged_register_can_be_written_anew_from_what_is_there(made: SlotVariables) -> None:
    """docs/state.md says how: what only looks into a state goes on, and moments and names are no part of a place."""
    made.perform("apply", "acme")
    whole = made.table
    (made.states / BOOK).write_text("{")
    for verb, layer, words in (("state", "acme", ("list",)), ("output", "acme", ()), ("output", "", ())):
        made.perform(verb, layer, *words)
    for verb, layer in (("plan", "acme"), ("apply", "acme"), ("destroy", "acme"), ("apply", "")):
        with pytest.raises(ConfigError, match="the slot table is damaged") as error:
            made.perform(verb, layer)
        assert "Damaged `allotments.json`" in error.value.hint
    places = {name: place(e["load_balancer"], e["priority"]) for name, e in whole["tenants"].items()}
    (made.states / BOOK).write_text(json.dumps({"version": 1, "tenants": places, "freed": []}))
    made.perform("apply", "acme")
    assert made.values[ACME]["allotment"] == place(1, 10101)


def test_who_was_overtaken_gets_what_is_written(made: SlotVariables) -> None:
    """Between our look and our write somebody else took the slot: what Terraform gets is what stands in the book."""
    one = made.deployer()
    prepared = one.resolver.prepare(VERBS["apply"], Layer(one.stack, "acme"), [])
    assert prepared.values["allotment"].value == place(1, 10101)
    made.deployer(context=context(home=made.disk.root / ".orchestrate", author="you")).perform(
        VERBS["apply"], Layer(one.stack, "globex"), tokens()
    )
    [placed] = one.slot_allocator.make([prepared])
    assert not isinstance(placed, OrchestrateError)
    assert placed.values["allotment"] == ResolvedValue(place(1, 10102), f"allotments.json of {STACK}")
    assert placed.inputs["variables"]["allotment"] != prepared.inputs["variables"]["allotment"]
    assert placed.inputs == one.resolver.prepare(VERBS["apply"], Layer(one.stack, "acme"), []).inputs


@pytest.mark.parametrize(("verb", "tenant"), [("destroy", "acme"), ("destroy", ""), ("apply", "globex")])
def test_a_register_of_a_newer_orchestrate_is_met_before_anything_is_done(
    made: SlotVariables, verb: str, tenant: str
) -> None:
    made.perform("apply", "acme")
    made.disk.append(f"{APP}/tenants/globex.tfvars", 'load_balancer = { mode = "own" }\n')
    file = made.states / BOOK
    file.write_text(json.dumps({**made.table, "version": 99}))
    text = file.read_bytes()
    made.engine.steps.clear()
    with pytest.raises(NewerError, match="a slot table of version 99"):
        made.perform(verb, tenant)
    assert (made.engine.steps, file.read_bytes()) == ([], text)
