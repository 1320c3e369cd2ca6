"""What of the caller's surroundings goes along to Terraform."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fakes import stack

from wrapper.aws.identity import Identity
from wrapper.cli.process_environment import environment_of, mounts_of


@dataclass(frozen=True)
class Caller:
    """Options and an environment."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False
    contained: bool = True
    sandboxed: bool = False
    passing: tuple[str, ...] = ()


def test_an_allowlist_and_the_region_of_the_stack(tmp_path: Path) -> None:
    environ = {"AWS_PROFILE": "me", "MY_SECRET": "s", "PATH": "/bin", "AWS_REGION": "elsewhere"}
    found = environment_of(Caller(tmp_path, environ), stack(), Identity())
    assert (found["AWS_PROFILE"], found["AWS_REGION"]) == ("me", "ap-southeast-2")
    assert not {"MY_SECRET", "PATH"} & found.keys()


def test_the_sandbox_gets_nothing_of_the_callers_aws(tmp_path: Path) -> None:
    who = Identity({"AWS_ACCESS_KEY_ID": "sandbox"})
    found = environment_of(Caller(tmp_path, {"AWS_PROFILE": "me"}, sandboxed=True), stack(), who)
    assert found["AWS_ACCESS_KEY_ID"] == "sandbox" and "AWS_PROFILE" not in found


def test_on_the_host_terraform_keeps_the_callers_configuration(tmp_path: Path) -> None:
    (tmp_path / "mine.rc").write_text("")
    environ = {"PATH": "/bin", "TF_CLI_CONFIG_FILE": str(tmp_path / "mine.rc")}
    found = environment_of(Caller(tmp_path, environ, contained=False), stack(), Identity())
    assert (found["PATH"], found["TF_CLI_CONFIG_FILE"]) == ("/bin", str(tmp_path / "mine.rc"))


def test_profiles_and_tokens_are_mounted_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert mounts_of({"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "nothing")}) == ()
    (tmp_path / ".aws").mkdir()
    (tmp_path / "token").write_text("t")
    found = mounts_of({"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")})
    assert [(m.target, m.writable) for m in found] == [("/tmp/.aws", False), (str(tmp_path / "token"), False)]
