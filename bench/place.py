"""Where it is measured: a project of its own, a private folder of its own, a simulated AWS of its own.

Nothing of the checkout is written to. All of it goes away at the end, whatever happened.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

STACK, REGION, TENANT = "appcluster-test", "ap-southeast-2", "acme"
DROPPED = ("ORCHESTRATE_HOME", "ORCHESTRATE_ROOT", "ORCHESTRATE_ENGINE", "ORCHESTRATE_SANDBOX", "TF_LOG")
BACKEND = "orchestrate_backend_override.tf.json"
PARTS = ("config", "src", "modules")


class Failed(Exception):
    """A command that the measure stands on did not do what it should."""


def info(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def copy_project(target: Path) -> None:
    """The example of the checkout, without what Terraform may have left in it."""
    for part in PARTS:
        shutil.copytree(CHECKOUT / part, target / part, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))


class Place:
    """One temporary project and the commands run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "project"
        self.home = folder / "home"
        self.points: list[dict[str, float]] = []  # for a picture
        self.environment = {k: v for k, v in os.environ.items() if k not in DROPPED}
        self.environment |= {"ORCHESTRATE_HOME": str(self.home), "NO_COLOR": "1", "PYTHONPATH": str(CHECKOUT)}
        copy_project(self.root)
        self._borrow_environment()

    def _borrow_environment(self) -> None:
        """The checkout's virtual environment is taken as it is; without one, the first command makes one here."""
        self.home.mkdir()
        for venv in (CHECKOUT / ".orchestrate").glob("venv-*"):
            if (venv / "bin" / "python").exists():
                (self.home / venv.name).symlink_to(venv)
        self.orchestrate("--help")

    @property
    def python(self) -> str:
        """The Python that orchestrate itself runs in."""
        return str(next(self.home.glob("venv-*")) / "bin" / "python")

    # -- commands -----------------------------------------------------------------------------

    def orchestrate(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        argv = [str(CHECKOUT / "orchestrate"), "--root", str(self.root), *arguments]
        return run(argv, self.folder, {**self.environment, **extra})

    def verb(self, verb: str, *arguments: str, engine: str, **extra: str) -> subprocess.CompletedProcess[str]:
        mirror = self.mirror_configuration if engine == "host" else {}
        return self.orchestrate("--sandbox", "--engine", engine, verb, *arguments, **mirror, **extra)

    def values(self, stack: str, tenant: str) -> dict[str, Any]:
        """What the tool works out for a tenant, for the run by hand."""
        said = self.orchestrate("--sandbox", "vars", stack, REGION, "-var", f"tenant={tenant}", "--json").stdout
        return whole({name: found["value"] for name, found in json.loads(said).items()})

    def stop_sandbox(self) -> None:
        """On a busy machine it may take longer to end than the command waits: what was measured is no less true."""
        try:
            self.orchestrate("sandbox", "stop")
        except Failed as failed:
            info(f"warning: {failed}")

    # -- surroundings -------------------------------------------------------------------------

    @cached_property
    def mirror_configuration(self) -> dict[str, str]:
        """Terraform's CLI configuration with the mirror of this host: one file for the host engine and for bare."""
        from wrapper.engines.image import inputs

        pins = inputs.read_pins(CHECKOUT, inputs.host_arch())
        mirrors = inputs.find_mirrors(pins, os.environ, Path("/"))
        if not mirrors:
            raise Failed("no provider mirror on this host (ORCHESTRATE_MIRROR can name one)")
        file = self.folder / "terraform.rc"
        file.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirrors[0][1]}"\n  }}\n}}\n')
        return {"TF_CLI_CONFIG_FILE": str(file)}

    @cached_property
    def endpoint(self) -> str:
        """Of the simulated AWS."""
        return str(json.loads(self.orchestrate("--json", "sandbox", "start").stdout)["url"])

    @cached_property
    def terraform_environment(self) -> dict[str, str]:
        """What the host engine gives to Terraform, for the run by hand."""
        from wrapper.aws import identity as account
        from wrapper.terraform import environment

        identity = account.sandbox(self.endpoint).environment
        given = environment.for_terraform(self.environment, identity, REGION, host=True, sandbox=True)
        return given | self.mirror_configuration

    def work(self, stack: str, tenant: str) -> Path:
        """The work directory that the tool keeps for a tenant: the one place that holds its backend."""
        found = self.home.glob(f"*/runs/{REGION}/{stack}/{tenant}/tree/src/*/tenant/{BACKEND}")
        return next(iter(found)).parent

    def forget_init(self, stack: str, tenant: str) -> None:
        """The tenant's data directory as if it had never been initialised."""
        work = self.work(stack, tenant)
        shutil.rmtree(work / ".terraform", ignore_errors=True)
        for stamp in self.home.glob(f"*/runs/{REGION}/{stack}/{tenant}/stamp"):
            stamp.unlink()

    # -- the example, deployed once, however many measures need it ------------------------------

    @cached_property
    def shared(self) -> Path:
        """The shared layer is there; TENANT's work directory."""
        info(f"deploying {STACK} on the simulated AWS (about a minute)")
        self.verb("apply", STACK, REGION, engine="docker")
        self.verb("plan", STACK, REGION, "-var", f"tenant={TENANT}", engine="docker")
        return self.work(STACK, TENANT)

    @cached_property
    def first_apply(self) -> int:
        """TENANT is there; how often its first apply, on the docker engine, started a provider."""
        from provider_starts import counted

        assert self.shared
        info(f"deploying {TENANT} (a minute and a half, most of it the provider waiting)")
        words = ("apply", STACK, REGION, "-var", f"tenant={TENANT}")
        return counted(self.endpoint, lambda: self.verb(*words, engine="docker"))


def whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a map that have rows of their own, ``builds["api"]``, in the map."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if key := re.fullmatch(r'(\w+)\["(.*)"\]', name):
            found.setdefault(key[1], {})[key[2]] = value
        else:
            found[name] = value
    return found


def run(argv: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What a command said. Stopped in the middle, it is asked to end and waited for: it may hold a container."""
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        argv, cwd=cwd, env=dict(environment), stdin=null, stdout=pipe, stderr=pipe, text=True
    ) as child:
        try:
            stdout, stderr = child.communicate()
        except BaseException:
            child.terminate()
            child.communicate()
            raise
    if child.returncode:
        tail = "\n".join((stdout + stderr).splitlines()[-20:])
        raise Failed(f"{' '.join(argv)} ended with {child.returncode}:\n{tail}")
    return subprocess.CompletedProcess(argv, child.returncode, stdout, stderr)


@contextmanager
def place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-bench-")).resolve()
    made: Place | None = None
    try:
        made = Place(folder)
        yield made
    finally:
        if made is not None:
            made.stop_sandbox()
        shutil.rmtree(folder, ignore_errors=True)
