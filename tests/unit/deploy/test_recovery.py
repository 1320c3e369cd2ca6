"""A layer whose record says of its state what the state does not: refused, until a reason is given."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud, applied
from fakes import context
from project_on_disk import REGION, Disk, filled

from wrapper.engines.run_directory import RunDirectory
from wrapper.model.errors import ConfigError, NewerError, RefusedError, StateAtRisk, UsageError
from wrapper.model.nouns import Outcome
from wrapper.model.stack import Layer
from wrapper.state import index, layer_state

ACME = f"{REGION}/app-test/acme"
LOST = {
    "at": "2026-01-01T00:00:00Z",
    "by": "jenkins-live-7",
    "machine": "agent-3",
    "file": "/f",
    "serial": 2,
    "lineage": "l",
}


@pytest.fixture
def made(example: Disk) -> Cloud:
    return Cloud(filled(example, applied, "acme"))


def state(cloud: Cloud) -> Path:
    return cloud.states / REGION / "app-test/tenants/acme/terraform.tfstate"


def could_not_save(cloud: Cloud, **changes: Any) -> None:
    deployer = cloud.deployer()
    layer = Layer(deployer.stack, "acme")
    layer_state.change_record(deployer.store, layer, lambda record: replace(record, unsaved={**LOST, **changes}))


@pytest.mark.parametrize("verb", ["plan", "apply", "destroy", "refresh"])
def test_a_missing_state_is_no_absent_one(made: Cloud, verb: str) -> None:
    state(made).unlink()
    before, steps = made.record("acme"), len(made.engine.steps)
    with pytest.raises(ConfigError, match="is missing: it was last applied at") as error:
        made.perform(verb, "acme")
    assert f"./orchestrate {verb} app-test {REGION} -var tenant=acme --state-lost 'why it is lost'" in error.value.hint
    assert made.record("acme") == before and len(made.engine.steps) == steps


def test_what_was_never_applied_is_not_missing(made: Cloud) -> None:
    made.fails[f"{REGION}/app-test/other", "apply"] = Outcome(1, ok=False, tail="Error: no")
    made.perform("plan", "other")


def test_a_reason_goes_on_and_is_recorded(made: Cloud) -> None:
    state(made).unlink()
    made.perform("apply", "acme", state_lost="INC-1")
    assert made.record("acme")["why"] == {"state_lost": "INC-1"}
    assert "going on, since its state is lost (INC-1)" in made.console.text()
    made.perform("apply", "acme", state_lost="INC-2")
    assert "why" not in made.record("acme")
    assert "its state is not lost" in made.console.text()


def test_a_state_that_another_machine_could_not_save(made: Cloud) -> None:
    could_not_save(made)
    for verb, words in (("apply", ()), ("destroy", ()), ("refresh", ()), ("state", ("rm", "a.b"))):
        with pytest.raises(StateAtRisk, match=r"jenkins-live-7.*agent-3") as error:
            made.perform(verb, "acme", *words)
        assert "push errored.tfstate" in error.value.hint and "--state-lost 'why it is lost'" in error.value.hint
    made.perform("plan", "acme")
    made.perform("state", "acme", "list")
    made.perform("apply", "acme", state_lost="INC-1")
    assert "unsaved" not in made.record("acme")


def test_a_layer_without_its_state_is_not_simply_forgotten(made: Cloud) -> None:
    """Else `tenant remove` would remove its file, and `destroy STACK` pass it over."""
    deployer = made.deployer()
    acme, other = Layer(deployer.stack, "acme"), Layer(deployer.stack, "other")
    state(made).unlink()
    layer_state.change_record(deployer.store, other, lambda record: replace(record, unsaved=LOST))
    found = index.read(deployer.store, deployer.stack)
    assert found.stateful == ["acme", "other"] and found.deployed == []
    assert deployer.is_deployed(acme) and deployer.is_deployed(other)
    assert not deployer.is_deployed(Layer(deployer.stack, "third"))


def test_one_that_was_pushed_meanwhile_bars_nothing(made: Cloud) -> None:
    could_not_save(made, serial=1)
    made.perform("apply", "acme")


def test_a_run_that_cannot_save_its_state_says_so_in_the_record(made: Cloud) -> None:
    text = json.dumps({"version": 4, "serial": 2, "lineage": "l"})
    home = made.disk.root / ".orchestrate"

    def behave(run: Any, step: Any) -> Outcome:
        work = run.home / "tree" / run.work
        work.mkdir(parents=True, exist_ok=True)
        if step.argv[1] == "apply":
            (work / "errored.tfstate").write_text(text)
        return made.behave(run, step)

    made.engine.behaviour, made.engine.directories = behave, RunDirectory
    with pytest.raises(StateAtRisk):
        made.perform(
            "apply",
            "acme",
            "-var",
            "service1-build=91",
            context=context(home=home, directory=made.disk.root, machine="vm"),
        )
    found = made.record("acme")["unsaved"]
    assert (found["machine"], found["serial"], found["lineage"]) == ("vm", 2, "l") and found["by"] == "me-here-1"


@pytest.mark.parametrize(
    ("theirs", "mine", "refused"),
    [
        ("1.12.0", "terraform 1.11.4 abc", True),
        ("2.0.0", "terraform 1.11.4", True),
        ("1.11.9", "terraform 1.11.4", False),
        ("1.9.0", "terraform 1.11.4", False),
        ("", "terraform 1.11.4", False),
    ],
)
def test_a_state_of_a_later_terraform_stays_as_it_is(made: Cloud, theirs: str, mine: str, refused: bool) -> None:
    state(made).write_text(json.dumps({**json.loads(state(made).read_text()), "terraform_version": theirs}))
    before = state(made).read_bytes()
    here = context(home=made.disk.root / ".orchestrate", directory=made.disk.root, versions=mine)
    if not refused:
        made.perform("plan", "acme", context=here)
        return
    for verb, words in (("apply", ()), ("plan", ()), ("state", ("rm", "a.b"))):
        with pytest.raises(NewerError, match=f"written by Terraform {theirs}; this is"):
            made.perform(verb, "acme", *words, context=here)
    assert state(made).read_bytes() == before


def test_a_state_of_a_later_format_stays_as_it_is(made: Cloud) -> None:
    state(made).write_text(state(made).read_text().replace('"version": 4', '"version": 5'))
    with pytest.raises(NewerError, match="has format 5"):
        made.perform("apply", "acme")


@pytest.mark.parametrize("reason", ["x" * 201, "two\nlines"])
def test_a_reason_is_one_line(made: Cloud, reason: str) -> None:
    with pytest.raises(UsageError, match="--state-lost takes a reason"):
        made.perform("apply", "acme", state_lost=reason)


def protected(disk: Disk) -> None:
    file = disk.root / f"config/{REGION}/app-test/stack.hcl"
    file.write_text((file.read_text() if file.exists() else "") + "\nprotected = true\n")


def test_a_protected_stack_asks_for_confirm(made: Cloud) -> None:
    protected(made.disk)
    interactive = context(home=made.disk.root / ".orchestrate", directory=made.disk.root, interactive=True)
    state(made).unlink()
    with pytest.raises(RefusedError, match="going on without its state is confirmed") as error:
        made.perform("apply", "acme", state_lost="INC-1", context=interactive)
    assert error.value.hint == f"add --confirm {ACME}"
    made.perform("apply", "acme", state_lost="INC-1", context=interactive, confirmed=ACME)


@pytest.mark.parametrize(("words", "asked"), [(("rm", "a.b"), True), (("mv", "a.b", "a.c"), True), (("list",), False)])
def test_what_changes_a_protected_state_is_confirmed(made: Cloud, words: tuple[str, ...], asked: bool) -> None:
    protected(made.disk)
    if not asked:
        made.perform("state", "acme", *words)
        return
    with pytest.raises(RefusedError, match="is protected"):
        made.perform("state", "acme", *words)
    made.perform("state", "acme", *words, confirmed=ACME)


@pytest.mark.parametrize(("serial", "passes"), [(2, True), (0, False)])
def test_the_own_unsaved_state_needs_no_confirm(made: Cloud, serial: int, passes: bool) -> None:
    protected(made.disk)
    deployer = made.deployer()
    file = deployer.recovery.errored(Layer(deployer.stack, "acme"))
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"version": 4, "serial": serial, "lineage": "l"}))
    for verb, words in (("force-unlock", ("ID",)), ("state", ("push", "errored.tfstate"))):
        if passes:
            made.perform(verb, "acme", *words)
        else:
            with pytest.raises(RefusedError, match="is protected"):
                made.perform(verb, "acme", *words)
