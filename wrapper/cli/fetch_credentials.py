"""What of the caller's keys and tokens the container gets that fetches modules, and no other one: the agent, known_hosts, git's
configuration and logins, tokens of registries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ..model.nouns import Mount
from ..terraform import cli_credentials, environment

_HOME, _AGENT = "/tmp", "/run/orchestrate-agent"
_GIT = (".gitconfig", ".config/git", ".git-credentials", ".netrc")


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Of its environment. A token in a variable wins over one in a file, as Terraform has it."""
    home = Path(environ.get("HOME", "/nonexistent"))
    configuration = environ.get("TF_CLI_CONFIG_FILE") or str(home / ".terraformrc")
    tokens = cli_credentials.of_login(_text(home / ".terraform.d/credentials.tfrc.json"))
    tokens |= cli_credentials.of_configuration(_text(Path(configuration)))
    agent = {"SSH_AUTH_SOCK": _AGENT} if _agent(environ) else {}
    return {**cli_credentials.as_variables(tokens), **environment.for_fetching(environ), **agent}


def mounts(environ: Mapping[str, str], passwd: Path) -> tuple[Mount, ...]:
    """Read-only. ``passwd``: the file in which ssh finds the container's user."""
    home = Path(environ.get("HOME", "/nonexistent"))
    agent = _agent(environ)
    found = [Mount(file.resolve(), f"{_HOME}/.ssh/{file.name}") for file in _ssh(home, keys=not agent)]
    found += [Mount((home / name).resolve(), f"{_HOME}/{name}") for name in _GIT if (home / name).exists()]
    found += [Mount(Path(agent), _AGENT)] if agent else []
    return (*found, Mount(passwd, "/etc/passwd"))


def passwd(uid: int, gid: int) -> str:
    """ssh refuses to run for a user without a name, and looks for its files in that user's home."""
    return f"root:x:0:0::{_HOME}:/bin/sh\n" + (f"orchestrate:x:{uid}:{gid}::{_HOME}:/bin/sh\n" if uid else "")


def _agent(environ: Mapping[str, str]) -> str:
    socket = environ.get("SSH_AUTH_SOCK", "")
    with suppress(OSError):
        return socket if socket and Path(socket).is_socket() else ""
    return ""


def _ssh(home: Path, *, keys: bool) -> Iterator[Path]:
    """Files of ~/.ssh. Where an agent holds the keys, no file that is one."""
    with suppress(OSError):
        for file in sorted((home / ".ssh").iterdir()):
            if file.is_file() and (keys or "PRIVATE KEY" not in _text(file)):
                yield file


def _text(file: Path) -> str:
    with suppress(OSError):
        return file.read_text("utf-8", "replace") if file.is_file() else ""
    return ""
