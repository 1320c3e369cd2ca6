"""Hooks of stack.hcl: when each runs, what it is told, and what one that fails does to the command."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from cloud import Cloud, on_fakes
from cloud import run as run_verb
from cloud_fleet import Many
from project_on_disk import APP, Disk

from wrapper.deploy.hooks import HookCall
from wrapper.engines.dry_run import DryRunEngine
from wrapper.model.errors import ConfigError, HookFailed, Stopped, TerraformFailed, TimeoutExpired
from wrapper.model.nouns import Outcome
from wrapper.model.stack import Hook, Layer
from wrapper.run.signals import SignalHandler
from wrapper.state import task_history
from wrapper.terraform import commands

LABEL = "ap-southeast-2/app-test/acme"
HOOKS = """
hooks = {
  check = { on = ["before_apply", "before_destroy", "before_plan"], command = ["scripts/check", "--strict"] }
  tell  = { on = ["after_apply", "failed_apply", "after_plan", "after_destroy"], command = ["tell"], timeout = "1m" }
}
"""
FAILED = Outcome(1, ok=False, tail="\nError: no\n")


class Runner:
    """``codes``: by event; ``wrong``: what is raised at an event."""

    def __init__(self) -> None:
        self.calls: list[HookCall] = []
        self.codes: dict[str, int] = {}
        self.wrong: dict[str, Exception] = {}
        self.missing = ""
        self.says = ""
        self.meanwhile: Callable[[], None] = lambda: None

    def check(self, hook: Hook) -> str:
        return self.missing

    def run(self, call: HookCall, said: Callable[[str], None], pause: Callable[[float], None]) -> int:
        self.calls.append(call)
        self.meanwhile()
        said(self.says)
        pause(0.0)
        if call.event in self.wrong:
            raise self.wrong[call.event]
        return self.codes.get(call.event, 0)

    @property
    def events(self) -> list[str]:
        return [call.event for call in self.calls]


class HookedCloud(Cloud):
    def __init__(self, disk: Disk, hooks: str = HOOKS) -> None:
        super().__init__(disk)
        self.perform("apply")
        disk.append(f"{APP}/stack.hcl", hooks)
        self.runner = Runner()
        self.engine.steps.clear()
        self.console.said.clear()

    def on(self, verb: str, *arguments: str, **changes: Any) -> Outcome:
        self.last = self.deployer(**{"hook_runner": self.runner, **changes})
        layer = self.last.project.layer(self.last.stack, "acme", must_be_declared=False)
        return self.last.perform(commands.VERBS[verb], layer, list(commands.tokenize(arguments)))

    @property
    def runs(self) -> list[tuple[str, str, int | None]]:
        return [(one.name, one.event, one.exit_code) for one in self.last.hook_runs["acme"]]


@pytest.fixture
def cloud(example: Disk) -> HookedCloud:
    return HookedCloud(example)


@pytest.mark.parametrize(
    ("verb", "argument", "events"),
    [
        ("apply", "", ["before_apply", "after_apply"]),
        ("plan", "", ["before_plan", "after_plan"]),
        ("destroy", "", ["before_destroy", "after_destroy"]),
        ("apply", "-destroy", ["before_destroy", "after_destroy"]),
        ("output", "", []),
        ("refresh", "", []),
    ],
)
def test_each_runs_around_its_command(cloud: HookedCloud, verb: str, argument: str, events: list[str]) -> None:
    cloud.perform("apply", "acme")
    cloud.on(verb, *([argument] if argument else []))
    assert cloud.runner.events == events


def test_it_is_told_what_is_done(cloud: HookedCloud) -> None:
    cloud.disk.write("src/app/tenant/outputs.tf", "")
    cloud.outputs = {**cloud.outputs, "tenant": {"url": "https://acme", "n": 4}}
    cloud.on("apply", "-var", "service1-build=7")
    before, after = (call.variables for call in cloud.runner.calls)
    layer = {"HOOK_LAYER": LABEL, "HOOK_REGION": "ap-southeast-2", "HOOK_STACK": "app-test", "HOOK_TENANT": "acme"}
    assert layer.items() <= before.items()
    assert (before["HOOK_NAME"], before["HOOK_EVENT"], before["HOOK_COMMAND"]) == ("check", "before_apply", "apply")
    assert json.loads(before["HOOK_BUILDS"]) == {"service1-build": "7"} and "HOOK_RESULT" not in before
    assert (json.loads(before["HOOK_OUTPUTS"]), json.loads(after["HOOK_OUTPUTS"])) == (
        {},
        {"url": "https://acme", "n": 4},
    )
    assert (after["HOOK_RESULT"], after["HOOK_EXIT_CODE"]) == ("succeeded", "0")
    assert json.loads(after["HOOK_CHANGES"]) == {"add": 1, "change": 0, "destroy": 0}
    assert cloud.runs == [("check", "before_apply", 0), ("tell", "after_apply", 0)]
    assert f"{LABEL}: hook check (before_apply): scripts/check --strict" in cloud.console.said


def test_those_of_an_apply_are_in_the_history(cloud: HookedCloud) -> None:
    store, layer = cloud.deployer().store, Layer(cloud.deployer().stack, "acme")
    cloud.on("plan")
    assert task_history.load(store, layer) == (), "of a plan none is kept"
    cloud.runner.codes = {"before_apply": 1}
    with pytest.raises(HookFailed):
        cloud.on("apply")
    assert task_history.load(store, layer) == (), "a layer without a state has no history"
    cloud.runner.codes = {"after_apply": 2}
    with pytest.raises(HookFailed):
        cloud.on("apply", "-var", "service1-build=7")
    found = task_history.load(store, layer)
    assert [(one.name, one.result, one.task, one.builds) for one in found] == [
        ("hook check (before_apply)", "0", "", {"service1-build": "7"}),
        ("hook tell (after_apply)", "2", "", {"service1-build": "7"}),
    ]


def test_one_before_that_fails_ends_the_command_before_anything(cloud: HookedCloud) -> None:
    cloud.runner.codes = {"before_apply": 3}
    with pytest.raises(HookFailed, match=r"the hook check \(before_apply\) ended with 3; nothing was done") as error:
        cloud.on("apply")
    assert (error.value.exit_code, error.value.where) == (1, f"{APP}/stack.hcl:5")
    assert (cloud.engine.steps, cloud.runner.events) == ([], ["before_apply"])


def test_one_after_that_fails_fails_the_command_whose_work_is_recorded(cloud: HookedCloud) -> None:
    cloud.runner.codes = {"after_apply": 2}
    with pytest.raises(HookFailed, match="ended with 2; the apply itself ended well"):
        cloud.on("apply", "-var", "service1-build=7")
    record = cloud.record("acme")
    assert (record["builds"], "failed" in record) == ({"service1-build": "7"}, False)


@pytest.mark.parametrize("code", [0, 9])
def test_one_of_a_failure_changes_nothing_of_it(cloud: HookedCloud, code: int) -> None:
    cloud.fails[LABEL, "apply"] = FAILED
    cloud.runner.codes = {"failed_apply": code}
    with pytest.raises(TerraformFailed):
        cloud.on("apply")
    assert cloud.runner.events == ["before_apply", "failed_apply"]
    told = cloud.runner.calls[1].variables
    assert (told["HOOK_RESULT"], told["HOOK_EXIT_CODE"]) == ("failed", "1") and LABEL in told["HOOK_ERROR"]
    said = f"{LABEL}: the hook tell (failed_apply) ended with 9"
    assert (said in cloud.console.said) == bool(code)


def test_one_of_a_failure_that_takes_too_long_changes_nothing_either(cloud: HookedCloud) -> None:
    cloud.fails[LABEL, "apply"] = FAILED
    cloud.runner.wrong = {"failed_apply": TimeoutExpired("too long")}
    with pytest.raises(TerraformFailed):
        cloud.on("apply")
    assert f"{LABEL}: the hook tell (failed_apply): too long" in cloud.console.said
    assert cloud.runs[-1] == ("tell", "failed_apply", None)


def test_a_command_that_is_stopped_runs_no_further_hook(cloud: HookedCloud) -> None:
    signals = SignalHandler(cloud.console.info)

    def stop() -> None:
        signals.signum = 2

    cloud.runner.meanwhile = stop
    with pytest.raises(Stopped):
        cloud.on("apply", signals=signals)
    assert (cloud.runner.events, cloud.engine.steps) == (["before_apply"], [])
    assert cloud.runs == [("check", "before_apply", None)]


def test_it_is_bounded_by_time(cloud: HookedCloud) -> None:
    cloud.disk.write(
        f"{APP}/stack.hcl",
        'source = "app"\nmerge = "deep"\nhooks = { slow = { on = ["before_apply"], command = ["x"], timeout = "1ms" } }\n',
    )
    cloud.runner.meanwhile = lambda: time.sleep(0.01)
    with pytest.raises(TimeoutExpired, match=r"the hook slow \(before_apply\) took longer than 1ms, and is stopped"):
        cloud.on("apply")


def test_one_that_cannot_run_is_found_before_anything(cloud: HookedCloud) -> None:
    cloud.runner.missing = "there is no program tell"
    with pytest.raises(ConfigError, match="the hook check cannot run: there is no program tell") as error:
        cloud.on("apply")
    assert error.value.where == f"{APP}/stack.hcl:5" and cloud.runner.events == []


def test_no_secret_reaches_it_or_is_shown_of_it(cloud: HookedCloud) -> None:
    cloud.runner.says = "key hunter22 at https://me:pass@example.com and s3cr3t-out"
    cloud.on("apply", "-var", "api_key=hunter22")
    cloud.runner.calls.clear()
    file = cloud.states / "ap-southeast-2/app-test/tenants/acme/terraform.tfstate"
    data = json.loads(file.read_text())
    data["outputs"]["password"] = {"value": {"a": ["s3cr3t-out"]}, "sensitive": True}
    file.write_text(json.dumps(data))
    cloud.console.said.clear()
    cloud.on("plan", "-var", "api_key=hunter22")
    assert "key *** at https://***@example.com and ***" in cloud.console.said
    told = json.dumps([dict(call.variables) for call in cloud.runner.calls])
    assert "hunter22" not in told and "s3cr3t-out" not in told and "password" not in told


def test_outputs_that_are_too_long_for_a_variable_are_left_out(cloud: HookedCloud) -> None:
    cloud.outputs = {**cloud.outputs, "tenant": {"url": "u" * 100_000}}
    cloud.on("apply")
    assert cloud.runner.calls[1].variables["HOOK_OUTPUTS"] == "{}"
    assert f"{LABEL}: hook tell gets no outputs: they are longer than 100000 bytes" in cloud.console.said


def test_without_hooks_none_runs(cloud: HookedCloud) -> None:
    cloud.on("apply", hook_runner=None, no_hooks="--no-hooks")
    assert cloud.runner.events == []


def test_a_dry_run_tells_them(cloud: HookedCloud) -> None:
    cloud.console.heard = b""
    engine = DryRunEngine(cloud.console.info, cloud.engine)
    engine.as_typed = lambda run: ("", "")  # type: ignore[method-assign]
    cloud.on("plan", dry=True, engine=engine)
    assert cloud.runner.events == []
    lines = cloud.console.heard.decode().splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# hook check (before_plan, host): scripts/check --strict",
        "# hook tell (after_plan, host): tell",
    ]


def test_a_layer_that_is_tried_again_has_its_hooks_once(cloud: HookedCloud) -> None:
    words = "\nError: creating ECS Service: operation error ECS: CreateService, ThrottlingException: Rate exceeded\n"
    tries: list[int] = []

    def behave(run: Any, step: Any) -> Outcome:
        if step.argv[1] == "apply" and not tries:
            tries.append(1)
            return Outcome(1, ok=False, tail=words, stderr=words)
        return cloud.behave(run, step)

    class Quick(SignalHandler):
        def pause(self, seconds: float) -> None:
            self.check()

    cloud.engine.behaviour = behave
    cloud.on("apply", signals=Quick(cloud.console.info))
    assert (tries, cloud.runner.events) == ([1], ["before_apply", "after_apply"])


def test_of_many_tenants_each_has_its_own_and_one_that_fails_stops_no_other(example: Disk) -> None:
    many, runner = Many(example), Runner()
    many.run("apply")
    example.append(f"{APP}/stack.hcl", HOOKS)
    example.append(f"{APP}/tenant.tfvars.j2", 'text = "changed"\n')

    def run(call: HookCall, said: Callable[[str], None], pause: Callable[[float], None]) -> int:
        runner.calls.append(call)
        return int(call.variables["HOOK_TENANT"] == "acme")

    runner.run = run  # type: ignore[method-assign]
    found = many.run("apply", hook_runner=runner)
    assert sorted(found) == [("-", "unchanged", 0), ("acme", "failed", 1), ("globex", "succeeded", 0)]
    hooks = {name: [(h.name, h.exit_code) for h in result.hooks] for name, result in many.results.items()}
    assert (hooks["acme"], hooks["globex"]) == ([("check", 1)], [("check", 0), ("tell", 0)])


def test_the_report_of_one_layer_has_its_hooks(example: Disk) -> None:
    cloud = Cloud(example)
    cloud.perform("apply")
    example.append(
        f"{APP}/stack.hcl", 'hooks = { a = { on = ["before_apply", "failed_apply"], command = ["false"] } }\n'
    )
    session = on_fakes(example.root, cloud.engine, report=str(example.root / "one.json"))
    object.__setattr__(session, "environ", {"USER": "me", "PATH": os.environ["PATH"]})
    with pytest.raises(HookFailed):
        run_verb(session, "apply", "app-test", "ap-southeast-2", "-var", "tenant=acme")
    (one,) = json.loads((example.root / "one.json").read_text())["results"]
    assert [(h["name"], h["event"], h["exit_code"]) for h in one["hooks"]] == [("a", "before_apply", 1)]
