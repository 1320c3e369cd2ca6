"""The Steps of a dry run, each a line that can be typed."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import run_of

from wrapper.engines.by_name import make
from wrapper.engines.container import Container, describe
from wrapper.engines.dry_run import DryRunEngine
from wrapper.model.nouns import Mount, Step

RUN = run_of(
    verb="plan",
    work="src/app/tenant",
    mounts=(Mount(Path("/p/src"), "/project/src"),),
    environment={"AWS_SECRET_ACCESS_KEY": "hush", "AWS_REGION": "r"},
    name="orchestrate.x",
    author="a" * 80,
    image="orchestrate:1",
    sensitive=("mine",),
)


PLAN = Step(("terraform", "plan", "-var", "mine=hush", "-var", "a=b c"))


@pytest.mark.parametrize(
    ("place", "head", "before"),
    [("host", "cd /h/tree/src/app/tenant", ""), ("docker", "docker run", "docker exec orchestrate.x ")],
)
def test_on_paper_each_step_is_a_line(place: str, head: str, before: str) -> None:
    said: list[str] = []
    with DryRunEngine(said.append, make(place, said.append, str)).open(RUN) as session:
        first = session.execute(PLAN, lambda data, is_error: None)
        session.execute(replace(PLAN, stamp="s", confirm=True), lambda data, is_error: None)
        session.stop()
    line = before + "terraform plan -var 'mine=***' -var 'a=b c'"
    assert said[0] == "# ap-southeast-2/app/acme: plan"
    assert said[1].startswith(head)
    assert said[2:] == [line, line + "  # skipped when nothing it depends on changed; asks first"]
    assert (first.code, first.ok, first.skipped) == (0, True, True)


def test_a_printed_line_can_be_typed_again() -> None:
    said: list[str] = []
    with DryRunEngine(said.append, make("docker", said.append, str)).open(RUN):
        pass
    assert shlex.split(said[1]) == describe(Container.of(RUN, "NONCE"))
