"""A stack that says no rule of merging: nothing that has a state moves before a person chooses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud
from cloud_fleet import Many
from fakes import context, stack
from project_on_disk import APP, REGION, Disk, filled
from said import Said

from wrapper.aws.identity import NOBODY, Identity
from wrapper.cli.installation import SELF
from wrapper.deploy.merge_choice import MergeChoice, UndecidedError, rule_of
from wrapper.deploy.prepared import LayerOverrides
from wrapper.engines.image import inputs
from wrapper.fleet.change_detection import ChangeDetector, TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import UnavailableError
from wrapper.model.fingerprint import digest
from wrapper.model.stack import Layer
from wrapper.state.store import LocalStore, Store
from wrapper.terraform.commands import APPLY, DRIFT, Token

Run = Callable[..., Said]
LABEL = f"{REGION}/app-test"
ACME = f"{APP}/tenants/acme.tfvars"
READ = 'ports.web.path is "/" merged and not set replaced'
CHOOSE = f'write merge = "deep" or merge = "replace" in {APP}/stack.hcl'
DIFF = f"./orchestrate vars app-test {REGION} --merge-diff"
MERGED, REPLACED = {"web": {"port": 8080, "path": "/"}}, {"web": {"port": 8080}}


def say(disk: Disk, merge: str) -> None:
    disk.write(f"{APP}/stack.hcl", 'source = "app"\n' + (f'merge = "{merge}"\n' if merge else ""))


def given() -> Any:
    return {"image": inputs.tag(SELF), "versions": inputs.versions(SELF)}


@pytest.fixture
def maps(example: Disk) -> Disk:
    """acme and globex as the version before made them; the files of acme mean two things now; newco is new."""
    return filled(example, _maps)


def _maps(example: Disk) -> None:
    example.append(f"{APP}/variables.tfvars", 'ports = { web = { port = 80, path = "/" } }\n')
    example.append(ACME, "ports = { web = { port = 8080 } }\n")
    say(example, "replace")
    cloud = Cloud(example)
    here = context(home=example.root / ".orchestrate", directory=example.root, **given())
    for tenant in ("", "acme", "globex"):
        cloud.perform("apply", tenant, context=here)
    say(example, "")


@pytest.fixture
def newco(maps: Disk) -> Disk:
    maps.write(f"{APP}/tenants/newco.tfvars", "ports = { web = { port = 8080 } }\n")
    return maps


# -- one layer --------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["apply", "plan", "import", "refresh"])
def test_what_would_apply_a_layer_that_has_a_state_stops(maps: Disk, verb: str) -> None:
    cloud = Cloud(maps)
    before = {key: (cloud.states / REGION / key).read_bytes() for key in cloud.keys}
    with pytest.raises(UndecidedError) as error:
        cloud.perform(verb, "acme", *(["a.b", "i"] if verb == "import" else []))
    assert str(error.value) == f"{ACME}:3: {LABEL}/acme: {READ}"
    assert (error.value.exit_code, error.value.hint) == (65, f"{CHOOSE}; to see all: {DIFF}")
    assert not cloud.engine.steps
    assert {key: (cloud.states / REGION / key).read_bytes() for key in cloud.keys} == before


@pytest.mark.parametrize(("merge", "ports"), [("deep", MERGED), ("replace", REPLACED)])
def test_it_goes_on_once_the_stack_says_a_rule(maps: Disk, merge: str, ports: dict[str, Any]) -> None:
    say(maps, merge)
    cloud = Cloud(maps)
    cloud.perform("apply", "acme")
    assert cloud.values[f"{LABEL}/acme"]["ports"] == ports
    assert not any("merge" in word for word in cloud.console.said)


def test_what_is_read_alike_goes_on(maps: Disk) -> None:
    Cloud(maps).perform("apply", "globex")


def test_a_var_replaces_the_whole_map_so_nothing_differs(maps: Disk) -> None:
    for merge in ("", "deep"):
        say(maps, merge)
        cloud = Cloud(maps)
        cloud.perform("apply", "acme", "-var", "ports={x={port=1}}")
        assert cloud.values[f"{LABEL}/acme"]["ports"] == {"x": {"port": 1}}
    maps.write("more.tfvars", "ports = { y = { port = 2, path = null } }\n")
    cloud.perform("apply", "acme", "-var-file=more.tfvars")
    assert cloud.values[f"{LABEL}/acme"]["ports"] == {"y": {"port": 2, "path": None}}


@pytest.mark.parametrize("merge", ["deep", "replace", ""])
def test_only_the_keys_of_builds_are_merged_by_every_rule(maps: Disk, merge: str) -> None:
    maps.append("src/app/tenant/variables.tf", 'variable "builds" {\n  type    = map(string)\n  default = {}\n}\n')
    maps.append(f"{APP}/variables.tfvars", 'builds = { api = "1", web = "1", worker = "1" }\n')
    maps.append(f"{APP}/tenants/globex.tfvars", 'builds = { web = "2" }\n')
    say(maps, merge)
    cloud = Cloud(maps)
    cloud.perform("apply", "globex", "-var", 'builds={ worker = "3" }')
    assert cloud.values[f"{LABEL}/globex"]["builds"] == {"api": "1", "web": "2", "worker": "3"}


@pytest.mark.parametrize(("has_state", "rule"), [(False, "deep"), (True, "replace"), (None, "replace")])
def test_what_may_have_a_state_keeps_the_older_rule(has_state: bool | None, rule: str) -> None:
    assert rule_of(has_state) == rule


def test_a_layer_without_a_state_is_read_by_the_newer_rule(newco: Disk) -> None:
    cloud = Cloud(newco)
    cloud.perform("apply", "newco")
    assert cloud.values[f"{LABEL}/newco"]["ports"] == MERGED
    word = f"{LABEL}/newco: {READ}; it has no state: merged; {CHOOSE}; to see all: {DIFF}"
    assert word in cloud.console.said


def test_the_stack_layer_is_asked_about_too(maps: Disk) -> None:
    maps.append("config/common.tfvars", 'labels = { a = "1" }\n')
    maps.append(f"{APP}/variables.tfvars", 'labels = { b = "2" }\n')
    cloud = Cloud(maps)
    with pytest.raises(UndecidedError, match=r'labels\.a is "1" merged and not set replaced'):
        cloud.perform("apply", "")
    cloud.perform("apply", "globex")
    assert any("the stack layer" in w or "left alone" in w for w in cloud.console.said)


def test_a_destroy_goes_on_as_it_was_made(maps: Disk) -> None:
    cloud = Cloud(maps)
    cloud.perform("destroy", "acme")
    assert cloud.values[f"{LABEL}/acme"]["ports"] == REPLACED
    assert "app-test/tenants/acme/terraform.tfstate" not in cloud.keys


# -- many -------------------------------------------------------------------------------------------


def test_a_fleet_stops_for_those_alone_that_would_move(newco: Disk) -> None:
    newco.append(f"{APP}/tenants/globex.tfvars", "memory = 512\n")
    many = Many(newco)
    many.run("apply", tenant_filter=TenantFilter(stack_layer=False))
    codes = {name: result.exit_code for name, result in many.results.items()}
    assert codes == {"acme": 65, "globex": 0, "newco": 0}
    assert many.applied == ["/globex", "/newco"]


def test_a_fleet_starts_nothing_where_the_stack_layer_would_move(maps: Disk) -> None:
    maps.append("config/common.tfvars", 'labels = { a = "1" }\n')
    maps.append(f"{APP}/variables.tfvars", 'labels = { b = "2" }\n')
    many = Many(maps)
    with pytest.raises(UndecidedError, match=r"labels\.a"):
        many.run("apply")
    assert many.applied == []


def test_a_fleets_drift_and_destroy_go_on(maps: Disk) -> None:
    many = Many(maps)
    many.progress.results.clear()
    fleet = Fleet(many.cloud.deployer(), many.progress, FleetPolicy(jobs=1), many.noted.append)
    assert {r.exit_code for r in fleet.perform(DRIFT, [], TenantFilter())} <= {0, 2}
    assert many.cloud.values[f"{LABEL}/acme"]["ports"] == REPLACED
    assert {code for _, _, code in many.run("destroy")} == {0}
    assert not any(key.endswith("terraform.tfstate") for key in many.cloud.keys)


class Counting(LocalStore):
    """A store that counts what it is asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[str] = []

    def listing(self, prefix: str) -> dict[str, str]:
        self.asked.append(f"list {prefix}")
        return super().listing(prefix)

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        self.asked.append(f"read {key}")
        return super().read_tagged(key)


