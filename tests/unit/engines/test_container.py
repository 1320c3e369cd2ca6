"""The container a Run gets, as data and as a line of a shell."""

from __future__ import annotations

import os
from pathlib import Path

from fakes import run_of

from wrapper.engines.container import Container, describe
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
