"""For each option a pair of command lines, with and without it, that ends in two different results: by command, where one for all
does not do."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from effects import Case
from live_aws import deployed
from project_on_disk import APP, LIVE, REGION, Disk

from wrapper.terraform.commands import VERBS

_WORDS = {
    "adopt": "--from old.tfstate",
    "import": "a.b i",
    "state": "list",
    "force-unlock": "id",
    "taint": "a.b",
    "untaint": "a.b",
}
_DAY = "2099-12-01"
AGENTS = {
    "jenkins": {
        "cloud": {"name": "agents", "cluster": "arn:c", "regionName": REGION, "numExecutors": 1},
        "templates": {"deploy": {"label": "deploy", "image": "agent:1", "memory": 2048}},
    }
}
_FILES = ("report", "junit", "html")
ALONE = {  # a command line of each command of ours that ends well
    "stacks": "stacks",
    "vars": "vars app-test --tenant acme",
    "tenants": "tenants app-test",
    "tenant add": "tenant add new app-test",
    "tenant remove": "tenant remove acme app-test",
    "tenant show": "tenant show acme app-test",
    "affected": "affected app-test",
    "drift": "drift app-test --tenant acme",
    "shards": "shards app-test -n 1",
    "quota": "quota app-test",
    "builds": "builds app-test --tenant acme",
    "history": "history app-test --tenant acme",
    "promote": f"promote app-test app-live {REGION} --tenant acme --confirm {REGION}/app-live/acme",
    "rollback": "rollback app-test --tenant acme",
    "reap": "reap",
    "keep": f"keep app-test --until {_DAY}",
    "bootstrap": "bootstrap app-test",
    "doctor": "doctor app-test",
    "adopt": "adopt app-test --from old.tfstate",
    "status": "status app-test --tenant acme",
    "logs": "logs app-test --tenant acme",
    "run-task": "run-task app-test --tenant acme --task migrate --detach",
    "restart": "restart app-test --tenant acme --service acme --rollout-timeout 0",
    "stop": "stop app-test --tenant acme --rollout-timeout 0",
    "start": "start app-test --tenant acme --rollout-timeout 0",
}
MANY = {
    "destroy": "destroy app-test",
    "drift": "drift app-test --all-tenants",
    "promote": f"promote app-test app-live {REGION} --all-tenants --confirm {REGION}/app-live",
}


def alone(command: str) -> str:
    """The command on one layer that is there."""
    if command in VERBS:
        return f"{command} app-test {_WORDS.get(command, '')}".strip()
    return ALONE[command]


def many(command: str) -> str:
    return MANY.get(command) or f"{alone(command)} --all-tenants"


def _report(disk: Disk, stack: str = "app-test") -> None:
    file = Path(__file__).parent / "version-1/report.json"
    disk.write("old.json", json.dumps(json.loads(file.read_text()) | {"region": REGION, "stack": stack}))


def changed(disk: Disk) -> None:
    """Every tenant has something to apply."""
    disk.append(f"{APP}/variables.tfvars", 'labels = { a = "b" }\n')
    disk.append(f"{APP}/tenant.tfvars.j2", 'text = "changed"\n')


def _tagged(disk: Disk) -> None:
    """One tenant has a tag, and every one has something to apply."""
    changed(disk)
    disk.append(f"{APP}/tenants/globex.tfvars", 'tags = ["gold"]\n')


def _repeated(disk: Disk) -> None:
    _report(disk)
    changed(disk)


def _lost(disk: Disk) -> None:
    """A state is gone, and its record is there."""
    (disk.root / f".orchestrate/states/{REGION}/app-test/terraform.tfstate").unlink()


def _old_state(disk: Disk) -> None:
    """The state that the layers have, as it went on elsewhere."""
    state = {"version": 4, "serial": 9, "lineage": "l", "terraform_version": "1.5.0", "outputs": {}, "resources": []}
    disk.write("old.tfstate", json.dumps(state))


def _live(disk: Disk) -> None:
    """The tenant runs two services."""
    for stack in ("app-test", "app-live"):
        deployed(disk.root / ".orchestrate/states", stack)


def _ending(disk: Disk) -> None:
    """A tenant ends in an hour."""
    place = f".orchestrate/states/{REGION}/app-test/tenants/acme/orchestrate-lifetime.json"
    disk.write(place, json.dumps({"version": 1, "expires": {"at": time.time() + 3600, "by": "ci"}}))


def _stopped_and_live(disk: Disk) -> None:
    """The same, and it is stopped. One tenant has a tag."""
    _live(disk)
    stopped = {"at": "2026-01-02T03:04:05Z", "by": "me", "services": {n: {"count": 1} for n in ("acme", "acme/worker")}}
    for stack in ("app-test", "app-live"):
        place = f".orchestrate/states/{REGION}/{stack}/tenants/acme/orchestrate-lifetime.json"
        disk.write(place, json.dumps({"version": 1, "stopped": stopped}))
    disk.append(f"{APP}/tenants/acme.tfvars", 'tags = ["gold"]\n')


def case(command: str, option: str) -> Case:
    """Raises KeyError for a pair that has none."""
    if command in LIVE_COMMANDS:
        found = ONE.get((command, option)) or ALL[option](command)
        stopped = command in ("stop", "start") and option != "--reason"  # one that is stopped keeps its reason
        return replace(found, live=True, change=_stopped_and_live if stopped else _live)
    if (command, option) in ONE:
        return ONE[command, option]
    found = ALL[option](command)
    return replace(found, change=_old_state) if command == "adopt" else found


ALL = {
    "--root": lambda c: Case(alone(c), "--root /nonexistent"),
    "--sandbox": lambda c: Case(alone(c), "--sandbox"),
    "--engine": lambda c: Case(f"{alone(c)} --sandbox", "--engine host"),
    "--dry-run": lambda c: Case(alone(c), "--dry-run"),
    "--json": lambda c: Case(alone(c), "--json"),
    "--tenant": lambda c: Case(alone(c), "--tenant acme"),
    "--timeout": lambda c: Case(alone(c), "--timeout 1ms", slow=0.02),
    "--confirm": lambda c: Case(f"{c} app-live {REGION} {_WORDS.get(c, '')}".strip(), f"--confirm {REGION}/app-live"),
    "--all-tenants": lambda c: Case(alone(c), "--all-tenants"),
    "--jobs": lambda c: Case(f"{many(c)} --jobs 1", "--jobs 2", meets=True, change=changed),
    "--tenants": lambda c: Case(many(c), "--tenants globex", change=changed),
    "--tag": lambda c: Case(many(c), "--tag gold", change=_tagged),
    "--shard": lambda c: Case(many(c), "--shard 2/2", change=changed),
    "--fail-fast": lambda c: Case(f"{many(c)} --jobs 1", "--fail-fast", fails="acme", change=changed),
    "--tenant-timeout": lambda c: Case(f"{many(c)} --jobs 1", "--tenant-timeout 1ms", slow=0.02, change=changed),
    "--canary": lambda c: Case(f"{many(c)} --jobs 1", "--canary 1", fails="acme", change=changed),
    "--wave": lambda c: Case(f"{many(c)} --jobs 1", "--wave 1", fails="acme", change=changed),
    "--failed-from": lambda c: Case(many(c), "--failed-from old.json", change=_repeated),
    "--resume": lambda c: Case(many(c), "--resume", before=(many(c),), fails="acme", change=changed),
    "--state-lost": lambda c: Case(alone(c), "--state-lost INC-1", change=_lost),
    "--refresh": lambda c: Case(many(c), "--refresh"),
    "--force": lambda c: Case(many(c), "--force"),
    "--report": lambda c: Case(alone(c), "--report out.json"),
    "--notify": lambda c: Case(alone(c), "--notify slack"),
    "--junit": lambda c: Case(alone(c), "--junit out.xml"),
    "--html": lambda c: Case(alone(c), "--html out.html"),
}
PROMOTE = f"promote app-test app-live {REGION} --tenant acme --confirm {REGION}/app-live/acme"
_UNPROMOTED = f"app-live {REGION} --tenant acme -var service1-build=99 --confirm {REGION}/app-live/acme"


def _builds(disk: Disk) -> None:
    disk.write("builds/service1.env.groovy", 'env.SERVICE1_BUILD = "95"\n')


def _hooked(stack: str) -> Callable[[Disk], None]:
    """A task is to run before a deploy, and no tenant has it."""

    def change(disk: Disk) -> None:
        disk.append(f"{stack}/stack.hcl", 'before_deploy = ["migrate"]\n')

    return change


def _checked(disk: Disk) -> None:
    """A hook before each command fails."""
    disk.append(
        f"{APP}/stack.hcl", 'hooks = { no = { on = ["before_plan", "before_destroy"], command = ["false"] } }\n'
    )


def _file_build(disk: Disk) -> None:
    disk.append(f"{APP}/tenants/acme.tfvars", 'service1-build = "7"\n')


def _git(disk: Disk) -> None:
    """Committed, and not applied."""
    disk.append(f"{APP}/tenants/globex.tfvars", "memory = 999\n")
    me = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    for words in (("init", "-q"), ("add", "-A", "config", "src", "modules"), ("commit", "-qm", "x")):
        subprocess.run(("git", *me, *words), cwd=disk.root, check=True, capture_output=True)


def _containers(disk: Disk) -> None:
    disk.write("orchestrate.hcl", "containers = true\n")


def _bucket(disk: Disk) -> None:
    disk.write(f"{APP}/backend.tfvars", f'bucket = "states"\nregion = "{REGION}"\n')


def _agents(disk: Disk) -> None:
    """The stack's root gives out what Jenkins needs."""
    file = disk.root / f".orchestrate/states/{REGION}/app-test/terraform.tfstate"
    data = json.loads(file.read_text())
    data["outputs"] |= {name: {"value": value} for name, value in AGENTS.items()}
    file.write_text(json.dumps(data))


