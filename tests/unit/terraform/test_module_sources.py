"""Where a module comes from, read out of its source."""

from __future__ import annotations

import pytest

from wrapper.terraform import module_sources
from wrapper.terraform.module_sources import GitSource


@pytest.mark.parametrize(
    ("source", "local"),
    [
        ("./x", True),
        ("../../modules/x", True),
        ("..", True),
        ("/modules/x", True),
        ("hashicorp/consul/aws", False),
        ("git::https://example.com/x.git", False),
        ("git@example.com:x.git", False),
    ],
)
def test_what_terraform_finds_without_asking(source: str, *, local: bool) -> None:
    assert module_sources.is_local(source) is local


@pytest.mark.parametrize(
    ("source", "written"),
    [("./a/../b/", "./b"), ("../x", "../x"), ("./", "./."), ("../a/./b", "../a/b"), ("../", "./..")],
)
def test_a_relative_source_as_terraform_writes_it_down(source: str, written: str) -> None:
    assert module_sources.local(source) == written


@pytest.mark.parametrize(
    ("address", "git"),
    [
        (
            "git::ssh://git@example.com/org/x.git//sub/y?ref=v1&depth=1",
            GitSource("ssh://git@example.com/org/x.git", "v1"),
        ),
        ("git::https://example.com/x.git", GitSource("https://example.com/x.git", "")),
        ("git::https://example.com/x.git?ref=a%2Fb", GitSource("https://example.com/x.git", "a/b")),
        ("git::/srv/x.git//sub?ref=v1", GitSource("/srv/x.git", "v1")),
        ("https://example.com/x.zip", None),
        ("app.terraform.io/org/x/aws", None),
    ],
)
def test_what_git_is_asked_for(address: str, git: GitSource | None) -> None:
    assert module_sources.git_source(address) == git


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("git::https://me:hush@example.com/x.git?ref=v1", "git::https://***@example.com/x.git?ref=v1"),
        ("git::https://hush@example.com/x.git", "git::https://***@example.com/x.git"),
        ("git::ssh://git@example.com/x.git", "git::ssh://git@example.com/x.git"),
        ("git::ssh://git:hush@example.com/x.git", "git::ssh://***@example.com/x.git"),
        ("git::ssh://git@example.com/x.git?sshkey=hush&ref=v1", "git::ssh://git@example.com/x.git?sshkey=***&ref=v1"),
        (
            "s3::https://s3.amazonaws.com/b/x.zip?aws_access_key_secret=hush",
            "s3::https://s3.amazonaws.com/b/x.zip?aws_access_key_secret=***",
        ),
        ('error "https://a:hush@b/c?token=hush" and so on', 'error "https://***@b/c?token=***" and so on'),
    ],
)
def test_no_credential_is_shown(text: str, shown: str) -> None:
    assert module_sources.shown(text) == shown


@pytest.mark.parametrize(
    ("version", "exact"),
    [
        ("1.2.3", True),
        ("= 1.2.3", True),
        ("~> 1.2.3", False),
        (">= 1.0.0, < 2.0.0", False),
        ("1.2", False),
        ("", False),
    ],
)
def test_which_constraint_stays(version: str, *, exact: bool) -> None:
    assert module_sources.is_exact(version) is exact


@pytest.mark.parametrize(
    ("source", "ssh"),
    [
        ("git::ssh://git@example.com/x.git", True),
        ("git@github.com:org/x.git", True),
        ("git::git@example.com:x.git", True),
        ("git::https://example.com/x.git", False),
        ("org/x/aws", False),
    ],
)
def test_which_needs_ssh(source: str, *, ssh: bool) -> None:
    assert module_sources.asks_ssh(source) is ssh


def test_the_host_of_a_registry() -> None:
    hosts = [
        module_sources.host(s) for s in ("app.terraform.io/org/x/aws//sub", "org/x/aws", "127.0.0.1:8443/org/x/aws")
    ]
    assert hosts == ["app.terraform.io", "", "127.0.0.1:8443"]
