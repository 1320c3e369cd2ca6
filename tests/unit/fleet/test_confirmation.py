"""Whoever is at a terminal is asked once before a command over many layers, and what is asked says what will happen."""

from __future__ import annotations

import pytest
from cloud_fleet import STACK, Many
from fakes import Listener, caller
from project_on_disk import APP

from wrapper.fleet.change_detection import Scope
from wrapper.model.errors import RefusedError


@pytest.mark.parametrize("agrees", [True, False])
@pytest.mark.parametrize(
    ("scope", "question"),
    [
        (Scope(), f"Destroy {STACK} with 2 tenants?"),
        (Scope(("*",), own=False), f"Destroy 2 tenants of {STACK}?"),
    ],
)
def test_a_person_is_asked_once_for_all(made: Many, agrees: bool, scope: Scope, question: str) -> None:
    before = made.cloud.keys
    talk = Listener(agrees)
    asking = caller(home=made.cloud.disk.root / ".orchestrate", asks=True)
    if agrees:
        made.run("destroy", scope=scope, caller=asking, talk=talk)
        assert not any("acme" in k for k in made.cloud.keys)
    else:
        with pytest.raises(RefusedError, match="not confirmed"):
            made.run("destroy", scope=scope, caller=asking, talk=talk)
        assert [k for k in made.cloud.keys if "register" not in k] == [k for k in before if "register" not in k]
    assert talk.asked == [(f"{question} Type yes to go on:", "yes")]


def test_an_apply_asks_once_for_those_that_run(made: Many) -> None:
    made.cloud.disk.write(f"{APP}/tenants/acme.tfvars", "memory = 999\n")
    talk = Listener(True)
    asking = caller(home=made.cloud.disk.root / ".orchestrate", asks=True)
    made.run("apply", scope=Scope(own=False), caller=asking, talk=talk)
    assert talk.asked == [(f"Apply to 1 tenant of {STACK} (acme)? Type yes to go on:", "yes")]
    assert made.watcher.talks[f"{STACK}/acme"].asked == []


def test_an_apply_of_everything_asks_once_before_anything_starts(many: Many) -> None:
    asking = caller(home=many.cloud.disk.root / ".orchestrate", asks=True)
    refusing, agreeing = Listener(False), Listener(True)
    with pytest.raises(RefusedError, match="not confirmed"):
        many.run("apply", caller=asking, talk=refusing)
    assert many.cloud.engine.steps == []
    many.run("apply", caller=asking, talk=agreeing)
    question = f"Apply to {STACK}, and then to what changed of its 2 tenants? Type yes to go on:"
    assert refusing.asked == agreeing.asked == [(question, "yes")]
    assert [talk.asked for talk in many.watcher.talks.values()] == [[], [], []]


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_who_approved_ahead_is_not_asked(made: Many, verb: str) -> None:
    made.cloud.disk.write(f"{APP}/tenants/acme.tfvars", "memory = 999\n")
    talk = Listener(False)
    asking = caller(home=made.cloud.disk.root / ".orchestrate", asks=True)
    made.run(verb, "-auto-approve", caller=asking, talk=talk)
    assert talk.asked == []
