"""What the simulated AWS of a project holds before its first run."""

from __future__ import annotations

from project_on_disk import APP, LIVE, REGION, Disk

from wrapper.cli.sandbox_seed import seed_of
from wrapper.project.project import Project
from wrapper.sandbox.lifecycle import Seed


def test_the_buckets_of_its_stacks_and_what_the_project_names(example: Disk) -> None:
    for folder in (APP, LIVE):
        example.write(f"{folder}/backend.tfvars", f'bucket = "states"\nregion = "{REGION}"\n')
    example.write("config/sandbox.hcl", 'zones = ["example.com"]\nsecrets = { login = "x" }\n')
    seed = seed_of(Project(example.root, example.root / ".orchestrate", print))
    assert seed.buckets == (("states", REGION),), "each once; a folder is no bucket"
    assert seed.zones == ("example.com",)
    assert seed.secrets == (("login", REGION, "x"), ("login", "eu-west-1", "x"))


def test_outside_any_project_there_is_nothing_to_begin_with() -> None:
    assert seed_of(None) == Seed()
