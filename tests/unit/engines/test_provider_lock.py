"""The lock file of a root is made in a copy, and put into its place whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wrapper.engines import provider_lock
from wrapper.engines.provider_lock import LockRequest, lock
from wrapper.model.errors import ConfigError
from wrapper.model.naming import LOCK_FILE
from wrapper.model.nouns import FetchedModules, Mount
from wrapper.terraform.commands import MODULES_FILE

LineCallback = Callable[[str], None]


@pytest.fixture
def asked(tmp_path: Path) -> LockRequest:
    for path, text in {"src/app/main.tf": "", f"src/app/{LOCK_FILE}": "old", "modules/m/main.tf": ""}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / ".terraform").mkdir()
    return LockRequest(tmp_path, tmp_path, ["linux_amd64"])


def writes(text: str, code: int = 0) -> provider_lock.Executor:
    def execute(asked: LockRequest, tree: Path, place: Path, said: LineCallback) -> int:
        assert (tree / "modules/m/main.tf").is_file() and place == Path("src/app")
        before = (tree / place / LOCK_FILE).read_text() if (tree / place / LOCK_FILE).is_file() else "none"
        (tree / place / LOCK_FILE).write_text(f"{before}, {text}")
        for line in ("first", "", "- the last", "  of it.", ""):
            said(line)
        return code

    return execute


def test_what_is_locked_is_kept_unless_it_is_let_go(asked: LockRequest) -> None:
    said: list[str] = []
    lock(asked, asked.root / "src/app", writes("new"), said.append)
    assert (asked.root / "src/app" / LOCK_FILE).read_text() == "old, new"
    upgrade = LockRequest(asked.root, asked.home, asked.platforms, upgrade=True)
    lock(upgrade, asked.root / "src/app", writes("newer"), said.append)
    assert (asked.root / "src/app" / LOCK_FILE).read_text() == "none, newer"
    assert said[0] == "first"
    assert sorted(path.name for path in asked.root.iterdir()) == [".terraform", "modules", "src"], "no copy is left"


def test_a_failure_changes_nothing_and_says_why(asked: LockRequest) -> None:
    with pytest.raises(ConfigError, match=r"providers lock failed: the last of it$") as error:
        lock(asked, asked.root / "src/app", writes("new", 1), lambda _: None)
    assert error.value.where == "src/app" and "--mirror" in error.value.hint
    assert (asked.root / "src/app" / LOCK_FILE).read_text() == "old"


class Engine:
    """A Docker engine that writes down what it is asked for."""

    def __init__(self) -> None:
        self.api = self
        self.argv: list[str] = []
        self.mounts: list[str] = []

    def create_host_config(self, **words: Any) -> None:
        self.mounts = [mount["Target"] for mount in words["mounts"]]

    def create_container(self, image: str, argv: list[str], **words: Any) -> dict[str, str]:
        self.argv = argv
        return {"Id": "1"}

    def start(self, made: str) -> None: ...
    def remove_container(self, made: str, **_: Any) -> None: ...
    def logs(self, made: str, **_: Any) -> list[bytes]:
        return []

    def wait(self, made: str, **_: Any) -> dict[str, int]:
        return {"StatusCode": 0}


@pytest.mark.parametrize(
    ("mirror", "flag", "mounts"),
    [
        ("", [], ["/project"]),
        ("/m", ["-fs-mirror=/mirror"], ["/project", "/mirror"]),
        ("https://e.com/", ["-net-mirror=https://e.com/"], ["/project"]),
    ],
)
def test_where_the_providers_come_from(asked: LockRequest, mirror: str, flag: list[str], mounts: list[str]) -> None:
    engine, request = Engine(), LockRequest(asked.root, asked.home, ["linux_arm64"], mirror)
    assert provider_lock.in_container(engine, "i:1", "bridge")(request, asked.root, Path("src/app"), print) == 0
    assert engine.argv[4:] == ["terraform", "providers", "lock", "-no-color", *flag, "-platform=linux_arm64"]
    assert engine.mounts == mounts


def test_modules_from_elsewhere_lie_there_before_terraform_looks_for_them(asked: LockRequest) -> None:
    links = {".terraform/modules/x": "/modules-fetched/x/m"}
    fetched = FetchedModules("x 1", links, b'{"Modules": []}', (Mount(Path("/cache"), "/modules-fetched/x"),))
    seen: list[object] = []

    def execute(asked: LockRequest, tree: Path, place: Path, said: LineCallback) -> int:
        seen.append(((tree / place / MODULES_FILE).read_bytes(), (tree / place / ".terraform/modules/x").readlink()))
        return 0

    lock(replace(asked, fetched=lambda _: fetched), asked.root / "src/app", execute, lambda _: None)
    assert seen == [(fetched.manifest, Path("/modules-fetched/x/m"))]
