"""An upgrade of the tool alone changes no tenant: what an earlier version left (tests/support/upgrade) is read, compared
and continued by this one."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import left_behind
import pytest
from harness import REGION, ROOT, Aws, Project, Running, wait_until
from left_behind import LeftBehind
from upgrade.make import COMMIT

pytestmark = [pytest.mark.sandbox]
TEST, LIVE, NIGHT, FAILED, KILLED = (f"app-{n}" for n in ("test", "live", "night", "failed", "killed"))
ACME, GLOBEX = (("-var", f"tenant={name}") for name in ("acme", "globex"))
TYPED = ("-var", "service1-build=91", "-var", "api_key=secret")  # globex's last apply
RECORD = "orchestrate.json"
BUILD = "variable service1-build"


@pytest.fixture(params=left_behind.VERSIONS)
def left(request: pytest.FixtureRequest, tmp_path: Path, aws: Aws, made: Callable[[Project], Project]) -> LeftBehind:
    found = left_behind.lay_out(tmp_path, aws, request.param)
    made(found.project)
    return found


@pytest.fixture
def on_engine(left: LeftBehind, engine: str) -> LeftBehind:
    left.project = left.project.on(engine)
    return left


@pytest.fixture
def on_host(left: LeftBehind) -> LeftBehind:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    left.project = left.project.on("host")
    return left


# -- what looks, and starts no Terraform --------------------------------------------------------------


@pytest.mark.parametrize("stack", [TEST, LIVE, NIGHT, FAILED, KILLED])
def test_tenants_are_what_they_were(left: LeftBehind, stack: str) -> None:
    before, now = left.said(f"tenants-{stack}"), left.asked("tenants", stack)
    assert [kept_of(b, n) for b, n in zip(before, now, strict=True)] == [builds_stay(b) for b in before]


def builds_stay(before: dict[str, Any]) -> dict[str, Any]:
    """What this version says of a tenant: a build that was typed at its last apply is no change any more."""
    why = [w for w in (before["changed"] or "").split(", ") if w not in ("", BUILD)]
    status = [s for s in before["status"] if s != "changed" or any(why)] or ["deployed"]
    return {**before, "changed": before["changed"] and (", ".join(why) or False), "status": status}


def test_nothing_is_affected_by_an_upgrade(left: LeftBehind) -> None:
    before = {n: [w for w in why if w != BUILD] for n, why in rows(left.said("affected-app-test")).items()}
    assert rows(left.asked("affected", TEST)) == {n: why for n, why in before.items() if why}
    assert left.asked("affected", LIVE, "-var", "service1-build=91") == []
    assert rows(left.asked("affected", TEST, *TYPED)) == rows(left.said("affected-app-test-typed"))


def test_builds_and_histories_are_read(left: LeftBehind) -> None:
    for stack in (TEST, LIVE):
        assert left.asked("builds", stack) == left.said(f"builds-{stack}")
        before, now = left.said(f"history-{stack}-acme"), left.asked("history", stack, *ACME)
        assert [kept_of(b, n) for b, n in zip(before, now, strict=True)] == before


def test_what_is_kept_is_spared(left: LeftBehind) -> None:
    for said, words in (("keep-list", ("keep", "--list")), ("reap", ("reap",))):
        before, now = left.said(said), left.asked(*words)
        assert [kept_of(b, n) for b, n in zip(before, now, strict=True)] == before
    left.project.run("keep", TEST, "--off")
    assert left.asked("keep", "--list") == []


# A server of that version, as far as a command looks: its file, and its answer to the question whether it is ours.
SERVER = """
import http.server, json, os, pathlib, sys
file, kept, project = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text()), sys.argv[3]
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({k: kept[k] for k in ("token", "project", "pid")}).encode())
server = http.server.HTTPServer(("127.0.0.1", 0), Health)
kept |= {"project": project, "pid": os.getpid(), "port": server.server_port, "url": f"http://127.0.0.1:{server.server_port}"}
file.parent.mkdir()
file.write_text(json.dumps(kept))
server.serve_forever()
"""


def test_a_sandbox_of_that_version_is_to_be_stopped_first(left: LeftBehind) -> None:
    project, file = left.project, left.project.private / "sandbox/server.json"
    argv = (sys.executable, "-c", SERVER, str(file), str(left.files / "server.json"), str(project.root))
    project.running.append(running := Running(argv, project.home.parent))
    threading.Thread(target=running.process.wait, daemon=True).start()  # no zombie: the stop waits for its end
    wait_until(file.is_file)
    for words in (("--sandbox", "builds", TEST), ("--sandbox", "plan", TEST, "--dry-run"), ("sandbox", "start")):
        said = project.run(*words, codes=(75,)).err
        assert "0.1.1 or earlier started the sandbox" in said and "./orchestrate sandbox stop" in said
    assert left.asked("sandbox", "status")["version"] is None
    project.run("sandbox", "stop")
    running.end()
    assert not file.exists()


def rows(affected: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Why each is affected. Of a build that moves this version says more."""
    moved = re.compile(r"service1-build \S+ -> \S+ \(-var\)")
    return {row["tenant"]: sorted(moved.sub(BUILD, row["why"]).split(", ")) for row in affected}


