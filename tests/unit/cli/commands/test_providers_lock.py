"""``providers lock``: which roots it takes, and what it refuses. tests/e2e/test_versions.py runs it with Terraform."""

from __future__ import annotations

from collections.abc import Callable

from project_on_disk import Disk
from said import Said

from wrapper.cli import installation, provider_locks
from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.engines.image import inputs
from wrapper.engines.provider_lock import LockRequest, on_host
from wrapper.project.project import Project

Run = Callable[..., Said]
ROOTS = ["src/app", "src/app/tenant", "src/global"]


def test_it_takes_the_roots_without_a_lock_file(example: Disk) -> None:
    example.write("src/app/.terraform.lock.hcl", "")
    example.write("src/modules/main.tf", "")
    unlocked = Project(example.root, example.root / ".orchestrate").unlocked
    assert [str(root.relative_to(example.root)) for root in unlocked] == ["src/app/tenant", "src/global", "src/modules"]


def test_where_every_root_has_one_there_is_nothing_to_do(run_cli: Run, example: Disk) -> None:
    for root in ROOTS:
        example.write(f"{root}/.terraform.lock.hcl", inputs.tool_lock(installation.SELF))
    said = run_cli("providers", "lock")
    assert (said.code, said.out) == (0, "") and "every root has a lock file" in said.err


def test_an_upgrade_names_its_roots(run_cli: Run, example: Disk) -> None:
    said = run_cli("providers", "lock", "--upgrade")
    assert (said.code, said.out) == (64, "") and "name them, such as src/app" in said.err
    assert example.left_behind() == set()


def test_what_is_no_root_or_no_mirror(run_cli: Run, example: Disk) -> None:
    for words in (["src/nothing"], ["config"], ["modules/service"], ["src/app", "--mirror", "nowhere"]):
        said = run_cli("providers", "lock", "--engine", "host", *words)
        assert said.code == 66 and words[-1] in said.err, said.err


def test_options_act(example: Disk, run_cli: Run) -> None:
    def asked(*, upgrade: bool = False, mirror: str = "", platforms: tuple[str, ...] = ()) -> LockRequest:
        session = CliSession(Options(root=str(example.root), engine="host"), environ={"PATH": "/bin"})
        return provider_locks.request(session, mirror, platforms, upgrade)

    assert (asked().platforms, asked().mirror, asked().upgrade) == (["linux_amd64", "linux_arm64"], "", False)
    assert (asked(mirror=str(example.root)).mirror, asked(upgrade=True).upgrade) == (str(example.root), True)
    assert asked(mirror=str(example.root)).platforms == [f"linux_{inputs.host_arch()}"]
    assert asked(platforms=("darwin_arm64",)).platforms == ("darwin_arm64",)
    assert provider_locks._executor(CliSession(Options(engine="host"))) is on_host
    assert run_cli("providers", "lock", "--root", "nowhere").code == 66


def test_terraforms_own_command_stays(run_cli: Run, example: Disk) -> None:
    said = run_cli("providers", "app-test", "lock", "--dry-run")
    assert said.code == 0 and "terraform providers lock" in said.out
