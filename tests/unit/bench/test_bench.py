"""The benchmark itself (bench/README.md), without its clock: what help imports, how a row is judged, and that the
work for many tenants does not grow where it must not. The times are bench/run.py's to say."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from wrapper.project.project import Project
from wrapper.terraform import hcl

ROOT = Path(__file__).resolve().parents[3]
BENCH = ROOT / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of bench/ by name."""
    monkeypatch.syspath_prepend(str(BENCH))

    def load(name: str) -> ModuleType:
        return importlib.import_module(name)

    return load


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *argv], cwd=ROOT, capture_output=True, text=True, check=False)


# What neither help nor a list of stacks needs; each costs a start some of its milliseconds.
HEAVY = {"docker", "boto3", "botocore", "hcl2", "lark", "moto", "jinja2", "requests", "rich", "yaml"}
LIBRARY = {  # of Python
    "hashlib",
    "_hashlib",
    "decimal",
    "unicodedata",
    "select",
    "shutil",
    "subprocess",
    "socket",
    "tempfile",
    "shlex",
}
OURS = {
    *("wrapper.model.nouns", "wrapper.model.fingerprint", "wrapper.engines", "wrapper.state", "wrapper.run"),
    *("wrapper.deploy", "wrapper.fleet", "wrapper.aws", "wrapper.terraform.commands", "wrapper.terraform.variables"),
    *("wrapper.terraform.merging", "wrapper.terraform.binary", "wrapper.project.variable_files"),
    *("wrapper.project.project_settings", "wrapper.project.setting_forms", "wrapper.cli.installation"),
    *("wrapper.cli.typed_options",),
}
OF_STACKS = {
    "pathlib",
    "json",
    "sqlite3",
    "dataclasses",
    "wrapper.project",
    "wrapper.model.stack",
    "wrapper.cli.session",
}


def loaded(*words: str) -> set[str]:
    """The modules that a command loads, as the launcher starts it."""
    said = run("-I", "-S", "-X", "importtime", str(ROOT / "wrapper/__main__.py"), *words)
    assert said.returncode == 0, said.stderr
    found = set(re.findall(r"^import time:.*\|\s*([\w.]+)$", said.stderr, re.MULTILINE))
    assert {"click", "wrapper.cli.main"} <= found, "the reader of importtime reads nothing"
    return found


def test_help_loads_little(bench: Any) -> None:
    found = loaded("--help")
    assert found & (HEAVY | LIBRARY | OURS | OF_STACKS) == set()
    assert set(bench("start").FORBIDDEN) <= HEAVY


def test_a_list_of_stacks_loads_little(example: Any) -> None:
    words = ("--root", str(example.root), "stacks")
    assert run("-m", "wrapper", *words).returncode == 0  # what it parses is remembered
    found = loaded(*words)
    assert found & (HEAVY | LIBRARY | OURS) == set()


def test_the_run_by_hand_gets_maps_whole(bench: Any) -> None:
    said = {'builds["api"]': "1", "size": {"cpu": 64}, 'builds["a b"]': "2", "service1-build": "3"}
    whole = {"builds": {"api": "1", "a b": "2"}, "size": {"cpu": 64}, "service1-build": "3"}
    assert bench("place").whole(said) == whole


def test_its_own_help() -> None:
    said = run(str(BENCH / "run.py"), "--help")
    assert said.returncode == 0
    assert "start, variables, apply, plan" in said.stdout


def test_an_unknown_measure_is_refused_before_anything_starts() -> None:
    said = run(str(BENCH / "run.py"), "speed")
    assert said.returncode == 2
    assert "no measure speed" in said.stderr


def test_a_row_is_judged_by_its_ratio_where_there_is_one(bench: Any) -> None:
    measure = bench("measure")
    assert measure.Row("x", 3.0, "s", 1.15, 3.0, 1.0).verdict == "ok"
    assert measure.Row("x", 0.1, "s", 1.15, 0.05, 2.0).verdict == "over"
    assert measure.Row("x", 0.1, "s", 0.15, 0.01).verdict == "ok"
    assert measure.Row("x", 0.2, "s", 0.15).verdict == "over"
    assert measure.Row("x", 9.0, "s").verdict == "-"


def test_pairs_are_compared_by_the_median_of_their_ratios(bench: Any) -> None:
    row = bench("measure").compared("x", [2.0, 9.0, 3.0], [2.0, 3.0, 3.0], 1.05)
    assert (row.ours, row.bare, row.ratio, row.verdict) == (3.0, 3.0, 1.0, "ok")
    assert bench("measure").cells(row)[1:6] == ("3.000 s", "3.000 s", "1.00", "1.05 x", "ok")


def test_the_spread_of_a_row_is_its_quartiles(bench: Any) -> None:
    measure = bench("measure")
    assert measure.quartiles([1.0, 2.0, 3.0, 4.0, 50.0]) == "2.00..4.00"
    assert measure.quartiles([2.0]) == "2.00..2.00"
    assert measure.compared("x", [1.0, 2.0, 9.0], [1.0, 1.0, 1.0], 3).spread.startswith("quartiles 1.50..5.50;")


@pytest.mark.parametrize(
    ("module", "limits"),
    [("start", {"--help": 4, "stacks": 5}), ("plan", {"docker": 0.95, "host": 1.10}), ("unchanged", 8)],
)
def test_the_page_has_the_limits(bench: Any, module: str, limits: object) -> None:
    found = bench(module)
    assert (found.LIMIT if isinstance(limits, int) else found.LIMITS) == limits
    row = next(line for line in (BENCH / "README.md").read_text().splitlines() if line.startswith(f"| `{module}`"))
    numbers = [limits] if isinstance(limits, int) else list(limits.values())  # type: ignore[attr-defined]
    assert [float(n) for n in re.findall(r"(\d[\d.]*) times", row)] == numbers


