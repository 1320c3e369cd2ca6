"""What the real tests stand on: a project of their own, the tool run as a person runs it, and what it left behind.

Most projects here are tiny: their Terraform root has the built-in `terraform_data` alone, so that an apply takes
a second and what is proved is ours, not a provider's.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import forked

from wrapper.sandbox.lifecycle import ask
from wrapper.state.layer_state import HISTORY, RECORD
from wrapper.state.record import moment

ROOT = Path(__file__).resolve().parents[2]
REGION = "ap-southeast-2"
PROVIDER = f"""
terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }}
  }}
}}

provider "aws" {{
  region = "{REGION}"
}}
"""
ENGINES = ("docker", "host")
FROM_AROUND = ("PATH", "DOCKER_HOST", "TF_CLI_CONFIG_FILE", "ORCHESTRATE_MIRROR", "ORCHESTRATE_BASE")

TERRAFORM = """
variable "region" {
  type    = string
  default = "none"
}

variable "value" {
  type    = string
  default = "nothing"
}

variable "command" {
  description = "What a provisioner runs; empty for no provisioner."
  type        = string
  default     = ""
}
%s
resource "terraform_data" "value" {
  input = var.value
}

resource "terraform_data" "command" {
  count            = var.command == "" ? 0 : 1
  triggers_replace = var.command

  provisioner "local-exec" {
    command = var.command
  }
}

output "value" {
  value = terraform_data.value.output
}
%s
"""
SHARED = TERRAFORM % ("", 'output "shared" {\n  value = "shared-${terraform_data.value.output}"\n}')
TENANT = TERRAFORM % (
    'variable "tenant" {\n  type = string\n}\n\nvariable "shared" {\n  type = string\n}\n',
    'output "shared" {\n  value = var.shared\n}\n\noutput "url" {\n  value = "http://${var.tenant}.example.com"\n}',
)


def slow(seconds: float = 120, then: str = "") -> str:
    """A command that says BEGAN (which is not in its own text: argv are echoed) and takes its time."""
    return f"echo slow-$((1+1)); sleep {seconds}; {then}echo slow-$((2+2))"


def held(then: str = "") -> str:
    """As ``slow``, until Project.go_on() of its layer: however slow the machine is, what comes meanwhile finds it there."""
    return f"echo slow-$((1+1)); until [ -e go-on ]; do sleep 0.1; done; {then}echo slow-$((2+2))"


BEGAN, ENDED = "slow-2", "slow-4"
LOCK_WAIT = re.compile(r"(Acquiring|Releasing) state lock\. This may take a few moments")


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        return self.out.rstrip("\n").rpartition("\n")[2]

    @property
    def answer(self) -> str:
        """What a console answered. Terraform says there too when the state's lock takes more than 0.4 s to come or go."""
        return "".join(line for line in self.out.splitlines(keepends=True) if not LOCK_WAIT.match(line))

    @property
    def all(self) -> str:
        return self.out + self.err

    def __str__(self) -> str:
        return f"{' '.join(self.argv)}: exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Running:
    """A command that is under way; what it says goes to files, so that it never waits for a reader."""

    def __init__(
        self, argv: tuple[str, ...], folder: Path, command: forked.Command | None = None, **options: Any
    ) -> None:
        """``command``: where a fork is the same as a process of ``argv``."""
        self.argv = argv
        self.process: subprocess.Popen[bytes] | forked.Fork
        place = folder / f"said-{uuid.uuid4().hex[:8]}"
        self._files = place.with_suffix(".out"), place.with_suffix(".err")
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err, open(os.devnull, "rb") as null:
            if command:
                self.process = forked.server().start(command, [one.fileno() for one in (null, out, err)])
            else:
                streams = {"stdin": null, "stdout": out, "stderr": err}
                self.process = subprocess.Popen(argv, **streams, start_new_session=True, **options)

    def said(self) -> str:
        return "".join(f.read_text("utf-8", "replace") for f in self._files)

    def wait_for(self, text: str, timeout: float = 180) -> Running:
        wait_until(lambda: text in self.said() or self.process.poll() is not None, timeout, lambda: self.said())
        assert text in self.said(), f"{text!r} was never said: {self.end()}"
        return self

    def send(self, *signals: int, every: float = 0.0) -> Running:
        for number in signals:
            self.process.send_signal(number)
            time.sleep(every)
        return self

    def end(self, timeout: float = 100) -> Done:
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"still there after {timeout} s: {' '.join(self.argv)}\n{self.said()}") from None
        return Done(self.argv, code, *(f.read_text("utf-8", "replace") for f in self._files))


