"""What of the caller's keys and tokens the fetching container gets, and that a run's gets none."""

from __future__ import annotations

import socket
from pathlib import Path

from wrapper.cli import fetch_credentials
from wrapper.terraform.environment import for_terraform


def home_of(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for name, text in {
        ".ssh/known_hosts": "example.com ssh-ed25519 AAAA\n",
        ".ssh/id_ed25519": "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        ".ssh/id_ed25519.pub": "ssh-ed25519 AAAA\n",
        ".gitconfig": "[user]\n",
        ".terraformrc": 'credentials "app.terraform.io" {\n  token = "one"\n}\n',
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    return home


def test_with_an_agent_no_key_goes_along(tmp_path: Path) -> None:
    home, place = home_of(tmp_path), tmp_path / "agent"
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(str(place))
        environ = {"HOME": str(home), "SSH_AUTH_SOCK": str(place), "TF_TOKEN_example_com": "two", "OTHER": "x"}
        targets = {m.target: m for m in fetch_credentials.mounts(environ, tmp_path / "passwd")}
        variables = fetch_credentials.variables(environ)
    assert set(targets) == {
        "/tmp/.ssh/known_hosts",
        "/tmp/.ssh/id_ed25519.pub",
        "/tmp/.gitconfig",
        "/run/orchestrate-agent",
        "/etc/passwd",
    }
    assert not any(mount.writable for mount in targets.values())
    assert variables == {
        "SSH_AUTH_SOCK": "/run/orchestrate-agent",
        "TF_TOKEN_app_terraform_io": "one",
        "TF_TOKEN_example_com": "two",
    }


def test_without_one_the_keys_do(tmp_path: Path) -> None:
    environ = {"HOME": str(home_of(tmp_path)), "SSH_AUTH_SOCK": str(tmp_path / "gone")}
    assert "/tmp/.ssh/id_ed25519" in {m.target for m in fetch_credentials.mounts(environ, tmp_path / "passwd")}
    assert "SSH_AUTH_SOCK" not in fetch_credentials.variables(environ)
    assert fetch_credentials.variables({}) == {}


def test_ssh_finds_the_user_of_the_container() -> None:
    assert fetch_credentials.passwd(0, 0) == "root:x:0:0::/tmp:/bin/sh\n"
    assert fetch_credentials.passwd(1000, 100).endswith("orchestrate:x:1000:100::/tmp:/bin/sh\n")


def test_a_run_gets_neither_agent_nor_token() -> None:
    around = {
        "SSH_AUTH_SOCK": "/agent",
        "TF_TOKEN_app_terraform_io": "hush",
        "GIT_CONFIG_VALUE_0": "hush",
        "PATH": "/bin",
    }
    for host in (True, False):
        given = for_terraform(around, {}, "", host=host, sandbox=False)
        assert not {"SSH_AUTH_SOCK", "TF_TOKEN_app_terraform_io", "GIT_CONFIG_VALUE_0"} & given.keys()
