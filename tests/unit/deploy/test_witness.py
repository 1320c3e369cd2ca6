"""What a plan tells of builds that ran past the tool."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cloud import Cloud
from fakes import Listener, context
from project_on_disk import LIVE, REGION, Disk

from wrapper.deploy.build_choices import BuildPolicy
from wrapper.model.errors import RefusedError
from wrapper.model.nouns import Outcome

BUILD = "service1-build"
LABEL = f"{REGION}/app-live/acme"
ADDRESS = "aws_ecs_task_definition.this"


def plan(before: str, after: str) -> Outcome:
    tags = {"before": before, "after": after}
    change = {w: {"container_definitions": json.dumps([{"name": "c", "image": f"repo:{t}"}])} for w, t in tags.items()}
    one = {
        "address": ADDRESS,
        "type": "aws_ecs_task_definition",
        "mode": "managed",
        "change": {"actions": ["update"], **change},
    }
    return Outcome(0, ok=True, tail=json.dumps({"resource_changes": [one]}))


@pytest.fixture
def live(example: Disk) -> Cloud:
    """A protected stack, in which 90 runs by its record."""
    example.write(f"{LIVE}/stack.hcl", 'source = "app"\nprotected = true\n')
    example.write(f"{LIVE}/tenants/acme.tfvars", f'hostname = "h"\n{BUILD} = "90"\n')
    live = Cloud(example, "app-live", REGION)
    apply(live)
    live.console.said.clear()
    return live


def apply(live: Cloud, *words: str, **changes: Any) -> None:
    live.perform("apply", "acme", *words, **{"confirmed": LABEL, **changes})


def test_a_build_that_ran_past_the_tool_is_not_undone_unattended(live: Cloud) -> None:
    live.fails[LABEL, "show"] = plan("95", "90")
    with pytest.raises(RefusedError) as caught:
        apply(live)
    assert caught.value.message == f"{LABEL}: ! the plan changes repo from 95 to 90, and no command gave a build"
    assert (caught.value.where, f"-var {BUILD}=95" in caught.value.hint) == (ADDRESS, True)
    apply(live, "-var", f"{BUILD}=90")
    apply(live, builds=BuildPolicy(from_files=True))


def test_a_person_is_told(live: Cloud) -> None:
    live.fails[LABEL, "show"] = plan("95", "90")
    console = Listener()
    live.perform(
        "apply", "acme", context=context(home=live.disk.root / ".orchestrate", interactive=True), console=console
    )
    assert f"{LABEL}: ! the plan changes repo from 95 to 90, and no command gave a build" in console.said


@pytest.mark.parametrize(("before", "after"), [("90", "90"), ("5", "6"), ("90", "91")])
def test_other_images_say_nothing(live: Cloud, before: str, after: str) -> None:
    live.fails[LABEL, "show"] = plan(before, after)
    apply(live)


def test_a_try_that_failed_half_way_is_known(live: Cloud) -> None:
    live.fails[LABEL, "apply"] = Outcome(1, ok=False, tail="Error: no")
    with pytest.raises(Exception, match="terraform apply failed"):
        apply(live, "-var", f"{BUILD}=91")
    del live.fails[LABEL, "apply"]
    live.fails[LABEL, "show"] = plan("91", "90")
    apply(live)
