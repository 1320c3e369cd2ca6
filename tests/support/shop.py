"""Situations in which the tool suggests a command: a stack, what is typed at it, and what the tool then says."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, OnFakes
from fakes import run_of
from project_on_disk import REGION
from said import Said

from wrapper.cli.main import _run, completed_for
from wrapper.deploy.recorder import rollback_command
from wrapper.engines.container import Container
from wrapper.engines.docker import DockerSession
from wrapper.engines.run_directory import RunDirectory
from wrapper.fleet import journal
from wrapper.model.errors import NewerError
from wrapper.model.nouns import Outcome, Run
from wrapper.model.stack import Layer
from wrapper.reaper import rules
from wrapper.run import unsaved
from wrapper.state import layer_state
from wrapper.terraform.suggested import suggest

ID = "6f3f1a9a-4f3d-27b4-8a3e-9b9fd2a3c111"
LOCKED = (
    f"Error: Error acquiring the state lock\n\nError message: 412\nLock Info:\n  ID:        {ID}\n  Who:       u@h\n"
)
NOT_RELEASED = "Error: Error releasing the state lock\n\nno\n"
SHARED = """\
variable "load_balancer" {
  type    = object({ mode = optional(string, "own") })
  default = {}
}
variable "allotment" {
  type    = object({ load_balancer = number, priority = number })
  default = null
}
"""


@dataclass
class Shop:
    """A stack and what is typed at it, to the command line and on an engine of ours."""

    cloud: Cloud
    name: str
    capfd: pytest.CaptureFixture[str]
    environ: dict[str, str]

    def type(self, line: str) -> Said:
        argv = tuple(shlex.split(line)[1:])
        self.capfd.readouterr()
        environ = {"ORCHESTRATE_LOCK_TIMEOUT": "0", **self.environ}
        session = OnFakes(environ=environ, argv=argv, completed=completed_for([*argv]), fake=self.cloud.engine)
        return Said(_run(list(argv), session), *self.capfd.readouterr())

    def say(self, command: str, *words: str, tenant: str = "") -> Said:
        return self.type(suggest(command, self.layer(tenant), *words))

    def layer(self, tenant: str = "") -> Layer:
        return Layer(self.cloud.deployer().stack, tenant)

    def apply(self, *words: str, tenant: str = "") -> None:
        said = self.say("apply", *words, tenant=tenant)
        assert said.code == 0, said.err

    def fails(self, verb: str, code: int = 1, stderr: str = "", **more: bool) -> str:
        """What is said where that verb fails so, on the tenant; afterwards it fails no more."""
        self.apply(tenant="acme")
        self.cloud.fails[self.layer("acme").label, verb] = Outcome(code, ok=False, tail=stderr, stderr=stderr, **more)
        said = self.say("plan" if verb == "plan" else "apply", tenant="acme")
        self.cloud.fails.clear()
        return said.err

    def config(self, file: str, text: str) -> None:
        self.cloud.disk.append(f"config/{REGION}/{self.name}/{file}", text)

    def run(self, **changes: Any) -> Run:
        """One that has just ended on the tenant, with its run directory."""
        self.apply(tenant="acme")
        home = self.cloud.disk.root / ".orchestrate/of the run"
        made = run_of(layer=self.layer("acme"), home=home, **changes)
        RunDirectory(made).work.mkdir(parents=True)
        return made

    def errored(self, run: Run, text: str) -> Path:
        file = RunDirectory(run).work / "errored.tfstate"
        file.write_text(text)
        return file


def changed_stack(shop: Shop) -> str:
    shop.apply(tenant="acme")
    shop.config("variables.tfvars", 'labels = { a = "b" }\n')
    return shop.say("apply", tenant="acme").err


def two_rules_of_merging(shop: Shop) -> str:
    protected = str(shop.layer().stack.settings.protected).lower()
    says_none = f'source = "app"\nprotected = {protected}\n'
    shop.cloud.disk.write(f"config/{REGION}/{shop.name}/stack.hcl", says_none)
    shop.apply(tenant="acme")
    shop.config("variables.tfvars", 'ports = { web = { port = 80, path = "/" } }\n')
    shop.config("tenants/acme.tfvars", "ports = { web = { port = 8080 } }\n")
    return shop.say("apply", tenant="acme").err


def rolled_back(shop: Shop) -> str:
    for build in ("1", "2"):
        shop.apply("-var", f"service1-build={build}", tenant="acme")
    return rollback_command(shop.layer("acme"))


def not_good(shop: Shop) -> str:
    """What runs failed its smoke test."""
    rolled_back(shop)
    deployer, layer = shop.cloud.deployer(), shop.layer("acme")
    failed = {"at": "2026-01-01T00:00:00Z", "by": "me", "error": "no", "check": "smoke test"}
    layer_state.change_record(deployer.store, layer, lambda record: replace(record, failed=failed))
    return shop.say("plan", tenant="acme").err


def unreadable_hold(shop: Shop) -> str:
    shop.apply()
    shop.cloud.states.joinpath(REGION, shop.name, "keep.json").write_text("{}")
    said = shop.type("./orchestrate reap")
    assert "cannot read until when this stack is kept" in said.err + said.out or shop.name == "app-live"
    return rules._ending(f"{REGION}/{shop.name}/keep.json")


def missing_state(shop: Shop) -> str:
    shop.apply(tenant="acme")
    shop.cloud.states.joinpath(REGION, shop.name, "tenants/acme/terraform.tfstate").unlink()
    return shop.say("plan", tenant="acme").err


def unsaved_elsewhere(shop: Shop) -> str:
    shop.apply(tenant="acme")
    deployer, layer = shop.cloud.deployer(), shop.layer("acme")
    lost = {"at": "then", "by": "you", "machine": "agent-3", "file": "/f", "serial": 9, "lineage": "l"}
    layer_state.change_record(deployer.store, layer, lambda record: replace(record, unsaved=lost))
    return shop.say("apply", tenant="acme").err


def promotion(shop: Shop, target: str) -> str:
    """From this stack to another one."""
    shop.cloud.disk.write(f"config/{REGION}/{target}/backend.tfvars", 'path = ".orchestrate/states"\n')
    shop.cloud.disk.write(f"config/{REGION}/{target}/variables.tfvars", 'domain = "next.example.com"\n')
    text = f'source = "app"\npromotes_from = "{shop.name}"\nprotected = {str(target == "next").lower()}\n'
    shop.cloud.disk.write(f"config/{REGION}/{target}/stack.hcl", text)
    shop.cloud.disk.write(f"config/{REGION}/{target}/tenants/acme.tfvars", 'hostname = "next.example.com"\n')
    confirmed = f"--confirm {REGION}/{target}/acme" if target == "next" else ""
    return shop.type(f"x promote {shop.name} {target} {REGION} -var tenant=acme {confirmed}").err


def unpromoted(shop: Shop) -> str:
    shop.apply(tenant="acme")
    promotion(shop, "next")
    label = f"{REGION}/next/acme"
    return shop.type(f"x apply next {REGION} -var tenant=acme -var service1-build=95 --confirm {label}").err


def sharing(shop: Shop) -> None:
    disk = shop.cloud.disk
    disk.append("src/app/tenant/variables.tf", SHARED)
    disk.append("src/app/variables.tf", 'variable "load_balancers" {\n  type    = number\n  default = 0\n}\n')
    disk.append("src/app/outputs.tf", 'output "shared_load_balancers" { value = {} }\n')
    shop.config("variables.tfvars", 'load_balancer = { mode = "shared" }\n')
    shop.cloud.outputs = {**shop.cloud.outputs, "stack": {**shop.cloud.outputs["stack"], "shared_load_balancers": {}}}
    shop.apply()


def no_load_balancer(shop: Shop) -> str:
    sharing(shop)
    return shop.say("plan", tenant="acme").err


def load_balancer_of_a_changed_stack(shop: Shop) -> str:
    sharing(shop)
    shop.config("variables.tfvars", 'labels = { a = "b" }\n')
    return shop.say("apply", tenant="acme").err


def agents(shop: Shop) -> str:
    templates = {"deploy": {"label": "deploy", "image": "agent:1", "memory": 2048}}
    given = {
        "cloud": {"name": "agents", "cluster": "arn:c", "regionName": REGION, "numExecutors": 1},
        "templates": templates,
    }
    shop.cloud.outputs = {**shop.cloud.outputs, "stack": {**shop.cloud.outputs["stack"], "jenkins": given}}
    shop.apply()
    said = shop.type(f"x jenkins casc {shop.name} {REGION}")
    assert said.code == 0, said.err
    return said.out


def jobs_alone(shop: Shop) -> str:
    git = '{ repository = "https://git.example.com/p.git", branch = "main" }'
    shop.cloud.disk.write("config/jenkins.hcl", f'folder = "f"\nproject = {git}\nlibrary = {git}\nservices = {{}}\n')
    return shop.type("x jenkins casc --jobs").out


def lost_engine(shop: Shop) -> str:
    run = shop.run()
    return DockerSession(None, run, RunDirectory(run), Container.of(run, "n"))._unknown("lost").hint


def printed_state(shop: Shop) -> str:
    run = shop.run(saved={"serial": 1, "lineage": "l"})
    file = shop.cloud.disk.write("FILE", '{"version": 4, "serial": 2, "lineage": "l"}')
    error = unsaved.not_saved(run, shop.errored(run, file.read_text()), Outcome(1, ok=False, stderr=NOT_RELEASED))
    return error.hint


def with_a_lock(shop: Shop) -> str:
    run = shop.run()
    file = shop.errored(run, '{"version": 4, "serial": 2, "lineage": "l"}')
    return unsaved.not_saved(run, file, Outcome(1, ok=False, stderr=f"{NOT_RELEASED}Lock Info:\n  ID:  {ID}\n")).hint


def waiting_state(shop: Shop) -> str:
    run = shop.run()
    return unsaved._waits(run, shop.errored(run, "")).hint


def no_state_waits(shop: Shop) -> str:
    run = shop.run()
    shop.cloud.disk.write("errored.tfstate", "{}")
    return unsaved._none(run, RunDirectory(run)).hint


def damaged_state(shop: Shop) -> str:
    """Its mv is run here, its plan is typed."""
    run = shop.run()
    hint = unsaved._aside(run, shop.errored(run, "{"))
    subprocess.run(["sh", "-ec", hint.partition(": ")[2].partition(" ; ")[0]], check=True)
    assert [f.name for f in run.home.glob("errored*")] == ["errored-1.tfstate"]
    return hint


def newer_journal(shop: Shop) -> str:
    file = shop.cloud.disk.write(".orchestrate/fleets/a b.jsonl", '{"schema": 99}\n')
    with pytest.raises(NewerError) as error:
        list(journal._lines(file))
    subprocess.run(["sh", "-ec", error.value.hint.rpartition(": ")[2]], check=True)
    assert not file.exists()
    return error.value.hint


def unset(variable: str, *words: str) -> Callable[[Shop], str]:
    def row(shop: Shop) -> str:
        shop.environ[variable] = "x"
        said = shop.say("plan", *words, tenant="acme")
        printed = re.search(rf"unset {variable}\b", said.err)
        assert said.code == 64 and printed, said.err
        left = subprocess.run(
            ["sh", "-c", f"{printed[0]}; env"], env=shop.environ, capture_output=True, text=True, check=True
        )
        assert variable not in left.stdout
        return said.err

    return row
