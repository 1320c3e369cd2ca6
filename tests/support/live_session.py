"""The command line on an AWS of ours (tests/support/live_aws.py), in a project whose tenant acme runs there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloud import Cloud
from live_aws import LiveAws, deployed
from project_on_disk import LIVE, REGION, Disk, filled
from said import Said

from wrapper.aws.identity import Identity
from wrapper.cli.main import _run
from wrapper.cli.session import CliSession
from wrapper.model.stack import Stack
from wrapper.run.signals import SignalHandler


class QuickSignals(SignalHandler):
    """Waits for nothing, and remembers how long it would have; after ``most`` of the commands' own pauses Ctrl-C is typed."""

    def __init__(self, info: Callable[[str], None], waited: list[float], most: int) -> None:
        super().__init__(info)
        self.waited, self.most = waited, most

    def pause(self, seconds: float) -> None:
        if seconds in (1.0, 5.0):  # the other pauses are for AWS's rates, and of no fixed length
            self.waited.append(seconds)
        if len(self.waited) >= self.most:
            os.kill(os.getpid(), signal.SIGINT)
        self.check()


@dataclass(frozen=True)
class LiveSession(CliSession):
    world: Identity = field(default_factory=LiveAws)
    waited: list[float] = field(default_factory=list)
    most: int = 1000

    def signals(self) -> SignalHandler:
        return QuickSignals(self.console.info, self.waited, self.most)

    def identity(self, stack: Stack) -> Identity:
        return self.world


@dataclass(frozen=True)
class LiveTenant:
    """``capture``: pytest's, of the process's own streams."""

    disk: Disk
    capture: Any
    environ: Mapping[str, str] = field(default_factory=lambda: {"USER": "me", "PATH": os.environ["PATH"]})

    def applied(self, stack: str = "app-test", **outputs: Any) -> LiveTenant:
        deployed(Cloud(filled(self.disk, _applied, stack)).states, stack, **outputs)
        return self

    def run(self, line: str, world: Identity | None = None, argv: tuple[str, ...] = (), most: int = 1000) -> Said:
        """``argv``: what stands behind ``--``; ``most``: pauses after which Ctrl-C is typed."""
        words = [*line.split(), *(("--", *argv) if argv else ())]
        self.capture.readouterr()
        code = _run(words, LiveSession(argv=tuple(words), environ=self.environ, world=world or LiveAws(), most=most))
        return Said(code, *self.capture.readouterr())


def _applied(disk: Disk, stack: str) -> None:
    disk.write(f"{LIVE}/stack.hcl", 'source = "app"\nprotected = true\n')  # deployed to by apply
    for tenant in ("", "acme"):
        Cloud(disk, stack, REGION).perform("apply", tenant, confirmed=f"{REGION}/{stack}/{tenant}".rstrip("/"))