def asked(disk: Disk, tenants: int, merge: str) -> list[str]:
    """What the bucket is asked when the tenants are compared with their last applies."""
    say(disk, merge)
    for number in range(tenants):
        name = f"t{number}"
        disk.write(f"{APP}/tenants/{name}.tfvars", f"ports = {{ web = {{ port = {number} }} }}\n")
        disk.write(f".orchestrate/states/{LABEL}/tenants/{name}/terraform.tfstate", '{"version": 4, "resources": [1]}')
    cloud = Cloud(disk)
    deployer = cloud.deployer()
    store = deployer.__dict__["store"] = Counting(cloud.states)
    detector = ChangeDetector(deployer)
    found = detector.read_index()
    names = [f"t{number}" for number in range(tenants)]
    diffs = list(detector.detect(APPLY, names, [], found))
    wrong = [diff for diff in diffs if isinstance(diff.error, UndecidedError)]
    assert len(wrong) == (0 if merge else tenants)
    return store.asked


def test_which_layers_have_a_state_is_asked_once_whatever_their_number(maps: Disk) -> None:
    few, many = asked(maps, 2, ""), asked(maps, 30, "")
    assert [a for a in many if a.startswith("list")] == [a for a in few if a.startswith("list")] == [f"list {LABEL}/"]
    assert len(asked(maps, 30, "replace")) >= len(many), "and no more than a stack that says its rule"


