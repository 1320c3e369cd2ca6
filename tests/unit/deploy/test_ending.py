"""When a tenant ends by itself: what an apply writes, and when."""

from __future__ import annotations

import json
import time

import pytest
from cloud import Cloud, on_fakes
from cloud_fleet import FAILED
from project_on_disk import APP, REGION, Disk

from wrapper.cli.terraform_verb import command_of
from wrapper.model.errors import OrchestrateError, RefusedError
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.state import layer_state

DAY = 86400.0
OBJECT = f"app-test/tenants/acme/{layer_state.LIFETIME}"


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    found = Cloud(example, "app-test", REGION)
    found.perform("apply")
    return found


def end(cloud: Cloud, tenant: str = "acme") -> float | None:
    """In days from now."""
    file = cloud.states / REGION / OBJECT.replace("acme", tenant)
    found = json.loads(file.read_text()).get("expires") if file.is_file() else None
    return round((found["at"] - time.time()) / DAY, 2) if found else None


def test_it_is_written_before_terraform_changes_anything_and_told(cloud: Cloud) -> None:
    seen: list[tuple[str, float | None]] = []
    behave = cloud.engine.behaviour

    def looking(run: Run, step: Step) -> Outcome:
        seen.append((step.argv[1], end(cloud)))
        return behave(run, step)

    cloud.engine.behaviour = looking
    cloud.perform("apply", "acme", ttl=3 * DAY)
    assert [found for verb, found in seen if verb == "plan"] == [None], "what is not agreed to is not written"
    assert [found for verb, found in seen if verb == "apply"] == [3.0]
    [said] = [text for text in cloud.console.said if "it ends at" in text]
    assert f"./orchestrate keep app-test {REGION} -var tenant=acme --until 20" in said


def test_the_end_stays_in_an_apply_without_it_and_is_told(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", ttl=DAY)
    cloud.console.said.clear()
    cloud.perform("apply", "acme")
    assert (end(cloud), any("it ends at" in text for text in cloud.console.said)) == (1.0, True)


def test_each_apply_with_it_moves_the_end(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", ttl=DAY)
    cloud.perform("apply", "acme", ttl=5 * DAY)
    assert end(cloud) == 5.0


def test_one_that_terraform_only_begins_to_make_ends_too(cloud: Cloud) -> None:
    layer = f"{REGION}/app-test/acme"
    cloud.fails[layer, "apply"] = FAILED
    with pytest.raises(OrchestrateError):
        cloud.perform("apply", "acme", ttl=DAY)
    assert end(cloud) == 1.0


def test_a_plan_that_fails_writes_nothing(cloud: Cloud) -> None:
    cloud.fails[f"{REGION}/app-test/acme", "plan"] = FAILED
    with pytest.raises(OrchestrateError):
        cloud.perform("apply", "acme", ttl=DAY)
    assert end(cloud) is None


def test_a_destroy_takes_it_along_and_a_dry_run_writes_none(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", ttl=DAY, dry=True)
    assert end(cloud) is None
    cloud.perform("apply", "acme", ttl=DAY)
    cloud.perform("destroy", "acme", "-auto-approve")
    assert OBJECT not in cloud.keys


def test_a_protected_stack_refuses_it(cloud: Cloud) -> None:
    cloud.disk.append(f"{APP}/stack.hcl", "protected = true\n")
    with pytest.raises(RefusedError, match="so nothing of it ends by itself"):
        cloud.perform("apply", "acme", ttl=DAY, confirmed=f"{REGION}/app-test/acme")


def test_in_a_fleet_a_tenant_that_need_not_run_gets_it_too(cloud: Cloud) -> None:
    session = on_fakes(cloud.disk.root, cloud.engine)
    line = ["app-test", REGION, "--tenants", "acme"]
    command_of("apply").main([*line, "--ttl", "1d"], obj=session, standalone_mode=False)
    assert (end(cloud), end(cloud, "globex")) == (1.0, None)
    before = len(cloud.engine.done)
    command_of("apply").main([*line, "--ttl", "2d12h"], obj=session, standalone_mode=False)
    assert (end(cloud), len(cloud.engine.done)) == (2.5, before), "it is unchanged"


@pytest.mark.parametrize("text", ["0", "0s", "-3d", "3", "soon", "367d", "99999999999d", ""])
def test_what_is_no_length_of_time(cloud: Cloud, text: str) -> None:
    with pytest.raises(Exception) as caught:
        command_of("apply").main(
            ["app-test", REGION, "--tenant", "acme", f"--ttl={text}"],
            obj=on_fakes(cloud.disk.root, cloud.engine),
            standalone_mode=False,
        )
    assert getattr(caught.value, "exit_code", 0) in (2, 64)
    assert end(cloud) is None


def test_a_stack_has_no_end(cloud: Cloud) -> None:
    with pytest.raises(OrchestrateError, match="a tenant ends, a stack does not"):
        command_of("apply").main(
            ["app-test", REGION, "--ttl", "1d"], obj=on_fakes(cloud.disk.root, cloud.engine), standalone_mode=False
        )
