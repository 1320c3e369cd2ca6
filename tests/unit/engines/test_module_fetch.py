"""What is said of a fetch that fails, by what Terraform, git and ssh say."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from wrapper.engines import module_fetch
from wrapper.model.errors import OrchestrateError, Stopped
from wrapper.run.signals import SignalHandler
from wrapper.terraform.module_sources import GitSource, ModuleCall

SSH = ModuleCall("vpc", "git::ssh://git@example.com/x.git?ref=v1", "", "src/app/main.tf:2")
REGISTRY = ModuleCall("reg", "app.terraform.io/org/x/aws", "~> 9.0", "src/app/main.tf:6")
SECRET = ModuleCall("vpc", "git::https://me:hush@example.com/x.git", "", "src/app/main.tf:2")
DOWNLOAD = (
    'Error: Failed to download module\n\n  on m0.tf.json line 1, in module.m0:\nCould not download module "m0" from\n'
)


def failing(said: str, call: ModuleCall = SSH, code: int = 1) -> OrchestrateError:
    def execute(argv: Sequence[str], folder: Path, hear: module_fetch.SaidCallback) -> int:
        for line in said.splitlines():
            hear(line)
        return code

    with pytest.raises(OrchestrateError) as error:
        _fetch(execute, call)
    return error.value


def _fetch(execute: module_fetch.FetchExecutor, call: ModuleCall) -> None:
    with tempfile.TemporaryDirectory() as folder:
        module_fetch.fetch(execute, Path(folder), {"m0": call})


@pytest.mark.parametrize(
    ("said", "code", "word", "hint"),
    [
        (
            "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.\n"
            "Host key verification failed.",
            65,
            "the host key of [127.0.0.1]:2222 is not known",
            "ssh-keyscan -p 2222 127.0.0.1 >>~/.ssh/known_hosts",
        ),
        (
            "Offending ED25519 key in /tmp/.ssh/known_hosts:3\nHost key for example.com has changed and you have requested strict "
            "checking.\nHost key verification failed.",
            65,
            "example.com has another host key than this line says",
            "ssh-keygen -R 'example.com'",
        ),
        ("git@example.com: Permission denied (publickey).", 77, "Permission denied (publickey)", "ssh-add -l"),
        (
            "ssh: Could not resolve hostname example.com: Name or service not known",
            69,
            "Could not resolve hostname",
            "is the network",
        ),
        ("ssh: connect to host example.com port 22: Connection refused", 69, "Connection refused", "is the network"),
        (
            "fatal: unable to access: Failed to connect to 127.0.0.1 port 9 after 0 ms",
            69,
            "127.0.0.1 port 9",
            "is the network",
        ),
        ("error: pathspec 'v1' did not match any file(s) known to git", 65, "no such ref", "git ls-remote"),
        ("fatal: '/x.git' does not appear to be a git repository", 65, "does not appear", "correct source"),
        ("fatal: repository 'https://example.com/x/' not found", 65, "not found", "can you read it"),
        (
            "fatal: could not read Username for 'https://example.com': terminal prompts disabled",
            77,
            "could not read",
            "netrc",
        ),
        ("SSL certificate problem: self-signed certificate", 69, "SSL certificate problem", "certificates ="),
        ("write error: No space left on device", 69, "No space left", "free disk space"),
        ("something that no program has said before", 65, "no program has said", "try it with git"),
    ],
)
def test_each_failure_has_its_word(said: str, code: int, word: str, hint: str) -> None:
    error = failing(DOWNLOAD + said)
    assert (error.exit_code, word in error.message, hint in error.hint) == (code, True, True), (
        error.message,
        error.hint,
    )
    assert "cannot fetch module vpc (git::ssh://git@example.com/x.git?ref=v1)" in error.message
    assert error.where.startswith(("src/app/main.tf:2", "~/.ssh/known_hosts"))


def test_a_wrong_host_key_names_its_line() -> None:
    error = failing(DOWNLOAD + "Offending RSA key in /tmp/.ssh/known_hosts:3\nHost key verification failed.")
    assert error.where == "~/.ssh/known_hosts:3" and "src/app/main.tf:2" in error.message


def test_a_registry_that_wants_a_token_or_lacks_the_version() -> None:
    denied = failing(
        "Error: Error accessing remote module registry\n\n  on m0.tf.json line 1, in module.m0:\n401 Unauthorized",
        REGISTRY,
    )
    assert (denied.exit_code, denied.hint) == (77, "set TF_TOKEN_app_terraform_io to a token that may read it")
    lacks = failing(
        "Error: Unresolvable module version constraint\n\n  on m0.tf.json line 1, in module.m0:\nThere is no", REGISTRY
    )
    assert lacks.exit_code == 65 and "org/x/aws ~> 9.0" in lacks.message and lacks.where == "src/app/main.tf:6"


def test_a_folder_that_is_not_there() -> None:
    error = failing(
        "Error: Unreadable module subdirectory\n\n  on m0.tf.json line 1, in module.m0:\nThe directory does not exist."
    )
    assert error.exit_code == 65 and "no such folder in it" in error.message
    also = failing('Error: Failed to expand subdir globs\n\nsubdir "nosuch" not found')
    assert also.exit_code == 65 and "no such folder in it" in also.message


def test_an_unknown_failure_is_said_in_terraforms_words() -> None:
    error = failing(
        'Error: Odd\n\n on m0.tf.json line 1, in module.m0:\n 1: {"module": {"m0": {"source": "x"}}}\n\nIt is odd.'
    )
    assert error.message.endswith("): It is odd.")


def test_a_silent_server() -> None:
    assert failing("", code=124).exit_code == 69


def test_no_credential_is_said() -> None:
    for said in (
        "fatal: Authentication failed for 'https://me:hush@example.com/x.git/'",
        "from https://me:hush@example.com/x.git",
    ):
        error = failing(DOWNLOAD + said, SECRET)
        assert "hush" not in error.message + error.hint + error.where and "***@example.com" in error.message


def test_the_root_of_a_fetch_calls_the_modules_alone(tmp_path: Path) -> None:
    odd = ModuleCall("x", "git::https://example.com/${x}.git", "", "")
    module_fetch.fetch(lambda argv, folder, said: 0, tmp_path, {"m0": REGISTRY, "m1": odd})
    assert json.loads((tmp_path / "m0.tf.json").read_text()) == {
        "module": {"m0": {"source": "app.terraform.io/org/x/aws", "version": "~> 9.0"}}
    }
    assert "$${x}" in (tmp_path / "m1.tf.json").read_text()


def test_a_look_up_names_the_one_that_fails(tmp_path: Path) -> None:
    here, gone = GitSource("ssh://git@example.com/a", ""), GitSource("ssh://git@example.com/b", "dev")
    asked = {here: SSH, gone: SSH._replace(key="b")}

    def execute(argv: Sequence[str], folder: Path, said: module_fetch.SaidCallback) -> int:
        said(f"{'a' * 40}\tHEAD")
        if argv[-1] == "refs/heads/dev":
            return 2
        return 0

    assert module_fetch.look_up(execute, tmp_path, {here: SSH}) == {here: "a" * 40}
    with pytest.raises(OrchestrateError, match=r"module b .*no such ref") as error:
        module_fetch.look_up(execute, tmp_path, asked)
    assert error.value.exit_code == 65


def test_on_the_host_a_signal_leaves_nothing_that_terraform_started(tmp_path: Path) -> None:
    """Terraform starts git, and git starts ssh."""
    said: list[str] = []
    execute = module_fetch.on_host({**os.environ, "TF_LOG": "trace"})

    def stopped(line: str) -> None:
        said.append(line)
        if line == "begun":
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped), SignalHandler(print).installed():
        execute(["sh", "-c", "sleep 600 & echo $!; echo begun; wait"], tmp_path, stopped)
    until = time.monotonic() + 30
    while _runs(said[0]) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(said[0])
    assert execute(["sh", "-c", "echo ${TF_LOG-none}; exit 3"], tmp_path, said.append) == 3
    assert said[-1] == "none"


def _runs(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
