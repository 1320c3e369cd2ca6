"""The private route of the data plane."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wrapper.model.errors import BusyError
from wrapper.sandbox.containers_observed import Observed
from wrapper.sandbox.containers_route import ContainersRoute
from wrapper.sandbox.lifecycle import Sandbox, Seed, ask


def test_without_the_key_it_answers_nothing() -> None:
    route = ContainersRoute("right", Observed())
    for body in (b"", b"{}", b'{"key": "wrong"}'):
        with pytest.raises(ValueError, match="the key is wrong"):
            route(body)


def test_a_look_shows_what_was_told_last() -> None:
    now = [0.0]
    route = ContainersRoute("k", Observed(lambda: now[0]))
    assert route(json.dumps({"key": "k", "look": True}).encode()) == {"age": 0.0, "shown": {}}
    assert set(route(json.dumps({"key": "k", "report": {"shown": {"a": 1}}}).encode())) >= {"services", "names"}
    now[0] = 7.0
    assert route(json.dumps({"key": "k", "look": True}).encode()) == {"age": 7.0, "shown": {"a": 1}}


@pytest.mark.sandbox
def test_the_mode_is_the_servers(sandbox: Sandbox, tmp_path: Path) -> None:
    made = sandbox.start(Seed(), containers=True)
    assert made.containers and made.key and made.key not in repr(made)
    assert sandbox.start(Seed()) == made, "who asks for no mode takes the one that runs"
    with pytest.raises(BusyError, match="with containers") as caught:
        sandbox.start(Seed(), containers=False)
    assert caught.value.hint.endswith("./orchestrate sandbox reset")
    assert "key" not in ask(f"{made.url}/_orchestrate/health")
    answer = ask(f"{made.url}/_orchestrate/containers", json.dumps({"key": made.key}).encode())
    assert answer["services"] == []
    timed = sandbox.reset(Seed())
    assert (timed.containers, timed.key, timed.pid == made.pid) == (False, "", False)
    with pytest.raises(BusyError, match="without containers") as caught:
        sandbox.start(Seed(), containers=True)
    assert caught.value.hint.endswith("./orchestrate sandbox reset --containers")