def _agents_and_jobs(disk: Disk) -> None:
    _agents(disk)
    git = '{ repository = "https://git.example.com/p.git", branch = "main" }'
    disk.write("config/jenkins.hcl", f'folder = "f"\nproject = {git}\nlibrary = {git}\nservices = {{}}\n')


_READ_IT = ("apply", "plan", "destroy", "console", "import", "refresh", "test")


def _size(disk: Disk) -> None:
    disk.write("f.tfvars", "size = 3\n")


def _text(disk: Disk) -> None:
    disk.write("f.tfvars", 'text = "other"\n')


def _unknown(disk: Disk) -> None:
    """A file that is checked, and used for nothing."""
    disk.write("f.tfvars", "nothing = 1\n")


def _compared(command: str) -> str:
    return ONE_TENANT.get(command) or ALONE[command]


_TYPED = ("apply app-test --tenant acme -var service1-build=92",)  # and the file says another
ONE_TENANT = {"apply": "apply app-test --tenant acme", "plan": "plan app-test --tenant acme", "promote": PROMOTE}
LIVE_COMMANDS = ("status", "logs", "run-task", "exec", "restart", "stop", "start")
_COMMAND = ALONE["run-task"]


def _exec(layer: str = "app-test --tenant acme", more: str = "") -> str:
    return f"exec {layer} --service acme {more} -- ls"


