"""Modules from elsewhere in one command: what is fetched, what is looked up, and what a plan pins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_fetch import FakeFetch
from project_on_disk import Disk

from wrapper.cli.remote_modules import RemoteModules
from wrapper.engines.module_cache import ModuleCache
from wrapper.model.errors import ConfigError, OrchestrateError
from wrapper.model.nouns import FetchedModules
from wrapper.model.stack import Layer
from wrapper.project import module_calls
from wrapper.project.project import Project

TAG, BRANCH, RANGE = (
    "git::https://example.com/x.git?ref=v1",
    "git::https://example.com/x.git?ref=main",
    "example.com/org/x/aws",
)
NEXT = "b" * 40


class World:
    def __init__(self, disk: Disk) -> None:
        self.disk, self.fetch = disk, FakeFetch()
        self.said: list[str] = []

    def calls(self, **sources: str) -> None:
        texts = (
            f'module "{name}" {{\n  source = "{source}"\n'
            + ('  version = "~> 1.0"\n' if source == RANGE else "")
            + "}\n"
            for name, source in sources.items()
        )
        self.disk.write("src/app/main.tf", "".join(texts))

    def command(self, *, contained: bool = True, dry: bool = False) -> RemoteModules:
        project = Project(self.disk.root, self.disk.root / ".orchestrate")
        cache = ModuleCache(project.home)

        def calls(layer: Layer) -> list[module_calls.ModuleCall]:
            return module_calls.calls(project.files, layer)

        return RemoteModules(cache, calls, self.fetch.executor, self.said.append, contained, dry)

    def one(self, *, pinned: str | None = None, look_up: bool = True, dry: bool = False) -> FetchedModules:
        project = Project(self.disk.root, self.disk.root / ".orchestrate")
        found = self.command(dry=dry)(Layer(project.stack("app-test")), look_up=look_up, pinned=pinned)
        assert found is not None
        return found


@pytest.fixture
def world(example: Disk) -> World:
    return World(example)


def test_two_calls_and_many_layers_are_one_fetch(world: World) -> None:
    world.calls(a=TAG, b=TAG, c=BRANCH)
    project = Project(world.disk.root, world.disk.root / ".orchestrate")
    command = world.command()
    for _ in range(20):
        found = command(Layer(project.stack("app-test")), look_up=True)
    assert world.fetch.asked == [[TAG, BRANCH]]
    assert found and [line.rpartition(" ")[0] for line in found.identity.splitlines()] == [BRANCH, TAG]
    assert len(found.mounts) == 2 and not any(mount.writable for mount in found.mounts)
    assert all(target.startswith(tuple(m.target for m in found.mounts)) for target in found.links.values())
    assert {r["Key"] for r in json.loads(found.manifest)["Modules"]} == {"", "a", "b", "c"}


def test_a_tag_is_fetched_once_and_never_asked_for_again(world: World) -> None:
    world.calls(a=TAG)
    first = world.one()
    world.fetch.commit = NEXT
    assert world.one() == first and world.fetch.asked == [[TAG]]


def test_a_branch_is_looked_up_once_a_command_and_fetched_where_it_moved(world: World) -> None:
    world.calls(a=BRANCH)
    first = world.one()
    assert world.one() == first and world.fetch.asked[1:] == [["look up"]]
    world.fetch.commit = NEXT
    assert world.one(look_up=False) == first, "a state that is only read"
    moved = world.one()
    assert moved.identity == f"{BRANCH} {NEXT}" and world.fetch.asked[2:] == [["look up"], [BRANCH]]
    assert f"fetched {BRANCH} {NEXT} (was {'a' * 40})" in world.said


def test_a_range_of_versions_is_kept_with_a_word(world: World) -> None:
    world.calls(a=RANGE)
    world.one()
    world.fetch.version = "1.1.0"
    assert "1.0.0+" in world.one().identity
    assert any("is 1.0.0, as fetched on" in text and "modules fetch --upgrade" in text for text in world.said)
    project = Project(world.disk.root, world.disk.root / ".orchestrate")
    world.command().fetch_again(module_calls.calls(project.files, Layer(project.stack("app-test"))))
    assert "1.1.0+" in world.one().identity


def test_a_saved_plan_gets_what_it_was_made_with(world: World) -> None:
    world.calls(a=BRANCH)
    first = world.one()
    world.fetch.commit = NEXT
    second = world.one()
    assert world.one(pinned=first.identity) == first and world.one(pinned="") == second
    ModuleCache(world.disk.root / ".orchestrate").clear()
    with pytest.raises(ConfigError, match="the plan was made with another commit of module a") as error:
        world.one(pinned=first.identity)
    assert (error.value.where, error.value.hint) == ("src/app/main.tf:2", "make the plan again")
    assert world.one(pinned=second.identity).identity == second.identity


def test_a_dry_run_fetches_nothing(world: World, example: Disk) -> None:
    world.calls(a=BRANCH)
    project = Project(example.root, example.root / ".orchestrate")
    assert world.command(dry=True)(Layer(project.stack("app-test"))) is None
    assert world.said == [f"would fetch module a ({BRANCH})"] and world.fetch.asked == []
    world.one()
    assert world.one(dry=True).identity and world.fetch.asked == [[BRANCH]]


def test_a_fetch_that_fails_leaves_nothing(world: World) -> None:
    world.calls(a=TAG)
    world.fetch.fails = "Error: Failed to download module in module.m0: Permission denied (publickey)."
    with pytest.raises(OrchestrateError) as error:
        world.one()
    assert error.value.exit_code == 77
    folder = world.disk.root / ".orchestrate/modules"
    assert [file.name for file in folder.iterdir()] == ["lock"]


def test_on_the_host_the_links_lead_to_the_cache_itself(world: World, example: Disk) -> None:
    world.calls(a=TAG)
    project = Project(example.root, example.root / ".orchestrate")
    found = world.command(contained=False)(Layer(project.stack("app-test")))
    assert found and found.mounts == ()
    assert (Path(found.links[".terraform/modules/a"]) / "main.tf").is_file()


def test_a_root_that_calls_nothing_from_elsewhere(world: World, example: Disk) -> None:
    project = Project(example.root, example.root / ".orchestrate")
    assert world.command()(Layer(project.stack("app-test"))) is None
