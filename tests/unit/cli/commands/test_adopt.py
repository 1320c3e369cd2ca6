"""``orchestrate adopt``: checked before anything starts, pushed by Terraform, and nothing is left of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial

import pytest
from cloud import Cloud, OnFakes
from fakes import FakeEngine
from project_on_disk import LIVE, REGION, Disk
from said import Said

from wrapper.cli.main import _run
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer

Type = Callable[..., Said]
OLD = {"version": 4, "serial": 7, "lineage": "old", "terraform_version": "1.5.7", "outputs": {}}
RESOURCES = [{"mode": "managed", "type": "a", "name": "b", "instances": [{}]}]


class Pushing(FakeEngine):
    """Takes the state that is pushed, as Terraform does."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(self._push)
        self.cloud = cloud
        self.pushed: list[tuple[str, bytes]] = []
        self.outcome = Outcome(0, ok=True)
        self.saves = True

    def _push(self, run: Run, step: Step) -> Outcome:
        if "push" in step.argv:
            (file,) = run.files.copies.values()
            self.pushed.append((run.layer.label, file.read_bytes()))
            if self.saves:
                self.cloud.put(run.layer, file.read_text())
        return self.outcome


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    example.write("old.tfstate", json.dumps({**OLD, "resources": RESOURCES}))
    return Cloud(example)


@pytest.fixture
def engine(cloud: Cloud) -> Pushing:
    return Pushing(cloud)


@pytest.fixture
def typed(engine: Pushing, example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Type:
    monkeypatch.chdir(example.root)

    def run(*words: str) -> Said:
        capfd.readouterr()
        return Said(_run([*words], OnFakes(environ={"USER": "me"}, argv=words, fake=engine)), *capfd.readouterr())

    return run


@pytest.fixture
def adopt(typed: Type) -> Type:
    return partial(typed, "adopt")


ACME = ("app-test", "-var", "tenant=acme", "--from", "old.tfstate")


def test_a_state_becomes_that_of_a_tenant(adopt: Type, cloud: Cloud, engine: Pushing, example: Disk) -> None:
    before = (example.root / "old.tfstate").read_bytes()
    said = adopt(*ACME)
    assert said.code == 0, said.err
    label = f"{REGION}/app-test/acme"
    assert engine.pushed == [(label, before)]
    assert f"{label}: old.tfstate: 1 resources, serial 7, lineage old, Terraform 1.5.7\n" in said.err
    assert f"Now: ./orchestrate plan app-test {REGION} -var tenant=acme\n" in said.err
    assert (example.root / "old.tfstate").read_bytes() == before
    assert [*example.root.rglob("adopted*")] == []


def test_the_command_that_it_prints_is_typed(adopt: Type, typed: Type) -> None:
    said = adopt("app-test", "--from", "old.tfstate")
    (line,) = re.findall(r"Now: \./orchestrate (.*)\n", said.err)
    assert line == f"plan app-test {REGION}"
    assert typed(*line.split()).code == 0


def test_the_second_time_there_is_nothing_to_do(adopt: Type, engine: Pushing) -> None:
    assert adopt(*ACME).code == 0
    said = adopt(*ACME)
    assert (said.code, len(engine.pushed), "has this state already" in said.err) == (0, 1, True)


def test_another_state_is_not_replaced(adopt: Type, cloud: Cloud, engine: Pushing) -> None:
    layer = Layer(cloud.deployer().stack, "acme")
    cloud.write(layer)
    said = adopt(*ACME)
    assert (said.code, engine.pushed) == (77, [])
    assert "has a state already, and the one to adopt is another state's" in said.err


def test_a_dry_run_reads_and_pushes_nothing(run_cli: Type, cloud: Cloud, example: Disk) -> None:
    said = run_cli("adopt", *ACME, "--dry-run")
    assert said.code == 0, said.err
    assert "terraform state push -no-color inputs/pushed.tfstate" in said.out and "adopted" not in said.err
    assert not cloud.states.exists() and [*example.root.rglob("adopted*")] == []


def test_a_protected_stack_is_confirmed(adopt: Type, example: Disk, engine: Pushing, cloud: Cloud) -> None:
    example.write(f"{LIVE}/stack.hcl", 'source = "app"\nprotected = true\n')
    words = ("app-live", REGION, "--from", "old.tfstate")
    assert adopt(*words).code == 77 and engine.pushed == []
    assert [f for f in cloud.states.rglob("*") if f.is_file()] == [], "no empty state of that lineage either"
    assert adopt(*words, "--confirm", f"{REGION}/app-live").code == 0 and len(engine.pushed) == 1


def test_a_push_that_fails_leaves_no_copy(adopt: Type, engine: Pushing, example: Disk) -> None:
    engine.outcome, engine.saves = Outcome(1, ok=False, tail="Error: no"), False
    assert adopt(*ACME).code == 1
    assert [*example.root.rglob("adopted*")] == []


def test_what_is_not_there_afterwards_is_not_called_adopted(adopt: Type, engine: Pushing) -> None:
    engine.saves = False
    said = adopt(*ACME)
    assert (said.code, "is not the one that was pushed" in said.err, "adopted" in said.err) == (75, True, False)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("app-test",), 64, "adopt needs the state"),
        (("--from", "old.tfstate"), 64, "adopt needs a stack"),
        (("app-test", "--from", ""), 64, "--from is empty"),
        (("app-test", "-var", "size=1", "--from", "old.tfstate"), 64, "adopt takes no -var"),
        (("app-test", "--from", "none.tfstate"), 66, "no such file"),
        (("app-test", "--from", "src"), 65, "a folder where a file belongs"),
        (("app-test", "--from", "config/common.tfvars"), 65, "no state of Terraform"),
        (("no-stack", "--from", "old.tfstate"), 66, "no stack 'no-stack'"),
        (("app-test", "--from", "s3:/x"), 64, "names no object"),
    ],
)
def test_bad_words(adopt: Type, engine: Pushing, words: tuple[str, ...], code: int, says: str) -> None:
    said = adopt(*words)
    assert (said.code, says in said.err, engine.pushed) == (code, True, []), said.err


def test_the_state_that_is_named_is_taken(adopt: Type, example: Disk, engine: Pushing) -> None:
    example.write("other.tfstate", json.dumps({**OLD, "lineage": "other", "resources": []}))
    assert adopt(*ACME[:-1], "other.tfstate").code == 0
    assert adopt("app-test", "--from", "old.tfstate").code == 0
    assert [json.loads(data)["lineage"] for _, data in engine.pushed] == ["other", "old"]