# -- all that asks for values -----------------------------------------------------------------------


@pytest.mark.parametrize(("merge", "ports"), [("deep", MERGED), ("replace", REPLACED)])
def test_all_that_asks_for_values_gets_the_same(maps: Disk, run_cli: Run, merge: str, ports: dict[str, Any]) -> None:
    """What an apply gives to Terraform is what its fingerprint, its plan, its builds' promotion and each list go by."""
    say(maps, merge)
    cloud = Cloud(maps)
    here = context(home=maps.root / ".orchestrate", directory=maps.root, **given())
    cloud.perform("apply", "acme", context=here)
    assert cloud.values[f"{LABEL}/acme"]["ports"] == ports
    assert cloud.record("acme")["inputs"]["variables"]["ports"] == digest(ports)
    for verb in ("plan", "refresh", "import"):
        cloud.perform(verb, "acme", *(["a.b", "i"] if verb == "import" else []), context=here)
        assert cloud.values[f"{LABEL}/acme"]["ports"] == ports
    promoted = {"acme": LayerOverrides((Token("var", "service1-build=7", ("-var", "service1-build=7")),))}
    deployer = cloud.deployer(context=here)
    deployer.perform(APPLY, deployer.project.layer(deployer.stack, "acme"), [], promoted)
    assert (cloud.values[f"{LABEL}/acme"]["ports"], cloud.record("acme")["builds"]) == (ports, {"service1-build": "7"})
    assert json.loads(run_cli("affected", "app-test", "--json").out) == []
    assert json.loads(run_cli("shards", "app-test", "-n", "1", "--format", "json").out) == []
    status = {row["tenant"]: row["status"] for row in json.loads(run_cli("tenants", "app-test", "--json").out)}
    assert status == {"acme": ["deployed"], "globex": ["deployed"]}
    assert json.loads(run_cli("vars", "app-test", "--tenant", "acme", "--json").out)["ports"]["value"] == ports
    fleet = Many(maps)
    fleet.run("plan", context=here)
    assert {result.result for result in fleet.results.values()} == {"unchanged"}