def _stopped(name: str) -> dict[str, Case]:
    """Of `stop` and `start`, which are for one layer or for tenants."""
    line, one = f"{name} app-test --rollout-timeout 0", f"{name} app-test --tenant acme"
    live = f"{name} app-live {REGION} --tenant acme --rollout-timeout 0"
    return {
        "--tenant": Case(line, "--tenant acme"),
        "-var": Case(line, "-var tenant=acme"),
        "--service": Case(f"{one} --rollout-timeout 0", "--service worker"),
        "--confirm": Case(live, f"--confirm {REGION}/app-live/acme"),
        "--rollout-timeout": Case(f"{one} --json", "--rollout-timeout 0"),
        "--all-tenants": Case(line, "--all-tenants"),
        "--tenants": Case(line, "--tenants acme"),
        "--tag": Case(line, "--tag gold"),
    }


ONE = {
    **{(name, "--tenant"): Case(f"{name} app-test", "--tenant acme") for name in ("status", "logs")},
    ("status", "--service"): Case(ALONE["status"], "--service worker"),
    ("logs", "--service"): Case(ALONE["logs"], "--service worker"),
    ("logs", "--container"): Case(ALONE["logs"], "--container side"),
    ("logs", "--since"): Case(ALONE["logs"], "--since 1s"),
    ("logs", "--filter"): Case(ALONE["logs"], "--filter work"),
    ("logs", "--task"): Case(ALONE["logs"], "--task dddd"),
    ("logs", "--previous"): Case(ALONE["logs"], "--previous"),
    ("run-task", "--tenant"): Case("run-task app-test --task migrate --detach", "--tenant acme"),
    ("run-task", "--confirm"): Case(
        f"run-task app-live {REGION} --tenant acme --task migrate --detach", f"--confirm {REGION}/app-live/acme"
    ),
    ("run-task", "--task"): Case("run-task app-test --tenant acme --detach --service acme -- ls", "", _COMMAND),
    ("run-task", "--service"): Case(
        "run-task app-test --tenant acme --detach --service acme -- ls",
        "",
        "run-task app-test --tenant acme --detach --service worker -- ls",
    ),
    ("run-task", "--container"): Case(
        "run-task app-test --tenant acme --detach --service acme -- ls",
        "",
        "run-task app-test --tenant acme --detach --service acme --container side -- ls",
    ),
    ("run-task", "--env"): Case(_COMMAND, "--env A=b"),
    ("run-task", "--cpu"): Case(_COMMAND, "--cpu 64"),
    ("run-task", "--memory"): Case(_COMMAND, "--memory 64"),
    ("run-task", "--detach"): Case("run-task app-test --tenant acme --task migrate", "--detach"),
    ("restart", "--tenant"): Case("restart app-test --service acme --rollout-timeout 0", "--tenant acme"),
    ("restart", "--service"): Case(
        ALONE["restart"], "", ALONE["restart"].replace("--service acme", "--service worker")
    ),
    ("restart", "--confirm"): Case(
        f"restart app-live {REGION} --tenant acme --service acme --rollout-timeout 0",
        f"--confirm {REGION}/app-live/acme",
    ),
    ("restart", "--rollout-timeout"): Case("restart app-test --tenant acme --service acme", "--rollout-timeout 0"),
    **{(name, option): case for name in ("stop", "start") for option, case in _stopped(name).items()},
    ("stop", "--reason"): Case("stop app-test --tenant acme --rollout-timeout 0", "--reason why"),
    **{(name, "-var"): Case(f"{name} app-test", "-var tenant=acme") for name in ("status", "logs")},
    ("run-task", "-var"): Case("run-task app-test --task migrate --detach", "-var tenant=acme"),
    ("restart", "-var"): Case("restart app-test --service acme --rollout-timeout 0", "-var tenant=acme"),
    ("exec", "--root"): Case(_exec(), "", _exec(more="--root /nonexistent")),
    ("exec", "--sandbox"): Case(_exec(), "", _exec(more="--sandbox")),
    ("exec", "--engine"): Case(_exec(more="--sandbox"), "", _exec(more="--sandbox --engine host")),
    ("exec", "--tenant"): Case("exec app-test --service acme -- ls", "", _exec()),
    ("exec", "-var"): Case("exec app-test --service acme -- ls", "", _exec("app-test -var tenant=acme")),
    ("exec", "--confirm"): Case(
        _exec(f"app-live {REGION} --tenant acme"),
        "",
        _exec(f"app-live {REGION} --tenant acme --confirm {REGION}/app-live/acme"),
    ),
    ("exec", "--service"): Case(_exec(), "", "exec app-test --tenant acme --service worker -- ls"),
    ("exec", "--task"): Case(_exec(), "", _exec(more="--task cccc")),
    ("exec", "--container"): Case(_exec(), "", _exec(more="--container nothing")),
    ("state", "--confirm"): Case(f"state app-live {REGION} rm a.b", f"--confirm {REGION}/app-live"),
    ("vars", "--tenant"): Case("vars app-test", "--tenant acme"),
    ("builds", "--tenant"): Case("builds app-test", "--tenant acme"),
    ("history", "--tenant"): Case("history app-test", "--tenant acme"),
    ("drift", "--tenant"): Case("drift app-test", "--tenant acme"),
    ("drift", "--all-tenants"): Case("drift app-test", "--all-tenants"),
    ("promote", "--tenant"): Case(
        f"promote app-test app-live {REGION} --confirm {REGION}/app-live/acme --tenants acme", "", PROMOTE
    ),
    ("promote", "--all-tenants"): Case(PROMOTE, "", MANY["promote"]),
    ("promote", "--refresh"): Case(MANY["promote"], "--refresh", before=(MANY["promote"],)),
    ("promote", "--force"): Case(MANY["promote"], "--force", before=(MANY["promote"],)),
    ("promote", "--failed-from"): Case(
        MANY["promote"], "--failed-from old.json", change=lambda d: _report(d, "app-live")
    ),
    ("promote", "--confirm"): Case(
        f"promote app-test app-live {REGION} --tenant acme", f"--confirm {REGION}/app-live/acme"
    ),
    ("rollback", "--tenant"): Case("rollback app-test", "--tenant acme"),
    ("rollback", "--confirm"): Case(f"rollback app-live {REGION} --tenant acme", f"--confirm {REGION}/app-live/acme"),
    **{
        (name, "--builds"): Case(_compared(name), "--builds builds", change=_builds)
        for name in ("vars", "apply", "plan", "promote", "affected", "shards")
    },
    **{
        (name, "--config-builds"): Case(_compared(name), "--config-builds", before=_TYPED, change=_file_build)
        for name in ("vars", "apply", "plan", "affected", "shards")
    },
    ("apply", "--unpromoted"): Case(f"apply {_UNPROMOTED}", "--unpromoted hotfix"),
    ("plan", "--unpromoted"): Case("plan -out=p " + _UNPROMOTED.partition(" --confirm")[0], "--unpromoted hotfix"),
    **{
        (name, option): Case(ALONE[name], f"{option} {value}", change=_tagged)
        for name in ("affected", "shards", "tenants")
        for option, value in (("--tenants", "globex"), ("--tag", "gold"), ("--shard", "2/2"))
    },
    ("builds", "--tenants"): Case("builds app-test", "--tenants globex"),
    ("builds", "--tag"): Case("builds app-test", "--tag gold", change=_tagged),
    ("builds", "--shard"): Case("builds app-test", "--shard 2/2"),
    ("builds", "--format"): Case("builds app-test --tenant acme", "--format env"),
    ("vars", "--merge-diff"): Case("vars app-test", "--merge-diff"),
    ("affected", "--since"): Case("affected app-test", "--since HEAD", change=_git),
    ("shards", "--force"): Case("shards app-test -n 1", "--force"),
    ("shards", "--parts"): Case("shards app-test -n 1", "", "shards app-test --parts 2", change=changed),
    ("shards", "--format"): Case("shards app-test -n 1", "--format jenkins", change=changed),
    ("tenant add", "--from"): Case("tenant add new app-test", "--from nothing"),
    ("quota", "--sandbox"): Case("quota app-test", "--sandbox", stub=True),
    ("quota", "--engine"): Case("quota app-test --sandbox", "--engine host", stub=True),
    ("quota", "--tenant-count"): Case("quota app-test", "--tenant-count 60"),
    **{
        (name, "--no-hooks"): Case(_compared(name), "--no-hooks", change=_hooked(where))
        for name, where in (("apply", APP), ("promote", LIVE))
    },
    **{(name, "--no-hooks"): Case(alone(name), "--no-hooks", change=_checked) for name in ("plan", "destroy")},
    ("rollback", "--hooks"): Case("rollback app-test --tenant acme", "--hooks", change=_hooked(APP)),
    ("rollback", "--to"): Case("rollback app-test --tenant acme", "--to 7"),
    ("reap", "--yes"): Case("reap", "--yes"),
    ("reap", "--expired"): Case("reap", "--expired"),
    ("keep", "--tenant"): Case(ALONE["keep"], "--tenant acme", change=_ending),
    ("keep", "-var"): Case(ALONE["keep"], "-var tenant=acme", change=_ending),
    ("apply", "--ttl"): Case("apply app-test --tenant acme", "--ttl 1d"),
    ("reap", "--jobs"): Case("reap --yes --jobs 1", "--jobs 2", meets=True),
    ("reap", "--region"): Case("reap", "--region eu-west-1"),
    ("reap", "--stack"): Case("reap", "--stack nothing-*"),
    ("reap", "--older-than"): Case("reap", "--older-than 12h"),
    ("reap", "--lock-timeout"): Case("reap --yes", "--lock-timeout 7s"),
    ("reap", "--timeout"): Case("reap --yes", "--timeout 1ms", slow=0.02),
    **{("reap", f"--{f}"): Case("reap --yes", f"--{f} out") for f in ("report", "junit", "html")},
    ("reap", "--notify"): Case("reap --yes", "--notify slack"),
    **{
        (f"report {n}", "--notify"): Case(f"report {n} old.json", "--notify slack", change=_report)
        for n in ("merge", "show")
    },
    ("keep", "--json"): Case("keep --list", "--json"),
    ("keep", "--until"): Case(ALONE["keep"], "--until 2099-12-02"),
    ("keep", "--time-zone"): Case(ALONE["keep"], "--time-zone Asia/Tokyo"),
    ("keep", "--reason"): Case(ALONE["keep"], "--reason demo"),
    ("keep", "--off"): Case(ALONE["keep"], "", "keep app-test --off", before=(ALONE["keep"],)),
    ("keep", "--list"): Case(ALONE["keep"], "", "keep --list", before=(ALONE["keep"],)),
    **{("report merge", f"--{f}"): Case("report merge old.json", f"--{f} out", change=_report) for f in _FILES},
    **{("report show", f"--{f}"): Case("report show old.json", f"--{f} out", change=_report) for f in _FILES},
    **{
        (name, "--rollout-timeout"): Case(_compared(name), "--rollout-timeout 0", stub=True)
        for name in ("apply", "promote", "rollback")
    },
    ("apply", "--allow-delete"): Case(
        f"apply app-live {REGION} --confirm {REGION}/app-live", "--allow-delete a.b", deletes=True
    ),
    ("promote", "--allow-delete"): Case(PROMOTE, "--allow-delete a.b", deletes=True),
    ("rollback", "--allow-delete"): Case(
        f"rollback app-live {REGION} --tenant acme --confirm {REGION}/app-live/acme", "--allow-delete a.b", deletes=True
    ),
    ("bootstrap", "--sandbox"): Case(ALONE["bootstrap"], "--sandbox", stub=True, change=_bucket),
    ("bootstrap", "--engine"): Case(f"{ALONE['bootstrap']} --sandbox", "--engine host", stub=True, change=_bucket),
    ("jenkins casc", "--root"): Case("jenkins casc app-test", "--root /nonexistent", change=_agents),
    ("jenkins casc", "--json"): Case("jenkins casc app-test", "--json", change=_agents),
    ("jenkins casc", "--output"): Case("jenkins casc app-test", "--output out.yaml", change=_agents),
    ("jenkins casc", "--jobs"): Case("jenkins casc app-test", "--jobs", change=_agents_and_jobs),
    ("jenkins casc", "--sandbox"): Case("jenkins casc app-test", "--sandbox", change=_agents),
    ("jenkins casc", "--engine"): Case("jenkins casc app-test --sandbox", "--engine host", change=_agents),
    **{
        (f"sandbox {name}", option): Case(f"sandbox {name}", f"{option}{' elsewhere' if option == '--root' else ''}")
        for name in ("start", "stop", "status", "reset", "images")
        for option in ("--root", "--json")
    },
    ("sandbox watch", "--root"): Case("sandbox watch", "--root elsewhere"),
    ("sandbox drill", "--root"): Case("sandbox drill kill acme", "--root elsewhere"),
    ("sandbox drill", "--seconds"): Case("sandbox drill sick acme", "--seconds 5", change=_containers),
    ("sandbox page", "--root"): Case("sandbox page", "--root elsewhere"),
    ("sandbox page", "--output"): Case("sandbox page", "--output page.html", change=_containers),
    ("sandbox images", "--pull"): Case("sandbox images", "--pull nowhere.example/web:1"),
    **{(f"sandbox {n}", "--speed"): Case(f"sandbox {n} --containers", "--speed 2") for n in ("start", "reset")},
    **{(f"sandbox {n}", "--containers"): Case(f"sandbox {n}", "--containers") for n in ("start", "reset")},
    ("image", "--force"): Case("image", "--force"),
    ("image", "--prune"): Case("image", "--prune"),
    **{
        (name, "-var"): Case(alone(name), "-var size=3")
        for name in ("apply", "plan", "destroy", "console", "import", "refresh", "test")
    },
    **{
        (name, "--var-env"): Case(f"{alone(name)} --tenant acme", "--var-env text=USER")
        for name in ("apply", "plan", "destroy", "console", "import", "refresh", "test")
    },
    **{
        (name, "--var-env"): Case(line, "--var-env text=USER")
        for name, line in (ALONE | {"promote": PROMOTE}).items()
        if name in ("vars", "affected", "shards", "drift", "promote", "rollback")
    },
    **{(name, "-var-file"): Case(alone(name), "-var-file f.tfvars", change=_size) for name in _READ_IT},
    **{(name, "-var-file"): Case(alone(name), "-var-file f.tfvars", change=_unknown) for name in ("init", "validate")},
    **{
        (name, "-var-file"): Case(line, "-var-file f.tfvars", change=_text)
        for name, line in (
            *((name, ALONE[name]) for name in ("vars", "affected", "shards", "drift", "rollback")),
            ("promote", PROMOTE),
        )
    },
    ("vars", "-var"): Case(ALONE["vars"], "-var text=other"),
    ("affected", "-var"): Case("affected app-test", "-var text=other"),
    ("shards", "-var"): Case("shards app-test -n 1", "-var text=other"),
    ("drift", "-var"): Case("drift app-test", "-var tenant=acme"),
    ("promote", "-var"): Case(PROMOTE, "-var text=other"),
    ("rollback", "-var"): Case("rollback app-test --tenant acme", "-var text=other"),
    ("builds", "-var"): Case("builds app-test", "-var tenant=acme"),
    ("history", "-var"): Case("history app-test", "-var tenant=acme"),
    ("report merge", "--json"): Case("report merge old.json", "--json", change=_report),
    ("report show", "--json"): Case("report show old.json", "--json", change=_report),
}
