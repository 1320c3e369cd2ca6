"""What the simulated AWS of a project holds before its first run."""

from __future__ import annotations

from ..project.project import Project
from ..sandbox.lifecycle import Seed


def seed_of(project: Project | None) -> Seed:
    """What a real account would hold before this project's first run: its state buckets, and the hosted
    zones and secrets that config/sandbox.hcl names. Outside any project it holds nothing."""
    if project is None:
        return Seed()
    stacks = project.stacks()
    settings = project.sandbox_settings()
    regions = sorted({s.aws_region for s in stacks} - {""})
    buckets = sorted({(s.backend.bucket, s.backend.region) for s in stacks if s.backend.kind == "s3"})
    secrets = [(n, region, v) for n, v in settings["secrets"].items() for region in regions]
    return Seed(buckets=tuple(buckets), zones=tuple(settings["zones"]), secrets=tuple(secrets))
