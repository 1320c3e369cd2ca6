"""What a Run leaves beside the state when it is not recorded: the note of a try that failed, and the state's new object."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloud import Cloud, applied
from fakes import Listener, context
from project_on_disk import REGION, Disk, filled

from wrapper.model.errors import NotBegunError, OrchestrateError, RefusedError, Stopped
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.run.signals import SignalHandler
from wrapper.state import index

ACME = f"{REGION}/app-test/acme"
LOCKED = Outcome(1, ok=False, stderr="\nError: Error acquiring the state lock\n\nLock Info:\n  Who:       a@b\n")
STALE = Outcome(1, ok=False, stderr="\nError: Saved plan is stale\n\nThe given plan file can no longer be applied.\n")


@pytest.fixture
def made(example: Disk) -> Cloud:
    return Cloud(filled(example, applied, "acme"))


def record_bytes(cloud: Cloud) -> bytes:
    return (cloud.states / REGION / "app-test/tenants/acme/orchestrate.json").read_bytes()


@pytest.mark.parametrize(("verb", "outcome"), [("plan", LOCKED), ("apply", LOCKED), ("apply", STALE)])
@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_a_run_that_another_was_ahead_of_is_no_try(made: Cloud, command: str, verb: str, outcome: Outcome) -> None:
    before = record_bytes(made)
    made.fails[ACME, verb] = outcome
    with pytest.raises(NotBegunError) as error:
        made.perform(command, "acme", "-var", "service1-build=91")
    assert (error.value.exit_code, record_bytes(made)) == (75, before)


def test_a_run_that_was_not_agreed_to_is_no_try(made: Cloud) -> None:
    before = record_bytes(made)
    with pytest.raises(RefusedError, match="not confirmed"):
        made.perform(
            "apply",
            "acme",
            "-var",
            "service1-build=91",
            console=Listener(answer=False),
            context=context(home=made.disk.root / ".orchestrate", directory=made.disk.root, interactive=True),
        )
    assert record_bytes(made) == before


def test_a_plan_that_failed_is_no_try(made: Cloud) -> None:
    before = record_bytes(made)
    made.fails[ACME, "plan"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(OrchestrateError):
        made.perform("apply", "acme", "-var", "service1-build=91")
    assert record_bytes(made) == before


def stopped_at(made: Cloud, verb: str, *, begun: bool) -> dict[str, Any]:
    """A Ctrl-C in that Step; or so early that the Step never starts."""
    signals = SignalHandler(made.console.info)

    def behave(run: Run, step: Step) -> Outcome:
        if step.argv[1] != verb:
            return made.behave(run, step)
        signals.signum = 2
        return Outcome(143, ok=False, begun=begun)

    made.engine.behaviour = behave
    with pytest.raises(Stopped):
        made.perform("apply", "acme", "-var", "service1-build=91", signals=signals)
    return made.record("acme")


@pytest.mark.parametrize(
    ("verb", "begun", "tried"), [("plan", True, False), ("apply", False, False), ("apply", True, True)]
)
def test_a_stop_makes_a_try_of_what_began_to_change_something(made: Cloud, verb: str, begun: bool, tried: bool) -> None:
    assert ("failed" in stopped_at(made, verb, begun=begun)) is tried


# -- the state, written again -------------------------------------------------------------------


def state_of(cloud: Cloud) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((cloud.states / REGION / "app-test/tenants/acme/terraform.tfstate").read_text())
    return found


def rewriting(made: Cloud, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """From now on each plan writes the state again, as Terraform does when it is stopped."""

    def behave(run: Run, step: Step) -> Outcome:
        if step.argv[1] != "plan":
            return made.behave(run, step)
        state = state_of(made)
        made.put(run.layer, json.dumps(change({**state, "serial": state["serial"] + 1})))
        return Outcome(1, ok=False, tail="Error: execution halted")

    made.engine.behaviour = behave


def is_touched(made: Cloud) -> bool:
    deployer = made.deployer()
    return index.layer_status(deployer.store, Layer(deployer.stack, "acme")).touched


def in_another_order(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "check_results": list(reversed(state["check_results"]))}


@pytest.mark.parametrize("verb", ["plan", "apply", "destroy"])
def test_the_same_state_in_another_object_is_known_as_ours(made: Cloud, verb: str) -> None:
    made.checks = [{"config_addr": f"var.v{n}", "objects": [{"object_addr": f"var.v{n}"}]} for n in range(3)]
    made.perform("apply", "acme", "-var", "memory=512")
    rewriting(made, in_another_order)
    with pytest.raises(OrchestrateError):
        made.perform(verb, "acme")
    assert state_of(made)["serial"] == 2 and not is_touched(made)
    assert made.record("acme")["state"]["serial"] == 2


def test_another_content_is_of_another_hand(made: Cloud) -> None:
    rewriting(made, lambda state: {**state, "resources": [{"type": "x"}, {"type": "y"}]})
    with pytest.raises(OrchestrateError):
        made.perform("plan", "acme")
    assert is_touched(made)


def test_what_another_hand_had_changed_before_stays_so(made: Cloud) -> None:
    layer = Layer(made.deployer().stack, "acme")
    made.put(layer, json.dumps({**state_of(made), "serial": 7}))
    rewriting(made, lambda state: state)
    with pytest.raises(OrchestrateError):
        made.perform("plan", "acme")
    assert is_touched(made)


def test_a_plan_that_left_the_state_alone_writes_nothing(made: Cloud) -> None:
    before = record_bytes(made)
    made.perform("plan", "acme")
    assert record_bytes(made) == before


def test_a_note_is_never_in_the_way(made: Cloud) -> None:
    """The state is damaged by what failed: the failure is what is told."""

    def behave(run: Run, step: Step) -> Outcome:
        if step.argv[1] == "apply":
            made.put(run.layer, "")
            return Outcome(1, ok=False, tail="Error: no")
        return made.behave(run, step)

    made.engine.behaviour = behave
    with pytest.raises(OrchestrateError, match="terraform apply failed"):
        made.perform("apply", "acme", "-var", "service1-build=91")
    assert "failed" in made.record("acme")