def wait_until(what: Callable[[], Any], timeout: float = 90, info: Callable[[], str] = lambda: "") -> Any:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {timeout} s; {info()}")


@dataclass(frozen=True)
class Aws:
    """The simulated AWS of these tests, reached like a real one: by endpoint and keys, not by --sandbox."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "ORCHESTRATE_NETWORK": "host",
        }

    def faults(self, *faults: Mapping[str, Any]) -> list[dict[str, Any]]:
        """These requests are refused from now on, no others (docs/sandbox.md); what is set."""
        return list(ask(f"{self.url}/_orchestrate/faults", json.dumps({"faults": faults}).encode())["faults"])

    def faults_met(self) -> list[int]:
        """How often each fault was met."""
        return [int(fault["hits"]) for fault in ask(f"{self.url}/_orchestrate/faults")["faults"]]

    def client(self, service: str, region: str = REGION) -> Any:
        return client(self.url, service, region)


def client(url: str, service: str, region: str = REGION) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(s3={"addressing_style": "path"})
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def without_past(keys: Iterable[str]) -> list[str]:
    """Without the histories that have no record beside them: of a layer that was destroyed its last builds are kept."""
    every = set(keys)
    past = {k for k in every if k.endswith(f"/{HISTORY}") and k.replace(HISTORY, RECORD) not in every}
    return sorted(every - past)


@dataclass
class Project:
    """A project on disk, a home of its own, and the tool on both."""

    root: Path
    home: Path
    environment: dict[str, str]
    aws: Aws | None = None
    bucket: str = ""
    tool: Path = ROOT
    before: tuple[str, ...] = ()  # words before the tool's own: setpriv ..., unshare ...
    starts: bool = False  # each command is ./orchestrate, as you type it
    running: list[Running] = field(default_factory=list)
    clones: list[Project] = field(default_factory=list)

    # -- running the tool ---------------------------------------------------------------------

    def argv(self, *words: str) -> tuple[str, ...]:
        return (*self.before, str(self.tool / "orchestrate"), *words)

    def run(
        self, *words: str, codes: tuple[int, ...] = (0,), timeout: float = 180, stdin: Any = None, **more: Any
    ) -> Done:
        done = self._ended(words, stdin, timeout, self.options(**more))
        result = Done(tuple(words), done.returncode, done.stdout, done.stderr)
        assert done.returncode in codes, str(result)
        assert "Traceback" not in result.err, str(result)
        return result

    def run_at_once(self, *lines: tuple[str, ...]) -> list[Done]:
        """Each as ``run``, side by side: processes of their own, which cost a fifth of as many ``start``."""
        forked.server()  # one for all of these threads
        with ThreadPoolExecutor(len(lines)) as pool:
            return list(pool.map(lambda words: self.run(*words), lines))

    def _ended(
        self, words: tuple[str, ...], stdin: Any, timeout: float, options: dict[str, Any]
    ) -> subprocess.CompletedProcess[str]:
        text = stdin if isinstance(stdin, str) else None
        command = self._command(words, options, text)
        if command and (stdin is None or text is not None):
            return forked.server().run(command, timeout)
        given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL if stdin is None else stdin}
        return subprocess.run(
            self.argv(*words), capture_output=True, text=True, errors="replace", timeout=timeout, **given, **options
        )

    def _command(
        self, words: tuple[str, ...], options: Mapping[str, Any], stdin: str | None = None, session: bool = False
    ) -> forked.Command | None:
        """For a fork of a process that has imported the tool; None where the start itself may make a difference."""
        if self.starts or self.before or self.tool != ROOT or options.keys() - {"env", "cwd"}:
            return None
        command = forked.Command(words, options["env"], options["cwd"], stdin, session)
        return command if command.fits else None

    def start(self, *words: str, **more: Any) -> Running:
        options = self.options(**more)
        command = self._command(words, options, session=True)
        running = Running(self.argv(*words), self.home.parent, command, **options)
        self.running.append(running)
        return running

    def options(self, env: Mapping[str, str] | None = None, cwd: Path | None = None, **more: Any) -> dict[str, Any]:
        return {"env": {**self.environment, **(env or {})}, "cwd": cwd or self.root, **more}

    def on(self, engine: str) -> Project:
        return replace(self, environment=self.environment | {"ORCHESTRATE_ENGINE": engine})

    def elsewhere(self, folder: Path) -> Project:
        """The same project and state on another machine: another clone, another home."""
        root = folder / "other-machine" / self.root.name
        shutil.copytree(self.root, root)
        clone = replace(
            self, root=root, **_home(folder / "other-machine-home", self.environment), running=[], clones=[]
        )
        self.clones.append(clone)
        return clone

    # -- what it left behind ------------------------------------------------------------------

    @property
    def private(self) -> Path:
        return self.home / f"{self.root.name}-{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}"

    def go_on(self, tenant: str = "") -> None:
        (self.work(tenant) / "go-on").touch()

    def work(self, tenant: str = "") -> Path:
        """The work directory of a layer of the tiny stack."""
        return (
            self.private
            / "runs"
            / REGION
            / "tiny"
            / (tenant or "_stack")
            / "tree/src/tiny"
            / ("tenant" if tenant else "")
        )

    @property
    def prefix(self) -> str:
        """How the names of this project's containers begin."""
        return f"orchestrate.{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}."

    def containers(self) -> list[str]:
        said = docker("ps", "-a", "--filter", f"name={self.prefix}", "--format", "{{.Names}}")
        return [name for name in said.split() if name.startswith(self.prefix)]

    def key(self, tenant: str = "") -> str:
        return f"{REGION}/tiny/" + (f"tenants/{tenant}/" if tenant else "") + "terraform.tfstate"

    def objects(self) -> list[str]:
        """Every object in the state bucket, but what a destroy keeps."""
        assert self.aws
        found = self.aws.client("s3").list_objects_v2(Bucket=self.bucket)
        return sorted(without_past(item["Key"] for item in found.get("Contents", ())))

    def state(self, tenant: str = "") -> dict[str, Any]:
        return dict(json.loads(self.state_bytes(tenant)))

    def state_bytes(self, tenant: str = "") -> bytes:
        assert self.aws
        return bytes(self.aws.client("s3").get_object(Bucket=self.bucket, Key=self.key(tenant))["Body"].read())

    def a_minute_passes(self, *tenants: str) -> None:
        """For the notes of tries that were killed: so long each counts as going on after its last sign."""
        assert self.aws
        s3 = self.aws.client("s3")
        for tenant in tenants or ("",):
            where = {"Bucket": self.bucket, "Key": self.key(tenant).replace("terraform.tfstate", RECORD)}
            record = json.loads(s3.get_object(**where)["Body"].read())
            assert record["trying"]["until"] <= moment(time.time() + 60)
            record["trying"]["until"] = moment(time.time())
            s3.put_object(**where, Body=json.dumps(record).encode())

    def addresses(self, tenant: str = "") -> list[str]:
        return [f"{r['type']}.{r['name']}" for r in self.state(tenant)["resources"] for _ in r["instances"]]

    def locks(self) -> list[str]:
        return [key for key in self.objects() if key.endswith(".tflock")]

    def logs(self) -> str:
        """What Terraform said of each layer of a run over many."""
        return "".join(f.read_text("utf-8", "replace") for f in sorted(self.private.glob("logs/*/*.log")))

    def assert_nothing_left(self) -> None:
        """No container, no lock, and no values or plan in a run directory."""
        assert self.containers() == []
        if self.bucket:
            assert self.locks() == []
        names = ("orchestrate.tfplan", "zz-orchestrate.auto.tfvars.json", ".nonce")
        assert [f for name in names for f in self.private.rglob(name)] == []

    # -- files --------------------------------------------------------------------------------

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def digest(self) -> str:
        """One digest of everything in the project: names, modes, contents."""
        hashed = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            hashed.update(f"{path.relative_to(self.root)} {path.stat().st_mode:o} ".encode() + content)
        return hashed.hexdigest()

    def clean(self) -> None:
        """End what a failed test left: its commands, its containers, its sandbox, Terraform in its folders."""
        for clone in self.clones:
            clone.clean()
        for running in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.process.pid, signal.SIGKILL)
            running.process.wait()
        for home in {self.home, *self.home.parent.glob("*home*")}:
            for record in home.glob("*/sandbox/server.json"):
                with contextlib.suppress(ProcessLookupError, ValueError):
                    os.kill(json.loads(record.read_text())["pid"], signal.SIGTERM)
        for pid in processes_in(self.home.parent):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.containers():
            docker("rm", "-f", *self.containers())


