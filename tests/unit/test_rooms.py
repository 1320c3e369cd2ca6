"""The rooms of the house and what may import what (docs/architecture.md), read out of the imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import imports
import pytest

from wrapper.engines.by_name import NAMES as ENGINES
from wrapper.terraform.commands import DRIFT, REFUSED_VERBS, VERBS

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc"}

# What touches nothing outside: no file, process, clock, chance, network or terminal. (signal gives errors its numbers
# only; datetime is arithmetic, all but its ``now``.)
PURE = re.compile(
    r"model\..*|terraform\.(?!commands$).*|terraform\.commands|state\.(record|history)|deploy\.lb_slots\.(slots|variables)"
    r"|deploy\.(prepared|builds|promotion)|run\.(plan_run|retryable_errors)|fleet\.selection|reaper\.rules"
    r"|project\.(promotion_order|smoke_urls|tenant_template)|aws\.(quotas|quota_headroom|rate_limits|token_bucket|task_outcome)"
    r"|aws\.(ecs_service_status|log_lines)|containers\.(nouns|scheduler|circuit_breaker|task_states|target_states|descriptions|routes|world)"
    r"|reports\.(?!files$).*|cli\.(jenkins_casc|ec2_casc|casc_fields|jenkins_jobs|job_dsl)"
)
TOUCHING = {
    *("os", "sys", "io", "subprocess", "socket", "selectors", "select", "shutil", "tempfile", "glob", "fcntl", "pwd"),
    *("time", "random", "secrets", "uuid", "threading", "multiprocessing", "concurrent", "asyncio"),
    *("logging", "getpass", "platform", "resource", "sqlite3", "zipfile", "tarfile", "urllib", "http", "requests"),
    *("boto3", "botocore", "docker", "click", "moto"),
}
TOUCHING_CALLS = {"open", "print", "input", "exec", "eval", "breakpoint"}
TOUCHING_METHODS = {
    *("read_text", "read_bytes", "write_text", "write_bytes", "exists", "is_file", "is_dir", "is_symlink", "resolve"),
    *("iterdir", "glob", "rglob", "mkdir", "unlink", "rmdir", "rename", "touch", "chmod", "stat", "cwd", "home"),
    *("expanduser", "absolute", "symlink_to", "readlink"),
    *("now", "today", "utcnow"),
}
MODULES = [module for module in imports.names() if module]


def test_imports_are_seen() -> None:
    assert len(MODULES) > 100
    assert {"model.fingerprint", "terraform.commands", "terraform.variables"} <= imports.imported("run.plan_run")
    assert "engines.image" in {imports.room_of(m) for m in imports.imported("cli.installation")}, "also in a function"
    assert "engines.run_directory" in imports.imported("run.runner"), "two dots"


def test_every_module_stands_in_a_room() -> None:
    beside = {"", "__main__", "cli", "sandbox"}
    assert [m for m in MODULES if not imports.room_of(m) and m not in beside] == []
    files = [file.name for file in imports.PACKAGE.iterdir() if file.is_file()]
    assert len(files) <= 3, f"at most three files beside the packages: {files}"


def test_rooms_import_only_downward() -> None:
    assert imports.upward(imports.room_graph()) == []


def test_the_sandbox_stands_apart() -> None:
    graph = imports.room_graph()
    others = {room: targets for room, targets in graph.items() if room not in imports.APART}
    assert {room for room, targets in others.items() if targets & set(imports.APART)} <= {"cli"}
    used = {m for one in MODULES if imports.room_of(one) in imports.APART for m in imports.imported(one)}
    assert {m for m in used if m and imports.room_of(m) not in imports.APART} <= {"model", "model.errors"}


def test_no_cycle() -> None:
    assert imports.cycles(imports.room_graph()) == []
    assert imports.cycles(imports.module_graph()) == []


def test_no_class_or_alias_stands_twice() -> None:
    assert imports.twice(imports.classes_and_aliases()) == {}


def test_the_house_stays_small() -> None:
    graph = imports.room_graph()
    assert len(graph) <= 25
    assert len(imports.longest_chain(graph)) <= 10


def test_a_module_is_named_for_what_it_knows() -> None:
    named = [module for module in MODULES if FORBIDDEN_NAMES & set(re.split(r"[._]", module))]
    assert [module for module in named if not module.endswith("debian_base")] == [], "a Debian base is a thing"


def test_pure_modules_touch_nothing() -> None:
    pure = [module for module in MODULES if PURE.fullmatch(module)]
    assert len(pure) > 60
    assert {module: found for module in pure if (found := touched(imports.modules()[module]))} == {}


def test_what_touches_is_seen() -> None:
    code = "import os.path\nfrom time import time\nfrom ..a import b\nopen(x)\nx.resolve()\nx.opened()"
    assert touched(ast.parse(code)) == ["os.path", "time", "open", "resolve"]


def touched(tree: ast.AST) -> list[str]:
    """What of a module touches something outside."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in TOUCHING]
        elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] in TOUCHING:
            found.append(str(node.module))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TOUCHING_CALLS:
            found.append(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TOUCHING_METHODS:
            found.append(node.func.attr)
    return found


# -- what a verb is, and what an engine can do, stands in them ------------------------------------


def literals(node: ast.AST) -> list[str]:
    """A text, or all those of a tuple, list or set that holds nothing else."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and node.elts:
        found = [literals(element) for element in node.elts]
        return [text for texts in found for text in texts] if all(found) else []
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def compared(tree: ast.AST) -> Iterator[str]:
    """Texts that something is compared with, and those of lists of at least two."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (text for side in (node.left, *node.comparators) for text in literals(side))
        elif isinstance(node, ast.MatchValue):
            yield from literals(node.value)
        elif isinstance(node, ast.Tuple | ast.List | ast.Set) and len(texts := literals(node)) > 1:
            yield from texts if {*texts} <= {*VERBS} else ()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('verb.name == "apply"', ["apply"]),
        ('x = verb.name not in ("plan", "apply")', ["plan", "apply", "plan", "apply"]),
        ('_SPEAKS = ("output", "show")', ["output", "show"]),
        ('step("state", "rm", "x")', []),
        ('match engine:\n    case "docker": pass', ["docker"]),
        ('f("plan", x)', []),
    ],
)
def test_what_is_compared_is_seen(line: str, found: list[str]) -> None:
    assert sorted(compared(ast.parse(line))) == sorted(found)


# Words that only sound like a verb: Terraform's flag -destroy, its block output, and the key version of a state.
NO_VERBS = {
    ("deploy.build_changes", "destroy"),
    ("deploy.recorder", "destroy"),
    ("run.plan_run", "destroy"),
    ("project.variable_files", "output"),
    ("state.layer_state", "version"),
}


def test_no_verb_is_known_by_its_name() -> None:
    names = {*VERBS, *REFUSED_VERBS, DRIFT.name}
    judged = [module for module in MODULES if imports.room_of(module) not in ("terraform", *imports.APART)]
    assert {(m, text) for m in judged for text in compared(imports.modules()[m]) if text in names} - NO_VERBS == set()


def test_no_engine_is_known_by_its_name() -> None:
    judged = [module for module in MODULES if not imports.room_of(module).startswith("engines")]
    assert [(m, text) for m in judged for text in compared(imports.modules()[m]) if text in ENGINES] == []