def test_rounds_take_turns_and_the_first_is_not_counted(bench: Any) -> None:
    order: list[str] = []
    times = bench("measure").rounds([lambda: order.append("bare"), lambda: order.append("ours")], 2)
    assert order == ["bare", "ours", "ours", "bare", "bare", "ours"]
    assert [len(t) for t in times] == [2, 2]


class Counting(Project):
    """Counts what must be done once for a stack, however many tenants it has."""

    listed = 0
    read = 0

    def tenants(self, stack: Any) -> list[str]:
        self.listed += 1
        return super().tenants(stack)

    def declared(self, source: Path) -> Any:
        self.read += 1
        return super().declared(source)


def counted(bench: Any, tmp_path: Path, tenants: int) -> tuple[Counting, list[dict[str, Any]]]:
    root = tmp_path / str(tenants)
    bench("many").write_project(root, tenants)
    stack_file = root / "config/ap-southeast-2/appcluster-test/stack.hcl"
    stack_file.write_text('source = "appcluster"\ntenant_file = true\nmerge = "deep"\n')
    project = Counting(root, tmp_path / f"home-{tenants}")
    stack = project.stack("appcluster-test")
    layers = [project.layer(stack, name) for name in project.tenants(stack)]
    return project, list(project.values.of_all(layers, bench("compute").OUTPUTS))


def test_the_project_with_many_tenants_is_a_good_one(bench: Any, tmp_path: Path) -> None:
    _, values = counted(bench, tmp_path, 12)
    assert len(values) == 12
    assert [v["service1-build"].value for v in values[:2]] == ["1", "2"]
    assert values[3]["hostname"].value == "t00003.test.example.com"
    assert values[7]["environment"].value["CANARY"] == "yes"


def test_what_a_stack_needs_once_is_done_once(bench: Any, tmp_path: Path) -> None:
    few, _ = counted(bench, tmp_path, 3)
    more, _ = counted(bench, tmp_path, 30)
    assert (more.listed, more.read) == (few.listed, few.read), "work for the stack grows with its tenants"


MEASURED = """
import dataclasses, json, os, pathlib, sys
import cost
child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {sys.argv[1]!r}], check=True)"
print(json.dumps(dataclasses.asdict(cost.of([sys.executable, "-c", child], pathlib.Path.cwd(), os.environ))))
"""


ORPHAN = f"{sys.executable} -c 'import time; x = bytearray(80_000_000); time.sleep(0.5)' &"


@pytest.mark.parametrize(
    ("child", "wanted"),
    [
        ("pass", 0.0),
        ("import time; x = bytearray(80_000_000); time.sleep(0.5)", 80.0),
        (f"import os, time; os.system({ORPHAN!r}); time.sleep(2)", 80.0),
    ],
)
def test_a_cost_has_the_memory_of_the_process_and_of_its_children(
    child: str, wanted: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a small process, as the benchmark is one: what is forked begins with its parent's memory."""
    monkeypatch.setenv("PYTHONPATH", str(BENCH))
    said = run("-c", MEASURED, child)
    assert said.returncode == 0, said.stderr
    cost = json.loads(said.stdout)
    assert wanted < cost["together"] < wanted + 70
    assert cost["own"] < 50
    assert 0 < cost["cpu"] < 10


def test_a_command_that_fails_is_no_cost(bench: Any) -> None:
    with pytest.raises(bench("place").Failed, match="ended with 3:\nwhy"):
        bench("cost").of([sys.executable, "-c", "print('why'); raise SystemExit(3)"], ROOT, {})


def test_a_sandbox_that_ends_late_does_not_cost_the_table(bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
    place = bench("place")

    class Late(place.Place):  # type: ignore[name-defined,misc]
        def __init__(self) -> None: ...

        def orchestrate(self, *arguments: str, **_: str) -> Any:
            raise place.Failed(f"{' '.join(arguments)} ended with 69")

    Late().stop_sandbox()
    assert capsys.readouterr().err == "warning: sandbox stop ended with 69\n"


def test_ten_services_are_ten_with_a_path_each_but_one(bench: Any) -> None:
    services = bench("services")
    said = hcl.parse_values("".join(services._ten()), "ten.tfvars").values
    found, builds = said["services"][0], said["builds"][0]
    assert len(found) == 10 and [name for name, one in found.items() if "path" not in one] == ["service1"]
    assert set(builds) == set(found) - {"service1"}


def test_what_a_plan_touches_is_read(bench: Any) -> None:
    plan = (
        '  # module.service["s3"].aws_ecs_service.this["first"] will be updated in-place\n  # aws_x.y will be created\n'
    )
    assert bench("services").TOUCHED.findall(plan) == [("s3", "aws_ecs_service")]


@pytest.mark.parametrize("file", sorted(BENCH.glob("*.py")), ids=lambda file: file.stem)
def test_what_it_takes_of_the_tool_is_there(file: Path) -> None:
    """Its measures take many minutes, so that nothing else would say that one calls what is gone."""
    tree = ast.parse(file.read_text())
    taken: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wrapper"):
            for one in node.names:
                found = importlib.import_module(str(node.module))
                taken[one.asname or one.name] = getattr(found, one.name, None) or importlib.import_module(
                    f"{node.module}.{one.name}"
                )
    asked = [
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in taken
    ]
    assert [f"{name}.{attr}" for name, attr in asked if not hasattr(taken[name], attr)] == []
