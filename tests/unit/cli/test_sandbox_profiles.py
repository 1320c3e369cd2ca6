"""A provider block with ``profile`` meets the simulated account, and nothing of the caller's profiles."""

from __future__ import annotations

import configparser
from collections.abc import Callable

from project_on_disk import Disk
from said import Said

from wrapper.cli import sandbox_profiles

Run = Callable[..., Said]
PROVIDER = 'provider "aws" {\n  profile = "company"\n}\nprovider "aws" {\n  alias   = "b"\n  profile = "other one"\n}\n'
KEYS = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "hush"}


def test_the_names_that_stand_in_a_root(example: Disk) -> None:
    example.write("src/app/providers.tf", PROVIDER)
    example.write("src/app/tenant/p.tf", 'provider "aws" {\n  profile = var.profile\n}\n# profile = "no"\n')
    assert sandbox_profiles.names([example.root / "src/app", example.root / "src/app/tenant"]) == [
        "company",
        "other one",
    ]


def test_each_is_the_simulated_account() -> None:
    parser = configparser.ConfigParser()
    parser.read_string(sandbox_profiles.text(["company", "other one"], KEYS))
    assert {name: dict(parser[name]) for name in parser.sections()} == {
        name: {"aws_access_key_id": "sandbox", "aws_secret_access_key": "hush"} for name in ("company", "other one")
    }


def test_it_is_mounted_where_a_root_names_one(run_cli: Run, example: Disk) -> None:
    words = ("plan", "app-test", "--dry-run", "--sandbox", "--engine", "docker")
    assert "profiles" not in run_cli(*words).out
    example.write("src/app/providers.tf", PROVIDER)
    said = run_cli(*words)
    assert said.code == 0, said.err
    assert "--env=AWS_SHARED_CREDENTIALS_FILE=/etc/orchestrate-profiles" in said.out
    assert "sandbox-profiles,target=/etc/orchestrate-profiles,readonly" in said.out
    assert "profiles" not in run_cli(*words[:3], "--engine", "docker").out
    assert not (example.root / ".orchestrate/sandbox-profiles").exists(), "a dry run writes nothing"


def test_the_file_is_private(example: Disk) -> None:
    example.write("src/app/providers.tf", PROVIDER)
    home = example.root / ".orchestrate"
    found, mounts = sandbox_profiles.lay_out([example.root / "src/app"], KEYS, home, contained=False, dry=False)
    assert found == {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": str(home / "sandbox-profiles")}
    assert mounts == () and (home / "sandbox-profiles").stat().st_mode & 0o777 == 0o600
