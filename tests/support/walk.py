"""What one tenant's apply meets between the command line and the engine: modules, calls from one module of wrapper/ to
another, and the functions that its tenant and its arguments pass. ``python tests/support/walk.py`` prints them.

The command is real, from its words on; Terraform is played by tests/support/cloud.py.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

PACKAGE = str(Path(__file__).resolve().parents[2] / "wrapper") + "/"
CARRIED = ("tenant", "tokens")


@dataclass
class Walk:
    """``calls``: (from module, to module) -> how often, between two modules; ``carriers``: parameter -> (module, function) of
    those that took it while the walk went on."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    carriers: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: {name: set() for name in CARRIED})

    @property
    def modules(self) -> set[str]:
        return {module for pair in self.calls for module in pair}

    def hear(self, frame: FrameType, event: str, _argument: Any) -> None:
        """For sys.setprofile."""
        if event != "call" or not (here := _module(frame)):
            return
        code = frame.f_code
        for name in CARRIED:
            if name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
                self.carriers[name].add((here, code.co_name))
        above = frame.f_back
        if above is not None and (before := _module(above)) and before != here:
            self.calls[before, here] += 1

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        sys.setprofile(self.hear)
        try:
            yield
        finally:
            sys.setprofile(None)


def _module(frame: FrameType) -> str:
    """The module of wrapper/ that a frame runs in; "" for others."""
    name = frame.f_code.co_filename
    return name.removeprefix(PACKAGE).removesuffix(".py").replace("/", ".") if name.startswith(PACKAGE) else ""


def apply_of_a_tenant(root: Path) -> Walk:
    """The walk of ``apply app-test REGION -var tenant=acme`` of a stack that is there, in a project of its own."""
    from cloud import Cloud, on_fakes
    from project_on_disk import REGION, small_project

    from wrapper.cli.terraform_verb import command_of

    cloud = Cloud(small_project(root), "app-test", REGION)
    session = on_fakes(root, cloud.engine)
    command_of("apply").main(["app-test", REGION], obj=session, standalone_mode=False)
    walk = Walk()
    with walk.going_on():
        command_of("apply").main(["app-test", REGION, "-var", "tenant=acme"], obj=session, standalone_mode=False)
    return walk


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        walk = apply_of_a_tenant(Path(folder).resolve())
    print(f"{len(walk.modules)} modules, {walk.calls.total()} calls from one module to another")
    for name, found in walk.carriers.items():
        print(f"{name} passes {len(found)} functions in {len({module for module, _ in found})} modules")
    for (before, here), times in walk.calls.most_common(12):
        print(f"{times:6} {before} -> {here}")


if __name__ == "__main__":
    main()
