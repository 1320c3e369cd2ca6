"""What of the engines is data: the container a Run gets, the Steps on paper, the end of what was said."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import layer
from hypothesis import given
from hypothesis import strategies as st

from wrapper.engines.container import Container, describe
from wrapper.engines.dry_run import DryRunEngine
from wrapper.engines.output_tail import LIMIT, Tail
from wrapper.model.nouns import Mount, Run, Step

RUN = Run(
    layer=layer("acme"),
    verb="plan",
    steps=(),
    home=Path("/h"),
    work="src/app/tenant",
    sources={},
    files={},
    copies={},
    mounts=(Mount(Path("/p/src"), "/project/src"),),
    environment={"AWS_SECRET_ACCESS_KEY": "hush", "AWS_REGION": "r"},
    name="orchestrate.x",
    author="a" * 80,
    image="orchestrate:1",
    sensitive=("mine",),
)
PLAN = Step(("terraform", "plan", "-var", "mine=hush", "-var", "a=b c"))


def test_the_container_of_a_run() -> None:
    made = Container.of(RUN, "nonce")
    assert (made.name, made.image, made.directory) == ("orchestrate.x", "orchestrate:1", "/project/src/app/tenant")
    assert (made.user, made.hostname) == (f"{os.getuid()}:{os.getgid()}", "a" * 63)
    assert made.command == ("hold", ".nonce", "nonce")
    assert made.environment == {"HOME": "/tmp", "AWS_SECRET_ACCESS_KEY": "hush", "AWS_REGION": "r"}
    assert made.mounts[-1] == Mount(Path("/h/tree/src/app/tenant"), "/project/src/app/tenant", writable=True)
    assert [m.target for m in made.mounts if m.writable] == ["/project/src/app/tenant"]
    assert made.labels["orchestrate.layer"] == "ap-southeast-2/app/acme"


def test_a_described_container_tells_no_secret() -> None:
    words = describe(Container.of(RUN, "nonce"))
    assert "--env=AWS_SECRET_ACCESS_KEY=***" in words
    assert "hush" not in " ".join(words)
    assert words[-4:] == ["orchestrate:1", "hold", ".nonce", "nonce"]


@pytest.mark.parametrize(
    ("place", "head", "before"),
    [("host", "cd /h/tree/src/app/tenant", ""), ("docker", "docker run", "docker exec orchestrate.x ")],
)
def test_on_paper_each_step_is_a_line(place: str, head: str, before: str) -> None:
    said: list[str] = []
    with DryRunEngine(said.append, place).open(RUN) as session:
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
    with DryRunEngine(said.append).open(RUN):
        pass
    assert shlex.split(said[1]) == describe(Container.of(RUN, "NONCE"))


@given(st.lists(st.integers(0, LIMIT), max_size=6))
def test_the_tail_is_the_last_of_all(sizes: list[int]) -> None:
    tail, whole = Tail(), b""
    for number, size in enumerate(sizes):
        data = bytes([97 + number]) * size
        tail.add(data)
        whole += data
    assert tail.text() == whole[-LIMIT:].decode()


def test_a_character_cut_in_two_is_no_error() -> None:
    tail = Tail()
    tail.add("é".encode()[1:])
    assert tail.text() == "\ufffd"
