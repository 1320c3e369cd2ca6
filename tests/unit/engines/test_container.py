"""The container a Run gets, as data and as a line of a shell."""

from __future__ import annotations

import os
from pathlib import Path

from fakes import run_of

from wrapper.engines.container import Container, describe
from wrapper.model.nouns import Mount, Step
from wrapper.terraform import environment

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
OUTSIDE = {"host": False, "sandbox": False}
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
    assert {"--log-driver=json-file", "--log-opt=max-size=1m", "--log-opt=max-file=1"} <= {*words}
    assert "hush" not in " ".join(words)
    assert words[-4:] == ["orchestrate:1", "hold", ".nonce", "nonce"]


def test_a_described_container_tells_no_secret_of_the_callers_environment() -> None:
    """Each name that the allowlist lets through, with a canary where its secret would be."""
    secret = {
        "AWS_ACCESS_KEY_ID": "hush",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "hush",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/hush",
        "AWS_ENDPOINT_URL_S3": "https://me:hush@s3.example.com/a",
        "HTTPS_PROXY": "http://me:hush@proxy:3128",
        "http_proxy": "me:hush@proxy:3128",
        "ALL_PROXY": "socks5://hush@proxy:1080",
    }
    words = describe(Container.of(run_of(environment=environment.for_terraform(secret, {}, "", **OUTSIDE)), "n"))
    assert "hush" not in " ".join(words)
    assert {*secret} <= {word.split("=")[1] for word in words if word.startswith("--env=")}, "each went along"
    assert "--env=HTTPS_PROXY=http://***@proxy:3128" in words
    assert "--env=http_proxy=***@proxy:3128" in words


def test_what_is_no_secret_is_shown() -> None:
    plain = {
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
        "NO_PROXY": "a.example.com,b",
        "HTTP_PROXY": "http://proxy:3128",
        "AWS_PROFILE": "mine",
    }
    words = describe(Container.of(run_of(environment=plain), "n"))
    assert {f"--env={name}={value}" for name, value in plain.items()} <= {*words}
