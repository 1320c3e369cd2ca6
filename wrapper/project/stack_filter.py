"""Which stacks of a project a command for many means, and each of them as its files say it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..model import naming
from ..model.errors import OrchestrateError
from ..model.stack import Stack, UnreadableStack
from .project import Project


@dataclass(frozen=True)
class StackFilter:
    """Which stacks: of a region ("": all) and of names that any glob matches (none: all)."""

    region: str = ""
    globs: tuple[str, ...] = ()

    def places(self, project: Project) -> list[tuple[str, str]]:
        """(region, stack) of each. NotFoundError for a region or a glob that matches nothing: most likely misspelt."""
        if self.region and not project.is_region(self.region):
            raise naming.unknown("region", self.region, {r for r, _ in project.places if r})
        places = sorted(p for p in project.places if not self.region or p[0] == self.region)
        names = {name for _, name in places}
        for glob in self.globs:
            if not any(fnmatchcase(name, glob) for name in names):
                raise naming.unknown("stack matches", glob, names, self.region)
        return [p for p in places if not self.globs or any(fnmatchcase(p[1], glob) for glob in self.globs)]

    def stacks(self, project: Project) -> Iterator[Stack | UnreadableStack]:
        """Each is read when it is its turn; one that cannot be read stops no other. Raises as ``places`` does."""
        for region, name in self.places(project):
            yield _read(project, region, name)


def _read(project: Project, region: str, name: str) -> Stack | UnreadableStack:
    try:
        return project.stack(name, region)
    except OrchestrateError as error:
        return UnreadableStack(region, name, error)