def processes_in(folder: Path) -> Iterator[int]:
    """Processes that stand in a folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder in Path(os.readlink(entry / "cwd")).parents:
                yield int(entry.name)


def docker(*words: str) -> str:
    if shutil.which("docker") is None:
        return ""
    return subprocess.run(("docker", *words), capture_output=True, text=True, timeout=300).stdout


def inspect(name: str) -> dict[str, Any]:
    return dict(json.loads(docker("inspect", name))[0])


# -- making projects --------------------------------------------------------------------------------


def _home(home: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """A home with the environment that these tests run in, so that no test makes one of its own."""
    home.mkdir(parents=True)
    user = home / "user"
    user.mkdir()
    lock = subprocess.run(["cksum"], input=(ROOT / "requirements.txt").read_bytes(), capture_output=True).stdout
    assert sys.prefix != sys.base_prefix, "run these tests from a virtual environment"
    (home / f"venv-{lock.split()[0].decode()}").symlink_to(sys.prefix)
    return {"home": home, "environment": {**environment, "ORCHESTRATE_HOME": str(home), "HOME": str(user)}}


def plain_environment() -> dict[str, str]:
    around = {name: os.environ[name] for name in FROM_AROUND if name in os.environ}
    return {**around, "LANG": "C.UTF-8", "USER": "tester", "ORCHESTRATE_LOCK_TIMEOUT": "0"}


def make(folder: Path, aws: Aws | None = None, extra: Mapping[str, str] | None = None) -> Project:
    """An empty project; with ``aws`` its Terraform talks to it."""
    root = folder / "project"
    for name in ("config", "src"):
        (root / name).mkdir(parents=True)
    environment = plain_environment() | (aws.environment if aws else {}) | dict(extra or {})
    return Project(root, **_home(folder / "home", environment), aws=aws)


def tiny(folder: Path, aws: Aws | None, engine: str = "docker") -> Project:
    """One stack with a tenant layer; its states in a bucket of ``aws``, or in a folder."""
    project = make(folder, aws, {"ORCHESTRATE_ENGINE": engine})
    here = f"config/{REGION}/tiny"
    if aws:
        project.bucket = f"states-{uuid.uuid4().hex[:10]}"
        project.write(f"{here}/backend.tfvars", f'bucket = "{project.bucket}"\nregion = "{REGION}"\n')
        place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
        aws.client("s3").create_bucket(Bucket=project.bucket, **place)
    else:
        project.write(f"{here}/backend.tfvars", 'path = ".states"\n')
        project.environment |= {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nobody"}
    project.write(f"{here}/variables.tfvars", "")
    project.write("src/tiny/main.tf", SHARED)
    project.write("src/tiny/tenant/main.tf", TENANT)
    return project
