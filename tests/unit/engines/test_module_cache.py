"""The cache of modules: what is published of a fetch, and what of it a root gets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from wrapper.engines import module_cache
from wrapper.engines.module_cache import ModuleCache
from wrapper.model.errors import ConfigError
from wrapper.terraform.commands import MODULES_FILE
from wrapper.terraform.module_sources import GitSource, ModuleCall

COMMIT, OTHER = "a" * 40, "b" * 40
GIT = "git::ssh://git@example.com/x.git//sub?ref=main"
CALL = ModuleCall("net.x", GIT, "", "src/app/main.tf:2")
RECORDS = [
    {"Key": "", "Source": "", "Dir": "."},
    {"Key": "m0", "Source": GIT, "Dir": ".terraform/modules/m0/sub"},
    {"Key": "m0.near", "Source": "../near", "Dir": ".terraform/modules/m0/near"},
    {
        "Key": "m0.far",
        "Source": "registry.terraform.io/o/n/p",
        "Version": "1.2.0",
        "Dir": ".terraform/modules/m0.far/deep",
    },
]


def clone(folder: Path, commit: str = COMMIT, tag: str = "") -> None:
    """What git leaves of a clone."""
    (folder / ".git/refs/heads").mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".git/refs/heads/main").write_text(f"{commit}\n")
    (folder / ".git/config").write_text("url = https://me:hush@example.com\n")
    packed = [f"{commit} refs/remotes/origin/main", *([f"{commit} refs/tags/{tag}"] if tag else [])]
    (folder / ".git/packed-refs").write_text("# pack-refs\n" + "\n".join(packed) + "\n")


def fetched(draft: Path, commit: str = COMMIT, tag: str = "") -> None:
    """What ``terraform get`` leaves of a module that calls one beside it and one of a registry."""
    modules = draft / ".terraform/modules"
    clone(modules / "m0", commit, tag)
    for file in ("m0/sub/main.tf", "m0/near/main.tf", "m0.far/deep/main.tf", "m0/part/.git"):
        (modules / file).parent.mkdir(parents=True, exist_ok=True)
        (modules / file).write_text("x")
    (draft / MODULES_FILE).write_text(json.dumps({"Modules": RECORDS}))


def publish(cache: ModuleCache, now: float = 1000.0, **what: str) -> module_cache.Entry:
    with cache.alone(lambda: None), cache.draft() as draft:
        fetched(draft, **what)
        return cache.publish(draft, {"m0": CALL}, now)[0]


def test_an_entry_names_what_was_fetched_and_holds_nothing_of_git(tmp_path: Path) -> None:
    cache = ModuleCache(tmp_path)
    made = publish(cache)
    (entry,) = cache.entries(CALL)
    assert (entry.records, entry.packages) == (made.records, made.packages)
    assert entry.identity[0] == f"{GIT} {COMMIT}" and entry.identity[1].startswith("registry.terraform.io/o/n/p 1.2.0+")
    assert entry.moving == [(GitSource("ssh://git@example.com/x.git", "main"), COMMIT)]
    assert not list(entry.tree.rglob(".git")) and (entry.tree / "m.far/deep/main.tf").is_file()
    assert not (entry.tree / "m/sub/main.tf").stat().st_mode & 0o222
    assert [p.name for p in cache.folder.iterdir() if p.name.startswith("fetching-")] == []


def test_a_tag_stays_and_a_branch_of_its_name_does_not(tmp_path: Path) -> None:
    cache = ModuleCache(tmp_path)
    with cache.alone(lambda: None), cache.draft() as draft:
        fetched(draft, tag="v1")
        (draft / MODULES_FILE).write_text(json.dumps({"Modules": RECORDS}).replace("ref=main", "ref=v1"))
        assert cache.publish(draft, {"m0": CALL}, 1.0)[0].moving == []
    assert publish(cache, tag="main").moving != []


def test_a_root_gets_its_modules_where_terraform_would_have_put_them(tmp_path: Path) -> None:
    entry = publish(ModuleCache(tmp_path))
    local = ModuleCall("net", "../../modules/net", "", "", "../../modules/net")
    manifest = json.loads(module_cache.manifest({"net": local, "net.x": CALL}, {"net.x": entry}))
    assert [tuple(record.values()) for record in manifest["Modules"]] == [
        ("", "", "."),
        ("net", "../../modules/net", "../../modules/net"),
        ("net.x", GIT, ".terraform/modules/net.x/sub"),
        ("net.x.near", "../near", ".terraform/modules/net.x/near"),
        ("net.x.far", "registry.terraform.io/o/n/p", "1.2.0", ".terraform/modules/net.x.far/deep"),
    ]
    assert module_cache.links("net.x", entry, "/seen") == {
        ".terraform/modules/net.x": "/seen/m",
        ".terraform/modules/net.x.far": "/seen/m.far",
    }


def test_what_a_branch_was_before_stays_beside_what_it_is(tmp_path: Path) -> None:
    cache = ModuleCache(tmp_path)
    publish(cache, now=1000.0)
    publish(cache, now=2000.0, commit=OTHER)
    assert [entry.packages[0].found for entry in cache.entries(CALL)] == [OTHER, COMMIT]
    publish(cache, now=3000.0)
    assert [entry.packages[0].found for entry in cache.entries(CALL)] == [COMMIT, OTHER], "fetched again: the newest"
    assert cache.clear() == 2 and cache.entries(CALL) == []


def test_what_a_killed_fetch_left_is_removed_and_never_believed(tmp_path: Path) -> None:
    cache = ModuleCache(tmp_path)
    entry = publish(cache)
    (entry.folder / "entry.json").write_text("{")
    (cache.folder / "fetching-1").mkdir()
    assert cache.entries(CALL) == []
    publish(cache)
    assert len(cache.entries(CALL)) == 1 and not (cache.folder / "fetching-1").exists()


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../x", "../m0.far"])
def test_a_link_that_leads_out_is_refused(tmp_path: Path, target: str) -> None:
    cache = ModuleCache(tmp_path)
    with cache.alone(lambda: None), cache.draft() as draft:
        fetched(draft)
        os.symlink(target, draft / ".terraform/modules/m0/out")
        with pytest.raises(ConfigError, match="leads out of it: out") as error:
            cache.publish(draft, {"m0": CALL}, 1.0)
    assert error.value.where == CALL.where and cache.entries(CALL) == []


def test_a_link_within_is_taken(tmp_path: Path) -> None:
    cache = ModuleCache(tmp_path)
    with cache.alone(lambda: None), cache.draft() as draft:
        fetched(draft)
        os.symlink("near/main.tf", draft / ".terraform/modules/m0/in")
        assert cache.publish(draft, {"m0": CALL}, 1.0)
