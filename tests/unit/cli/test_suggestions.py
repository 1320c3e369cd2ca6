"""Each command that a message suggests is typed as printed, on the stack that the message is about: a command that is new in
the source has no row here, and fails."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import suggestions
from cloud import Cloud, OnFakes
from project_on_disk import REGION, Disk
from said import Said

from wrapper.cli.main import _run, completed_for
from wrapper.model.nouns import Layer, Outcome
from wrapper.reaper import rules
from wrapper.terraform.suggested import suggest

ID = "6f3f1a9a-4f3d-27b4-8a3e-9b9fd2a3c111"
LOCKED = (
    f"Error: Error acquiring the state lock\n\nError message: 412\nLock Info:\n  ID:        {ID}\n  Who:       u@h\n"
)
STACKS = ["app-test", "app-live"]  # the second is protected


@dataclass
class Shop:
    """A stack and what is typed at it, to the command line and on an engine of ours."""

    cloud: Cloud
    name: str
    capfd: pytest.CaptureFixture[str]

    def type(self, line: str) -> Said:
        argv = tuple(shlex.split(line)[1:])
        self.capfd.readouterr()
        session = OnFakes(environ={"USER": "me"}, argv=argv, completed=completed_for([*argv]), fake=self.cloud.engine)
        return Said(_run(list(argv), session), *self.capfd.readouterr())

    def say(self, command: str, *words: str, tenant: str = "") -> Said:
        return self.type(suggest(command, self.layer(tenant), *words))

    def layer(self, tenant: str = "") -> Layer:
        return Layer(self.cloud.deployer().stack, tenant)

    def apply(self, *words: str, tenant: str = "") -> None:
        said = self.say("apply", *words, tenant=tenant)
        assert said.code == 0, said.err

    def fails(self, verb: str, code: int = 1, stderr: str = "", **more: bool) -> str:
        """What is said where that verb fails so, on the tenant; afterwards it fails no more."""
        self.apply(tenant="acme")
        self.cloud.fails[self.layer("acme").label, verb] = Outcome(code, ok=False, tail=stderr, stderr=stderr, **more)
        said = self.say("plan" if verb == "plan" else "apply", tenant="acme")
        self.cloud.fails.clear()
        return said.err


def changed_stack(shop: Shop) -> str:
    shop.apply(tenant="acme")
    shop.cloud.disk.append(f"config/{REGION}/{shop.name}/variables.tfvars", 'labels = { a = "b" }\n')
    return shop.say("apply", tenant="acme").err


def rolled_back(shop: Shop) -> str:
    for build in ("1", "2"):
        shop.apply("-var", f"service1-build={build}", tenant="acme")
    return suggest("rollback", shop.layer("acme"))


def unreadable_hold(shop: Shop) -> str:
    shop.apply()
    shop.cloud.states.joinpath(REGION, shop.name, "keep.json").write_text("{}")
    said = shop.type("./orchestrate reap")
    assert "cannot read until when this stack is kept" in said.err + said.out or shop.name == "app-live"
    return rules._ending(f"{REGION}/{shop.name}/keep.json")


def missing_state(shop: Shop) -> str:
    shop.apply(tenant="acme")
    shop.cloud.states.joinpath(REGION, shop.name, "tenants/acme/terraform.tfstate").unlink()
    return shop.say("plan", tenant="acme").err


# Text of the source -> how its message comes up.
RUN: dict[str, Callable[[Shop], str]] = {
    "suggest: apply": changed_stack,
    "suggest: force-unlock -force {}": lambda shop: shop.fails("plan", stderr=LOCKED),
    "suggest: {} --state-lost why it is lost": missing_state,
    "suggest: import {} {}": lambda shop: (
        shop.apply(tenant="acme") or suggest("import", shop.layer("acme"), "aws_sqs_queue.jobs", "https://sqs/1/jobs")
    ),
    "suggest: plan": lambda shop: shop.fails("plan", code=137),
    "suggest: rollback": rolled_back,
    "suggest: state push {}": lambda shop: suggest("state", shop.layer("acme"), "push", "errored.tfstate"),
    "suggest: tenants": lambda shop: shop.say("builds", tenant="acme").err,
    "suggest: vars": lambda shop: (
        shop.apply(tenant="acme") or shop.type(f"x tenant show acme {shop.name} {REGION}").out
    ),
    "to narrow it: ./orchestrate reap {}": lambda shop: shop.type(f"x reap {shop.name} {REGION}").err,
    "to see what reap would destroy: ./orchestrate reap": lambda shop: "./orchestrate reap",
    "./orchestrate keep": unreadable_hold,
    "see: ./orchestrate keep --help": lambda shop: shop.type(f"x keep {shop.name} {REGION} --off --reason x").err,
    "see: ./orchestrate {} --help": lambda shop: shop.say("plan", "--qqqqqqqqqqqq").err,
    "see: ./orchestrate --help": lambda shop: shop.type("x nothing-like-it").err,
    "./orchestrate {} STACK [REGION] ; see ./orchestrate stacks": lambda shop: shop.type("x plan").err,
}
# What starts a sandbox, builds an image or makes a bucket is only looked up: its help is there, for exactly these words.
LOOKED_UP = {
    "build it: ./orchestrate image",
    "build the image again: ./orchestrate image --force",
    "you need to do nothing: the first run builds it (or run ./orchestrate image)",
    "start it: ./orchestrate sandbox start",
    "stop it first, which empties it: ./orchestrate sandbox stop",
    "create it: ./orchestrate bootstrap {}",
    "suggest: jenkins casc",
}
USAGE = {  # forms with names in capitals, and the examples of a help text
    "./orchestrate bootstrap REGION STACK",
    "suggest: state push FILE",
    "./orchestrate promote FROM TO [REGION] -var tenant=NAME",
    "Print shell completion. Bash: source <(./orchestrate completion bash)",
}


@pytest.fixture(params=STACKS)
def shop(
    example: Disk, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shop:
    monkeypatch.chdir(example.root)
    example.write(f"config/{REGION}/app-live/stack.hcl", 'source = "app"\nprotected = true\n')  # deployed to by apply
    return Shop(Cloud(example, request.param, REGION), request.param, capfd)


def commands_in(text: str) -> list[str]:
    found = re.findall(r"\./orchestrate [^;)\n]*", text)
    return [one.strip() for one in found if not re.search(r"\b[A-Z]{2,}\b", one)]


def test_every_suggestion_of_the_source_has_a_row() -> None:
    texts = {
        t for t, module in suggestions.collected().items() if module not in ("cli/typed_options.py", "cli/main.py")
    }
    assert texts == set(RUN) | LOOKED_UP | USAGE


@pytest.mark.parametrize("text", RUN)
def test_what_is_printed_is_typed(shop: Shop, text: str) -> None:
    message = RUN[text](shop)
    printed = commands_in(message)
    assert printed, message
    for line in printed:
        said = shop.type(line)
        assert said.code in (0, 2), f"{line}\n{said.err}"  # 2: the plan of these tests sees changes


@pytest.mark.parametrize("text", sorted(LOOKED_UP))
def test_what_is_only_looked_up_is_there(shop: Shop, text: str) -> None:
    line = (
        suggest("jenkins casc", shop.layer())
        if text.startswith("suggest")
        else text.replace("{}", f"{REGION} {shop.name}")
    )
    (command,) = commands_in(line)
    said = shop.type(f"{command} --help")
    assert said.code == 0, said.err


def test_it_is_for_the_place_where_the_command_was_typed(shop: Shop) -> None:
    """--root, --engine and --sandbox, each where the suggested command takes it."""
    shop.apply(tenant="acme")
    shop.cloud.fails[shop.layer("acme").label, "plan"] = Outcome(1, ok=False, stderr=LOCKED)
    root = str(shop.cloud.disk.root)
    said = shop.type(f"x plan --engine host --root={root} {shop.name} {REGION} -var tenant=acme")
    (line,) = commands_in(said.err)
    assert line.startswith(f"./orchestrate --root={root} --engine host force-unlock {shop.name}")
    shop.cloud.fails.clear()
    assert shop.type(line).code == 0
    narrowed = shop.type(f"x --sandbox reap {shop.name}").err
    assert f"./orchestrate --sandbox reap --stack {shop.name}\n" in narrowed
    assert "./orchestrate stacks\n" in shop.type("x --sandbox plan").err
