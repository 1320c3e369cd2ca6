"""What a lock file is made with: from where the providers come, and what runs Terraform."""

from __future__ import annotations

from pathlib import Path

import pytest
from project_on_disk import Disk

from wrapper.cli import provider_locks
from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.model.errors import NotFoundError

MIRROR = "https://mirror.example.com/providers/"


@pytest.mark.parametrize(
    ("typed", "environ", "mirror"),
    [
        ("https://typed.example.com/", "https://said.example.com/", "https://typed.example.com/"),
        ("", "https://said.example.com/", "https://said.example.com/"),
        ("", "", MIRROR),
    ],
)
def test_the_projects_own_mirror_serves_where_no_other_is_named(
    example: Disk, typed: str, environ: str, mirror: str
) -> None:
    example.write("orchestrate.hcl", f'registries = {{ providers = "{MIRROR}" }}\n')
    session = CliSession(
        Options(root=str(example.root), engine="host"), environ={"PATH": "/bin", "ORCHESTRATE_MIRROR": environ}
    )
    asked = provider_locks.request(session, typed, (), upgrade=False)
    assert (asked.mirror, asked.platforms) == (mirror, ["linux_amd64", "linux_arm64"])
    assert asked.fetched(example.root / "src/app") is None, "it calls no module from elsewhere"


def test_a_folder_that_is_not_there_is_no_mirror(example: Disk, tmp_path: Path) -> None:
    session = CliSession(Options(root=str(example.root), engine="host"), environ={"PATH": "/bin"})
    with pytest.raises(NotFoundError, match="no folder"):
        provider_locks.request(session, str(tmp_path / "nowhere"), (), upgrade=False)
