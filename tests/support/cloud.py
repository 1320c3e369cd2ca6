"""A whole command without Terraform: a project on disk, a folder for the states, and an engine that keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes import CHANGES, DONE, FakeEngine, Listener, context
from project_on_disk import OUTPUTS as STACK_OUTPUTS
from project_on_disk import REGION, Disk

from wrapper.aws.identity import Identity
from wrapper.cli.invocation import form_of, parse
from wrapper.cli.options import Options
from wrapper.cli.run_verb import perform
from wrapper.cli.session import CliSession
from wrapper.deploy.deployer import Deployer
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer, state_key
from wrapper.project.project import Project
from wrapper.run.signals import SignalHandler
from wrapper.terraform import commands
from wrapper.terraform.caller_values import FileToken
from wrapper.terraform.commands import Token

OUTPUTS = {"stack": STACK_OUTPUTS, "tenant": {"url": "https://acme.test.example.com"}}


class Cloud:
    """Behaves like Terraform with a state per layer: an apply writes it, a destroy empties it."""

    def __init__(self, disk: Disk, stack: str = "app-test", region: str = "") -> None:
        self.disk = disk
        self.states = disk.root / ".orchestrate/states"
        self.console = Listener()
        self.serial = 1
        self.engine = FakeEngine(self.behave)
        self.outputs: dict[str, dict[str, Any]] = dict(OUTPUTS)
        self.values: dict[str, dict[str, Any]] = {}
        self.checks: list[dict[str, Any]] = []  # what a state says of its checks
        self.fails: dict[tuple[str, str], Outcome] = {}
        self._where = (stack, region)

    def behave(self, run: Run, step: Step) -> Outcome:
        verb = step.argv[1]
        if commands.VALUES_FILE in run.files.made:
            self.values[run.layer.label] = json.loads(run.files.made[commands.VALUES_FILE])
        if (run.layer.label, verb) in self.fails:
            return self.fails[run.layer.label, verb]
        if verb == "apply":
            self.write(run.layer, gone="-destroy" in run.steps[-2].argv)
        return CHANGES if verb == "plan" else DONE

    def write(self, layer: Layer, *, gone: bool = False) -> None:
        outputs = {} if gone else self.outputs["tenant" if layer.tenant else "stack"]
        self.put(
            layer,
            json.dumps(
                {
                    "version": 4,
                    "serial": self.serial,
                    "lineage": "l",
                    "outputs": {n: {"value": v} for n, v in outputs.items()},
                    "resources": [] if gone else [{"type": "x"}],
                    "check_results": self.checks,
                }
            ),
        )

    def put(self, layer: Layer, text: str) -> None:
        file = self.states / state_key(layer)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def deployer(self, **changes: Any) -> Deployer:
        """A fresh command on the stack, with these doors."""
        project = Project(self.disk.root, self.disk.root / ".orchestrate", self.console.info)
        fields: dict[str, Any] = {
            "project": project,
            "stack": project.stack(*self._where),
            "identity": Identity(),
            "engine": self.engine,
            "context": context(home=self.disk.root / ".orchestrate", directory=self.disk.root),
            "console": self.console,
            "signals": SignalHandler(self.console.info),
        }
        return Deployer(**{**fields, **changes})

    def perform(self, verb: str, tenant: str = "", *arguments: str, **changes: Any) -> Outcome:
        deployer = self.deployer(**changes)
        layer = deployer.project.layer(deployer.stack, tenant, must_be_declared=commands.VERBS[verb].declared)
        return deployer.perform(commands.VERBS[verb], layer, read(deployer.project, *arguments))

    @property
    def keys(self) -> list[str]:
        """Every state and record there is."""
        files = (f for f in self.states.rglob("*") if f.is_file())
        return sorted(str(f.relative_to(self.states / REGION)) for f in files)

    def record(self, tenant: str) -> dict[str, Any]:
        where = f"app-test/tenants/{tenant}" if tenant else "app-test"
        found: dict[str, Any] = json.loads(Path(self.states, REGION, where, "orchestrate.json").read_text())
        return found


def applied(disk: Disk, *tenants: str) -> None:
    """Of app-test; for project_on_disk.filled."""
    for tenant in tenants:
        Cloud(disk).perform("apply", tenant)


def tokens(*arguments: str) -> list[Token]:
    return list(commands.tokenize(arguments))


def read(project: Project, *arguments: str) -> list[Token]:
    """The tokens, each -var-file read, as the command line does."""
    return [
        FileToken(t.flag, t.value, t.words, project.files.caller_source(t.value or "", project.root))
        if t.flag == "var-file"
        else t
        for t in tokens(*arguments)
    ]


@dataclass(frozen=True)
class OnFakes(CliSession):
    """The command line's, with an engine of ours."""

    fake: FakeEngine = field(default_factory=FakeEngine)

    def make_engine(self) -> FakeEngine:
        return self.fake


def on_fakes(root: Path, engine: FakeEngine, argv: tuple[str, ...] = (), **typed: Any) -> OnFakes:
    """A session in which these options were typed."""
    return OnFakes(
        Options().merged({"root": str(root), **typed}),
        environ={"USER": "me"},
        argv=argv,
        fake=engine,
    )


def run(session: CliSession, verb: str, *words: str) -> int:
    """The verb of a command line, from its words on."""
    return perform(session, parse(session, form_of(commands.VERBS[verb]), words))