def kept_of(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Of what is said now the fields that were said before: a later version may say more."""
    return {name: now[name] for name in before}


# -- what runs Terraform ----------------------------------------------------------------------------


def test_no_plan_sees_a_change(on_engine: LeftBehind) -> None:
    project = on_engine.project
    for tenant in (ACME, (*GLOBEX, *TYPED)):
        project.run("plan", TEST, *tenant, "-detailed-exitcode")
    many = ("plan", LIVE, "--all-tenants", "-var", "service1-build=91", "-detailed-exitcode")
    assert on_engine.many(*many)[1] == dict.fromkeys(("-", "acme", "globex"), "unchanged")
    assert on_engine.many(*many, "--force")[1] == dict.fromkeys(("-", "acme", "globex"), "succeeded")
    assert (project.containers(), project.locks()) == ([], [])


def test_a_plan_file_is_applied(on_engine: LeftBehind, engine: str) -> None:
    file = on_engine.files / f"globex-{engine}.tfplan"
    on_engine.project.run("apply", TEST, *GLOBEX, str(file))
    assert on_engine.object(f"{TEST}/tenants/globex/{RECORD}")["builds"] == {"service1-build": "93"}
    typed = ("-var", "service1-build=93", "-var", "api_key=secret")
    assert "globex" not in rows(on_engine.asked("affected", TEST, *typed))
    on_engine.project.run("plan", TEST, *GLOBEX, *typed, "-detailed-exitcode")


@pytest.mark.docker
def test_a_killed_run_is_resumed(left: LeftBehind, image: str) -> None:
    left.project = left.project.on("docker")
    done, results = left.many("apply", KILLED, "--all-tenants", "--resume")
    assert "resuming: 2 layers are already done" in done.err
    assert results == dict.fromkeys(("-", "acme", "globex", "initech"), "succeeded")
    assert [one["changed"] for one in left.asked("tenants", KILLED)] == [False, False, False]
    left.project.assert_nothing_left()


@pytest.mark.terraform
def test_what_failed_is_repeated_from_its_report(on_host: LeftBehind) -> None:
    on_host.project.write(f"config/{REGION}/{FAILED}/tenants/globex.tfvars", 'command = "true"\n')
    report = on_host.files / "report.json"
    assert on_host.many("apply", FAILED, "--failed-from", str(report))[1] == {"globex": "succeeded"}
    on_host.project.run("report", "show", str(report), codes=(1,))
    assert on_host.many("apply", FAILED, "--all-tenants")[1] == dict.fromkeys(
        ("-", "acme", "globex", "initech"), "unchanged"
    )


@pytest.mark.terraform
def test_builds_go_on_and_back(on_host: LeftBehind) -> None:
    project = on_host.project
    project.run("promote", TEST, LIVE, *ACME, "--confirm", f"{REGION}/{LIVE}/acme")
    assert builds(on_host, LIVE) == ["92", "91", "89"]
    project.run("rollback", LIVE, *ACME, "--confirm", f"{REGION}/{LIVE}/acme")
    project.run("rollback", LIVE, *ACME, "--confirm", f"{REGION}/{LIVE}/acme", "--to", "1")
    assert builds(on_host, LIVE) == ["89", "91", "92", "91", "89"]
    project.run("rollback", TEST, *ACME)
    assert builds(on_host, TEST) == ["91", "92", "91", "90"]
    assert on_host.asked("tenants", TEST)[0]["builds"] == {"service1-build": "91"}


def builds(left: LeftBehind, stack: str) -> list[str]:
    return [one["builds"]["service1-build"] for one in left.asked("history", stack, *ACME)]


@pytest.mark.terraform
def test_the_night_takes_what_it_would_have_taken(on_host: LeftBehind) -> None:
    before = on_host.names
    on_host.project.run("reap", "--yes")
    memory = "register-2.json"  # what the tool remembers of a stack that it read; the older one keeps its own
    after = [name for name in on_host.names if not name.endswith(memory)]
    assert after == [name for name in before if not name.startswith(f"{NIGHT}/") and not name.endswith(memory)]


@pytest.mark.terraform
def test_the_next_apply_says_how_it_counted(on_host: LeftBehind) -> None:
    before = on_host.object(f"{NIGHT}/tenants/acme/{RECORD}")
    assert on_host.many("apply", NIGHT, "--all-tenants")[1] == dict.fromkeys(("-", "acme"), "unchanged")
    assert on_host.object(f"{NIGHT}/tenants/acme/{RECORD}") == before
    on_host.many("apply", NIGHT, "--all-tenants", "--force")
    after = on_host.object(f"{NIGHT}/tenants/acme/{RECORD}")
    assert after["version"] == before["version"]
    assert (before["inputs"].get("counting"), after["inputs"]["counting"]) == (None, 2)
    assert "orchestrate:" not in str(after["inputs"])


# -- two versions by turns -------------------------------------------------------------------------


@pytest.fixture(scope="session")
def older_tool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That release itself, out of this repository's history. It makes its own environment where its lock is not this one's."""
    folder = tmp_path_factory.mktemp("older") / "tool"
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", COMMIT], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder)
    return folder


@pytest.mark.terraform
def test_two_versions_work_on_one_bucket_by_turns(on_host: LeftBehind, older_tool: Path) -> None:
    """Each takes up what the other left: no build moves, no apply is missing, and neither reads the other's memory."""
    new = on_host.project
    older = replace(new, tool=older_tool)
    file = f"config/{REGION}/{TEST}/tenants/acme.tfvars"
    says = (new.root / file).read_text()
    assert "92" in says
    new.run("apply", TEST, *ACME, "-var", "service1-build=97")
    assert json.loads(older.run("builds", TEST, *ACME, "--json").out) == {"service1-build": "97"}
    older.run("apply", TEST, *GLOBEX, "-var", "service1-build=95", "-var", "api_key=secret")
    older.run("tenants", TEST)

    new.write(file, says + 'note = "of the new one"\n' if "note" in says else says.replace("of acme", "of the new one"))
    done = new.run("apply", TEST, *ACME)
    assert "service1-build 97 (last apply)" in done.err, str(done)
    done = new.run("apply", TEST, *GLOBEX, "-var", "api_key=other")
    assert "service1-build stays 95: what" in done.err, str(done)
    assert current(on_host) == {"acme": "97", "globex": "95"}

    older.run("rollback", TEST, *ACME, "--to", "service1-build=92")
    record = on_host.object(f"{TEST}/tenants/acme/{RECORD}")
    assert (record["builds"], "files" in record) == ({"service1-build": "92"}, False), "it drops what it does not know"
    done = new.run("plan", TEST, *ACME, "-detailed-exitcode")
    assert "service1-build 92 (last apply)" in done.err, str(done)
    assert current(on_host) == {"acme": "92", "globex": "95"}
    numbers = [one["number"] for one in on_host.asked("history", TEST, *ACME)]
    assert numbers == list(range(len(numbers), 0, -1))
    assert {f"{TEST}/register.json", f"{TEST}/register-2.json"} <= {*on_host.names}

    new.run("destroy", TEST, *ACME)
    older.run("history", TEST, *ACME, codes=(66,))
    older.run("apply", TEST, *ACME)
    assert builds(on_host, TEST) == ["92"], "as the file says: the first apply of a new history"


def current(left: LeftBehind) -> dict[str, str]:
    """The build of each tenant that has one, as the table and a sweep of both versions find it."""
    found = {row["tenant"]: row["builds"]["service1-build"] for row in left.asked("tenants", TEST) if row["builds"]}
    return {name: number for name, number in found.items() if name in ("acme", "globex")}


RULES = "rules = optional(map(object({ priority = number })))"
SERVICES = """
variable "services" {
  type    = map(object({ port = optional(number), path = optional(string) }))
  default = { web = { port = 8080 } }
}
"""
API = 'load_balancer = { mode = "shared" }\nservices = {\n  api = { port = 9090, path = "/api/*" }\n}\n'


@pytest.mark.terraform
def test_two_versions_keep_one_slot_table_by_turns(on_host: LeftBehind, older_tool: Path) -> None:
    """The older one reads and writes what it does not know: the slots of services with a path."""
    new, initech = on_host.project, ("-var", "tenant=initech")
    older, root = replace(new, tool=older_tool), new.root / "src/app/tenant/main.tf"
    kind = "object({ load_balancer = number, priority = number"
    root.write_text(root.read_text().replace(kind, f"{kind}, {RULES}") + SERVICES)
    assert slots_of(on_host) == {"initech": 101}, "a catch-all, in the only band that it knew"
    new.write(f"config/{REGION}/{TEST}/tenants/initech.tfvars", API)
    new.run("apply", TEST, *initech)
    assert slots_of(on_host) == {"initech": 10101, "initech/api": 102}

    new.write(f"config/{REGION}/{TEST}/tenants/acme.tfvars", 'load_balancer = { mode = "shared" }\n')
    older.run("apply", TEST, *ACME, "-var", "service1-build=92")
    assert slots_of(on_host) == {"initech": 10101, "initech/api": 102, "acme": 103}
    new.run("apply", TEST, *ACME)
    assert slots_of(on_host)["acme"] == 103, "it gained no path"
    older.run("plan", TEST, *initech)
    older.run("destroy", TEST, *initech)
    assert slots_of(on_host) == {"initech/api": 102, "acme": 103}
    older.run("tenants", TEST)

    new.write(f"config/{REGION}/{TEST}/tenants/globex.tfvars", API)
    new.run("apply", TEST, *GLOBEX, "-var", "api_key=other")
    assert slots_of(on_host) == {"acme": 103, "globex": 10102, "globex/api": 104}
    older.run("apply", TEST, *initech)
    assert slots_of(on_host) == {"acme": 103, "globex": 10102, "globex/api": 104, "initech": 105}


def slots_of(left: LeftBehind) -> dict[str, int]:
    return {key: entry["priority"] for key, entry in left.object(f"{TEST}/allotments.json")["tenants"].items()}
