"""The host engine: which terraform, and modules under an absolute name."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import layer, run_of

from wrapper.engines.host import HostEngine, ask_version, version
from wrapper.model.errors import UnavailableError
from wrapper.model.nouns import Mount, Step


def script(folder: Path, text: str, name: str = "tool") -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("""echo '{"terraform_version": "1.11.4"}'""", "1.11.4"),
        ("echo 'Terraform v1'", ""),
        ("echo '[]'", ""),
        ("exit 1", ""),
    ],
)
def test_what_it_says_it_is(tmp_path: Path, text: str, found: str) -> None:
    assert version(str(script(tmp_path, text))) == found
    assert version(str(tmp_path / "nothing")) == ""


def test_it_says_so_while_something_else_is_done(tmp_path: Path) -> None:
    said = """echo asked >> asked; echo '{"terraform_version": "1.11.4"}'"""
    program = str(script(tmp_path, f"cd {tmp_path}; {said}"))
    assert ask_version(program) is ask_version(program)
    assert (version(program), version(program)) == ("1.11.4", "1.11.4")
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_no_terraform_on_path(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="no terraform on PATH") as error:
        HostEngine(print).check(str(tmp_path))
    assert error.value.hint == "install it, or use --engine docker"


def test_as_it_is_typed() -> None:
    assert HostEngine(print).as_typed(run_of(home=Path("/a b"), work="src/app")) == ("cd '/a b/tree/src/app'", "")


def test_a_step_runs_in_the_work_directory_with_the_modules_there(tmp_path: Path) -> None:
    for folder in ("modules/x", "src/app"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "modules/x/main.tf").write_text("")
    root = tmp_path / "src/app/main.tf"
    root.write_text('module "x" { source = "/modules/x" }\n')
    (tmp_path / "src/app/more.tf.json").write_text('{"module": {"y": {"source": "/modules/y"}}}\n')
    script(tmp_path, "exit 0", "terraform")
    run = run_of(
        layer=layer(root=tmp_path, source=tmp_path / "src/app"),
        home=tmp_path / "run",
        sources={"main.tf": root, "more.tf.json": root.with_name("more.tf.json")},
        mounts=(Mount(tmp_path / "modules", "/modules"),),
        environment={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    said: list[tuple[bytes, bool]] = []
    with HostEngine(print).open(run) as session:
        outcome = session.execute(Step(("sh", "-c", "cat main.tf more.tf.json; exit 3")), lambda *one: said.append(one))
        session.stop()
        after = session.execute(Step(("sh", "-c", "echo no")), lambda *one: said.append(one))
    assert (outcome.code, outcome.ok, after.code) == (3, False, 143)
    assert b"".join(data for data, _ in said).decode() == (
        f'module "x" {{ source = "{tmp_path}/run/modules/x" }}\n'
        f'{{"module": {{"y": {{"source": "{tmp_path}/run/modules/y"}}}}}}\n'
    )
