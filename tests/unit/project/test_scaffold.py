"""A new project: what it is made of, and that it overwrites nothing."""

from __future__ import annotations

import os
from pathlib import Path

import platforms
import pytest

from wrapper.model.errors import NotFoundError, UsageError
from wrapper.model.stack import Layer
from wrapper.project import scaffold
from wrapper.project.project import Project
from wrapper.project.scaffold import Choices

ROOT = Path(__file__).resolve().parents[3]
SHOP = Choices("shop", "eu-west-1", ("web", "api"))


def test_its_values_are_right_in_every_layer(tmp_path: Path) -> None:
    scaffold.lay(tmp_path / "shop", {**scaffold.initial(ROOT, SHOP), **scaffold.copied(ROOT, SHOP)})
    made = Project(tmp_path / "shop", tmp_path / "home")
    (stack,) = made.stacks()
    assert (stack.label, stack.settings.ephemeral) == ("eu-west-1/shop-test", True)
    assert stack.settings.merge == "deep"
    assert made.values.of(Layer(stack))
    assert made.tenants(stack) == ["acme"]
    found = made.values.of(Layer(stack, "acme"))
    assert [found[f"{name}-build"].value for name in SHOP.services] == ["1", "1"]


def test_it_says_nothing_of_the_example() -> None:
    files = {
        **scaffold.initial(ROOT, SHOP),
        **scaffold.copied(ROOT, Choices("shop", "eu-west-1", ("web",), scaffold.PIPELINES)),
    }
    named = {p for p, data in files.items() if any(w in data for w in (b"@PROJECT@", b"@REGION@", b"@SERVICE@"))}
    assert named == set()
    mine = {path: data.decode() for path, data in files.items() if not path.startswith("modules/")}
    assert [p for p, text in mine.items() if "appcluster" in text or "ap-southeast-2" in text] == []


def test_the_modules_are_those_of_the_tool() -> None:
    found = scaffold.copied(ROOT, SHOP)
    assert all(data == (ROOT / path).read_bytes() for path, data in found.items())
    assert {path.split("/")[1] for path in found} == {f.name for f in (ROOT / "modules").iterdir()}


def test_the_roots_have_the_lock_files_of_the_image(tmp_path: Path) -> None:
    found = scaffold.initial(ROOT, SHOP)
    for root in ("", "/tenant"):
        lock = (ROOT / f"src/appcluster{root}/.terraform.lock.hcl").read_bytes()
        assert found[f"src/shop{root}/.terraform.lock.hcl"] == lock


def test_what_programs_leave_in_a_module_is_no_part_of_it(tmp_path: Path) -> None:
    for path in ("modules/a/main.tf", "modules/a/.terraform/x", "modules/a/.terraform.lock.hcl"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    assert {*scaffold.copied(tmp_path, SHOP)} == {"modules/a/main.tf"}


def test_pipelines_come_where_they_are_wanted() -> None:
    choices = Choices("shop", "eu-west-1", ("web",), ("jenkins",))
    found = {*scaffold.copied(ROOT, choices)}
    assert "config/jenkins.hcl" in scaffold.initial(ROOT, choices)
    assert "config/jenkins.hcl" not in scaffold.initial(ROOT, Choices("shop", "eu-west-1", ("web",)))
    assert "jenkins/deploy.Jenkinsfile" in found and "jenkins/vars/deployTenant.groovy" in found
    assert [path for path in found if path.startswith("jenkins/agent")] == []


def test_the_jobs_of_a_platform_lie_where_it_looks() -> None:
    files = {name: Choices("shop", "eu-west-1", ("web",), (name,)) for name in ("github", "gitlab")}
    found = {
        name: {p for p in scaffold.copied(ROOT, choices) if not p.startswith("modules/")}
        for name, choices in files.items()
    }
    names = ("apply", "drift", "expired", "nightly-destroy", "plan", "pull-request-end", "pull-request")
    assert found["github"] == {f".github/workflows/orchestrate-{name}.yml" for name in names}
    assert found["gitlab"] == {"gitlab/orchestrate.yml"}
    own = {name: ".gitlab-ci.yml" in scaffold.initial(ROOT, choices) for name, choices in files.items()}
    assert own == {"github": False, "gitlab": True}
    included = platforms.read(scaffold.initial(ROOT, files["gitlab"])[".gitlab-ci.yml"].decode())
    assert included == {"include": [{"local": "gitlab/orchestrate.yml"}]}


@pytest.mark.parametrize(
    "choices",
    [
        Choices("Shop", "eu-west-1", ("web",)),
        Choices("a" * 27, "eu-west-1", ("web",)),
        Choices("shop", "eu west", ("web",)),
        Choices("shop", "eu-west-1", ("web", "web")),
        Choices("shop", "eu-west-1", ("../x",)),
        Choices("shop", "eu-west-1", ()),
        Choices("shop", "eu-west-1", ("web",), ("..",)),
    ],
)
def test_bad_choices(choices: Choices) -> None:
    with pytest.raises(UsageError):
        scaffold.check(choices)


@pytest.mark.parametrize("there", ["README.md", "config/", ".envrc"])
def test_it_overwrites_nothing(tmp_path: Path, there: str) -> None:
    (tmp_path / "shop").mkdir()
    place = tmp_path / "shop" / there
    place.mkdir() if there.endswith("/") else place.write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        scaffold.lay(tmp_path / "shop", {"README.md": b"ours", "config/a": b""})
    assert [*(tmp_path / "shop").iterdir()] == [place] and [*tmp_path.iterdir()] == [tmp_path / "shop"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "shop"
    place.write_text("mine") if kind == "file" else place.symlink_to("nowhere")
    with pytest.raises(UsageError, match="no folder"):
        scaffold.lay(place, {"a": b""})


def test_a_new_git_repository_keeps_its_git(tmp_path: Path) -> None:
    (tmp_path / "shop/.git").mkdir(parents=True)
    scaffold.lay(tmp_path / "shop", {"config/a": b"1", "orchestrate": b"#!/bin/sh\n"})
    assert sorted(f.name for f in (tmp_path / "shop").iterdir()) == [".git", "config", "orchestrate"]
    assert os.access(tmp_path / "shop/orchestrate", os.X_OK)


def test_an_empty_folder_is_filled_from_inside(tmp_path: Path) -> None:
    """It may be a mount point: nothing is made beside it, and it stays the folder that it is."""
    folder = tmp_path / "shop"
    folder.mkdir()
    before, above = folder.stat().st_ino, tmp_path.stat().st_mtime_ns
    scaffold.lay(folder, {"config/a": b"1"})
    assert (folder.stat().st_ino, tmp_path.stat().st_mtime_ns) == (before, above)
    assert [f.name for f in folder.iterdir()] == ["config"]


def test_a_tool_without_modules_copies_none(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no modules to copy"):
        scaffold.copied(tmp_path, SHOP)


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFoundError, match="cannot write it"):
        scaffold.lay(tmp_path / "file/shop", {"a": b""})
    with pytest.raises(NotFoundError, match="cannot write it"):
        scaffold.lay(tmp_path / "shop", {"a": b"", "a/b": b""})
    assert [f.name for f in tmp_path.iterdir()] == ["file"]
