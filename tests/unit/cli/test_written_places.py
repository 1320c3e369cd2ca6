"""One canary in every place where a secret comes in, and every place that is written looked into: while a command runs, and
after it. Only the places in ALLOWED may hold it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import Cloud, OnFakes, run
from fakes import FakeEngine, FakeSession
from project_on_disk import APP, REGION, Disk
from writers import writers, writers_below
from written_places import (
    BUCKET,
    CACHE,
    CONTAINER,
    JOURNAL,
    LOG,
    LOOKED_INTO,
    NO_SECRET,
    OUTPUT,
    PROCESS,
    REPORT,
    RUN,
    WRITERS,
)

from wrapper.cli.options import Options
from wrapper.engines.container import Container, describe
from wrapper.engines.run_directory import occupy
from wrapper.model.errors import OrchestrateError
from wrapper.model.nouns import Outcome, Run, Step

ROOT = Path(__file__).resolve().parents[3]
SECRETS = {
    name: f"cAnArY-{name.replace(' ', '-')}-7f3a9c"
    for name in (
        *("environment", "proxy", "argument", "file", "stream", "variable of the environment"),
        *("tenant file", "registry secret", "webhook"),
    )
}
# The environment of a container and of a process is how a credential gets there. The values of a layer stand in the run
# directory while it runs, 0600.
# A token of a registry (``environment``) reaches the container that fetches modules alone, and no run.
ALLOWED = {
    (CONTAINER, "proxy"),
    (RUN, "argument"),
    (RUN, "file"),
    (RUN, "stream"),
    (RUN, "variable of the environment"),
    (RUN, "tenant file"),
}
# The cache keeps what a file of the project parses to, 0600, as the file itself stands in the tree.
KEPT = {(CACHE, "tenant file")}
VARIABLES = "".join(
    f'variable "{name}" {{\n  type      = string\n  default   = ""\n  sensitive = true\n}}\n'
    for name in ("pepper", "salt", "cumin", "dill", "sage")
)


def test_each_writer_has_a_place_and_each_place_is_looked_into_or_says_why_not() -> None:
    assert {*WRITERS} == writers_below(ROOT / "wrapper")
    assert {*WRITERS.values()} == {*LOOKED_INTO, *NO_SECRET}


@pytest.mark.parametrize(
    "call",
    [
        'path.write_text("x")',
        'open(path, "a")',
        'path.open("wb")',
        "os.open(path, os.O_RDWR | os.O_CREAT)",
        "os.write(1, data)",
        "client.put_object(Body=data)",
        "subprocess.run(argv)",
        "sqlite3.connect(path)",
        "print(value)",
        "private_folder.write(path, text)",
    ],
)
def test_a_new_writer_is_found(call: str) -> None:
    assert writers(f"class A:\n    def b(self):\n        if x:\n            {call}\n") == ["A.b"]
    assert writers('def a():\n    open(path).read()\n    open(path, "rb")\n    path.read_text()\n') == []


class Watched(FakeEngine):
    """It lays out a run directory as the real ones, and looks at what another user and process could see meanwhile."""

    seen: set[tuple[str, str]]

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[FakeSession]:
        with occupy(run, print) as directory:
            self.directories = lambda _: directory
            container = Container.of(run, directory.nonce)
            shown = [container.command, container.environment, container.labels, container.mounts]
            self.seen |= found(CONTAINER, repr(shown)) | found(OUTPUT, " ".join(describe(container)))
            yield FakeSession(self, run)


def found(place: str, text: str) -> set[tuple[str, str]]:
    return {(place, name) for name, canary in SECRETS.items() if canary in text}


def piped(text: str) -> int:
    """The reading end of a pipe that holds the text, and ends."""
    out, into = os.pipe()
    os.write(into, text.encode())
    os.close(into)
    return out


def place_of(file: Path, root: Path) -> str:
    below = file.relative_to(root).parts
    if below[0] != ".orchestrate":
        return REPORT if below[0].startswith("report") else ""
    return {"runs": RUN, "logs": LOG, "fleets": JOURNAL, "cache": CACHE, "states": BUCKET}.get(below[1], "elsewhere")


def test_a_secret_stands_where_it_must_and_nowhere_else(example: Disk, capfd: pytest.CaptureFixture[str]) -> None:
    root = example.root
    for source in ("src/app", "src/app/tenant"):
        example.append(f"{source}/variables.tf", VARIABLES)
    example.append(f"{APP}/tenants/acme.tfvars", f'cumin = "{SECRETS["tenant file"]}" /* so it is parsed */\n')
    example.write("salt.tfvars", f'salt = "{SECRETS["file"]}"\n')
    example.write("config/sandbox.hcl", f'secrets = {{ "registry" = "{SECRETS["registry secret"]}" }}\n')
    given = {file for file in root.rglob("*") if file.is_file() and ".orchestrate" not in file.parts}
    cloud = Cloud(example)
    seen: set[tuple[str, str]] = set()
    looked: set[str] = {PROCESS, CONTAINER, OUTPUT}

    def look() -> set[tuple[str, str]]:
        hits: set[tuple[str, str]] = set()
        for file in {*filter(Path.is_file, root.rglob("*"))} - given:
            if not file.is_symlink() and root in file.resolve().parents and file.resolve() not in given:
                looked.add(place_of(file, root))
                hits |= found(place_of(file, root), file.read_bytes().decode("utf-8", "replace"))
        return hits

    def behave(run: Run, step: Step) -> Outcome:
        seen.update(found(PROCESS, json.dumps(step.argv)) | look())
        return cloud.behave(run, step)

    engine = Watched(behave)
    engine.seen = seen
    environ = {
        "USER": "me",
        "TF_TOKEN_example_com": SECRETS["environment"],
        "TF_LOG": "trace",
        "HTTPS_PROXY": f"http://me:{SECRETS['proxy']}@proxy:3128",
        "SAGE": SECRETS["variable of the environment"],
    }
    words = (REGION, "-var", f"pepper={SECRETS['argument']}", "-var-file", str(root / "salt.tfvars"))
    hook = ("--smoke", f"https://me:{SECRETS['webhook']}@example.com/?key={SECRETS['webhook']}")
    reports = {name: str(root / f"report.{name}") for name in ("report", "junit", "html")}
    for options, more in [({}, ("-var", "tenant=acme")), ({"all_tenants": True, "jobs": 1}, ())]:
        stream = piped('dill = "{}"'.format(SECRETS["stream"]))
        given_through = (*words, *more, f"-var-file=/dev/fd/{stream}")
        argv = ("apply", "app-test", *given_through, "--var-env", "sage=SAGE", *hook)
        typed = Options().merged({"root": str(root), "var_env": ("sage=SAGE",), **reports, **options})
        with contextlib.suppress(OrchestrateError):
            run(OnFakes(typed, environ=environ, argv=argv, fake=engine), "apply", "app-test", *given_through)
        os.close(stream)
    after = look() | found(OUTPUT, "".join(capfd.readouterr()))
    assert after <= KEPT, "nothing else is left when it has ended"
    assert seen == ALLOWED | KEPT, "each is where it must be, and nowhere else"
    assert {*LOOKED_INTO} <= looked
