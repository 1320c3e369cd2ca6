"""Which stacks a region and globs mean, and what becomes of one that cannot be read."""

from __future__ import annotations

import pytest
from project_on_disk import APP, REGION, Disk

from wrapper.model.errors import ConfigError, NotFoundError
from wrapper.model.stack import Stack, UnreadableStack
from wrapper.project.project import Project
from wrapper.project.stack_filter import StackFilter


def project(disk: Disk) -> Project:
    return Project(disk.root, disk.root / ".orchestrate")


@pytest.mark.parametrize(
    ("region", "globs", "names"),
    [
        (REGION, (), ["app-live", "app-test"]),
        (REGION, ("*-test", "app-t*"), ["app-test"]),
        ("", ("app-l*", "glob*"), ["global", "app-live", "app-live"]),
    ],
)
def test_regions_and_globs(example: Disk, region: str, globs: tuple[str, ...], names: list[str]) -> None:
    assert [stack.name for stack in StackFilter(region, globs).stacks(project(example))] == names


def test_what_matches_nothing_is_misspelt(example: Disk) -> None:
    with pytest.raises(NotFoundError, match="no stack matches 'tset'"):
        next(StackFilter(globs=("app-test", "tset")).stacks(project(example)))
    with pytest.raises(NotFoundError, match="no region 'eu-north-9'"):
        next(StackFilter("eu-north-9").stacks(project(example)))


def test_one_that_cannot_be_read_stops_no_other(example: Disk) -> None:
    example.write(f"{APP}/stack.hcl", "ephemeral = 1\n")
    found = {stack.name: stack for stack in StackFilter().stacks(project(example))}
    broken = found.pop("app-test")
    assert isinstance(broken, UnreadableStack) and isinstance(broken.error, ConfigError)
    assert broken.region == REGION and "ephemeral must be a bool" in str(broken.error)
    assert found and all(isinstance(stack, Stack) for stack in found.values())