# -- on the command line ----------------------------------------------------------------------------


def test_affected_tenants_and_shards_go_on(newco: Disk, run_cli: Run) -> None:
    affected = run_cli("affected", "app-test", "--json")
    rows = {row["tenant"]: row for row in json.loads(affected.out)}
    assert (affected.code, sorted(rows)) == (0, ["acme", "newco"])
    assert rows["acme"]["why"] == "its stack says no rule of merging" and READ in rows["acme"]["error"]
    tenants = run_cli("tenants", "app-test", "--json")
    status = {row["tenant"]: row["status"] for row in json.loads(tenants.out)}
    assert (tenants.code, status["acme"], status["globex"]) == (0, ["wrong"], ["deployed"])
    shards = run_cli("shards", "app-test", "-n", "1", "--format", "json")
    assert (shards.code, json.loads(shards.out)[0]["tenants"]) == (0, ["acme", "newco"])


def test_affected_since_compares_files_with_files(maps: Disk, run_cli: Run) -> None:
    for words in ("init -q", "add -A", "-c user.name=n -c user.email=e commit -qm x"):
        subprocess.run(["git", *words.split()], cwd=maps.root, check=True, capture_output=True)
    assert json.loads(run_cli("affected", "app-test", "--since", "HEAD", "--json").out) == []
    say(maps, "deep")
    found = json.loads(run_cli("affected", "app-test", "--since", "HEAD", "--json").out)
    assert [(row["tenant"], row["why"]) for row in found] == [("acme", "variable ports")]
    say(maps, "replace")
    assert json.loads(run_cli("affected", "app-test", "--since", "HEAD", "--json").out) == []


def test_affected_names_a_stack_layer_that_means_two_things(maps: Disk, run_cli: Run) -> None:
    maps.append("config/common.tfvars", 'labels = { a = "1" }\n')
    maps.append(f"{APP}/variables.tfvars", 'labels = { b = "2" }\n')
    said = run_cli("affected", "app-test", "--json")
    assert said.code == 0
    assert "the stack layer changed too" in said.err and 'labels.a is "1" merged and not set replaced' in said.err


def test_vars_shows_what_runs_and_says_that_it_is_not_decided(newco: Disk, run_cli: Run) -> None:
    acme = run_cli("vars", "app-test", "-var", "tenant=acme", "--json")
    assert (acme.code, json.loads(acme.out)["ports"]["value"]) == (0, REPLACED)
    assert f"{LABEL}/acme: {READ}; it has a state: replaced, as until now; {CHOOSE}" in acme.err
    new = run_cli("vars", "app-test", "-var", "tenant=newco", "--json")
    assert (json.loads(new.out)["ports"]["value"], "it has no state: merged" in new.err) == (MERGED, True)


def test_a_bucket_that_does_not_answer_is_asked_once_in_a_dry_run() -> None:
    asked = []

    def store() -> Store:
        asked.append(1)
        raise UnavailableError("no answer")

    choice = MergeChoice(stack(), store, print, dry=True)
    assert [choice.has_state(Layer(stack(), name)) for name in ("acme", "globex")] == [None, None]
    assert len(asked) == 1
    with pytest.raises(UnavailableError):
        MergeChoice(stack(), store, print).has_state(Layer(stack(), "acme"))


def test_a_dry_run_that_cannot_ask_says_so_and_goes_on(maps: Disk) -> None:
    cloud = Cloud(maps)
    cloud.perform("plan", "acme", dry=True, identity=Identity(method=NOBODY))
    assert cloud.values == {} or cloud.values[f"{LABEL}/acme"]["ports"] == REPLACED
    assert any("whether it has a state is not known here: replaced, as until now" in w for w in cloud.console.said)
