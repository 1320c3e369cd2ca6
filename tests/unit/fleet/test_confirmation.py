"""Whoever is at a terminal is asked once before a command over many layers, and what is asked says what will happen."""

from __future__ import annotations

import pytest
from cloud_fleet import STACK, Many
from fakes import Listener, context
from project_on_disk import APP

from wrapper.fleet.change_detection import TenantFilter
from wrapper.model.errors import RefusedError


@pytest.mark.parametrize("agrees", [True, False])
@pytest.mark.parametrize(
    ("tenant_filter", "question"),
    [
        (TenantFilter(), f"Destroy {STACK} with 2 tenants?"),
        (TenantFilter(("*",), stack_layer=False), f"Destroy 2 tenants of {STACK}?"),
    ],
)
def test_a_person_is_asked_once_for_all(made: Many, agrees: bool, tenant_filter: TenantFilter, question: str) -> None:
    before = made.cloud.keys
    console = Listener(agrees)
    asking = context(home=made.cloud.disk.root / ".orchestrate", interactive=True)
    if agrees:
        made.run("destroy", tenant_filter=tenant_filter, context=asking, console=console)
        assert not any("acme" in k for k in made.cloud.keys if not k.endswith("-history.json"))
    else:
        with pytest.raises(RefusedError, match="not confirmed"):
            made.run("destroy", tenant_filter=tenant_filter, context=asking, console=console)
        assert [k for k in made.cloud.keys if "register" not in k] == [k for k in before if "register" not in k]
    assert console.asked == [(f"{question} Type yes to go on:", "yes")]


def test_an_apply_asks_once_for_those_that_run(made: Many) -> None:
    made.cloud.disk.write(f"{APP}/tenants/acme.tfvars", "memory = 999\n")
    console = Listener(True)
    asking = context(home=made.cloud.disk.root / ".orchestrate", interactive=True)
    made.run("apply", tenant_filter=TenantFilter(stack_layer=False), context=asking, console=console)
    assert console.asked == [(f"Apply to 1 tenant of {STACK}? Type yes to go on:", "yes")]
    assert made.progress.said == ["  acme  variable memory; service1-build 1"]
    assert made.progress.talks[f"{STACK}/acme"].asked == []


def test_an_apply_of_everything_asks_once_before_anything_starts(many: Many) -> None:
    asking = context(home=many.cloud.disk.root / ".orchestrate", interactive=True)
    refusing, agreeing = Listener(False), Listener(True)
    with pytest.raises(RefusedError, match="not confirmed"):
        many.run("apply", context=asking, console=refusing)
    assert many.cloud.engine.steps == []
    many.run("apply", context=asking, console=agreeing)
    question = f"Apply to {STACK}, and then to what changed of its 2 tenants? Type yes to go on:"
    assert refusing.asked == agreeing.asked == [(question, "yes")]
    assert [console.asked for console in many.progress.talks.values()] == [[], [], []]


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_who_approved_ahead_is_not_asked(made: Many, verb: str) -> None:
    made.cloud.disk.write(f"{APP}/tenants/acme.tfvars", "memory = 999\n")
    console = Listener(False)
    asking = context(home=made.cloud.disk.root / ".orchestrate", interactive=True)
    made.run(verb, "-auto-approve", context=asking, console=console)
    assert console.asked == []
