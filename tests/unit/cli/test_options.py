"""Options belong to commands: every command, walked out of click's own tree, refuses (64) each that it does not act on;
and a word of one dash is never taken apart."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from options_walk import BEFORE, TREE, arguments_of
from project_on_disk import APP, Disk
from said import Said

from wrapper.cli.main import cli
from wrapper.terraform.commands import VERBS

Run = Callable[..., Said]
VALUES = {"jobs": "2", "confirm": "a/b", "tenant": "acme", "timeout": "5m", "rollout_timeout": "5m", "engine": "host"}
WORDS = ["-refresh=false", "-var=tenant=hooli", "-xh", "-hx", "-hh", "-h=1", "-n=3", "-n3", "-nh", "-nohelp", "-help2"]


def typed(name: str) -> list[str]:
    option = BEFORE[name]
    return [option.opts[0]] if option.is_flag else [option.opts[0], VALUES.get(name, ".")]


def test_the_walk_meets_every_command() -> None:
    assert len(TREE) == len(VERBS) + 44
    assert {("tenant", "remove"), ("sandbox", "reset"), ("jenkins", "casc"), ("report", "merge"), ("keep",)} <= {*TREE}


def test_an_option_that_a_command_does_not_act_on_is_refused(run_cli: Run, example: Disk) -> None:
    before = example.left_behind()
    for words, found in TREE.items():
        command, rest = " ".join(words), arguments_of(found)
        for name in BEFORE.keys() - {p.name for p in found.params}:
            called_so = BEFORE[name].opts[0] in {option for p in found.params for option in p.opts}  # a flag of its own
            lines = ([*typed(name), *words, *rest], [*words, *rest, *typed(name)])
            for line in lines[: 1 if called_so else 2]:
                said = run_cli(*line)
                assert (said.code, name == "json" or said.out == "") == (64, True), line
                assert f"error: {command} takes no {BEFORE[name].opts[0]}\n" in said.err, said.err
                assert f"see: ./orchestrate {command} --help" in said.err
    assert example.left_behind() == before


MANY = {*VERBS} - {"console", "force-unlock"}
MEANT = {"apply", "import", "refresh", "force-unlock", "state", "taint", "untaint", "promote", "rollback", "adopt"}
ON_SERVICES = {"run-task", "restart", "stop", "start"}
LIVE = {"status", "logs", "exec", *ON_SERVICES}
TAKERS = {
    "dry_run": {"drift", "promote", "rollback", "tenant remove", "adopt", *ON_SERVICES, *VERBS},
    "tenant": {
        "vars",
        "builds",
        "history",
        "drift",
        "promote",
        "rollback",
        "adopt",
        "keep",
        "sandbox drill",
        *LIVE,
        *VERBS,
    },
    "all_tenants": {"drift", "promote", "stop", "start", *MANY} - {"destroy"},  # which removes them anyway
    "jobs": {"drift", "promote", "reap", *MANY},
    "confirm": MEANT | ON_SERVICES | {"exec"},
    "rollout_timeout": {"apply", "promote", "rollback", "restart", "stop", "start"},
    "allow_delete": {"apply", "promote", "rollback"},
    "builds": {"plan", "apply", "promote", "affected", "shards", "vars"},
    "config_builds": {"plan", "apply", "affected", "shards", "vars"},
    "unpromoted": {"plan", "apply"},
    "var_env": {v for v in VERBS if VERBS[v].values} | {"vars", "affected", "shards", "drift", "promote", "rollback"},
    "state_lost": {"plan", "apply", "destroy", "import", "refresh", "taint", "untaint"},
    "smoke": {"apply", "promote", "rollback"},
    "refresh": {"plan", "apply", "promote"},
}


@pytest.mark.parametrize("name", TAKERS)
def test_who_takes_what(name: str) -> None:
    assert {" ".join(w) for w, c in TREE.items() if any(p.name == name for p in c.params)} == TAKERS[name]


@pytest.mark.parametrize(
    "words",
    [
        ("--dry-run", "bootstrap", "app-test"),
        ("--dry-run", "sandbox", "start"),
        ("--dry-run", "sandbox", "stop"),
        ("sandbox", "reset", "--dry-run"),
        ("tenant", "add", "newcomer", "app-test", "--dry-run"),
        ("--dry-run", "image"),
        ("--tenant", "acme", "tenant", "remove", "acme", "app-test"),
        ("tenant", "remove", "acme", "app-test", "--all-tenants"),
        ("console", "app-test", "--all-tenants"),
        ("--all-tenants", "force-unlock", "app-test", "id"),
    ],
)
def test_nothing_is_made_and_nothing_goes(run_cli: Run, example: Disk, words: tuple[str, ...]) -> None:
    said = run_cli(*words)
    assert (said.code, said.out) == (64, "")
    assert example.left_behind() == set()
    assert (example.root / f"{APP}/tenants/acme.tfvars").exists()
    assert not (example.root / f"{APP}/tenants/newcomer.tfvars").exists()


@pytest.mark.parametrize(
    ("typed", "option"),
    [
        ("plan app-test --jobs 2", "--jobs"),
        ("apply app-test --tenant acme --jobs 2", "--jobs"),
        ("destroy app-test --tenant acme --fail-fast", "--fail-fast"),
        ("destroy app-test --tenant acme --jobs 2", "--jobs"),
        ("drift app-test --tenant acme --canary 1", "--canary"),
    ],
)
def test_one_layer_takes_no_option_of_many(run_cli: Run, typed: str, option: str) -> None:
    said = run_cli(*typed.split())
    assert (said.code, said.out) == (64, "")
    assert f"error: {option} is for many tenants\n  to do: add --all-tenants or --tenants GLOB" in said.err


def test_what_the_environment_says_holds_for_every_command(run_cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHESTRATE_SANDBOX", "1")
    monkeypatch.setenv("ORCHESTRATE_ENGINE", "host")
    assert run_cli("stacks").code == 0
    assert run_cli("sandbox", "status").code == 1
    assert run_cli("report", "merge").code == 64


def test_before_and_after_the_command_are_one(run_cli: Run) -> None:
    assert run_cli("--json", "stacks").out == run_cli("stacks", "--json").out != ""


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_one_dash_is_one_word(run_cli: Run, word: str) -> None:
    """Given whole to a command that takes Terraform's arguments; refused whole by every other."""
    above = click.Context(cli, **cli.context_settings)
    for words, command in TREE.items():
        if command.context_settings.get("ignore_unknown_options"):
            context = click.Context(command, parent=above, **command.context_settings)
            values, rest, _ = command.make_parser(context).parse_args(["app-test", word, "b"])
            assert (values["words"], rest) == (("app-test", word, "b"), []), words
        else:
            said = run_cli(*words, *arguments_of(command), word)
            assert (said.code, said.out) == (64, "")
            assert f"error: {' '.join(words)} takes no {word}\n" in said.err
    said = run_cli(word, "stacks")
    assert (said.code, said.out, f"no option {word} before the command" in said.err) == (64, "", True)


def test_help_is_a_word_of_its_own(run_cli: Run) -> None:
    for words in [(), *TREE]:
        for confirm in ("--help", "-help", *(["-h"] if not words or words[0] not in VERBS else [])):
            said = run_cli(*words, confirm)
            assert (said.code, said.out.startswith("Usage: orchestrate")) == (0, True), (words, confirm)


@pytest.mark.parametrize(
    ("typed", "code", "word"),
    [
        ("drift app-test --all-tenants -refresh=false", 66, "has no state"),
        ("affected app-test -var=tenant=hooli", 64, "is for many tenants, not hooli alone"),
        ("shards app-test -n 2 -var=tenant=hooli", 64, "is for many tenants, not hooli alone"),
        ("builds app-test -var=tenant=hooli", 66, "app-test/hooli was never applied"),
        ("history app-test -var=tenant=hooli", 66, "app-test/hooli has no history"),
        ("vars app-test -var=tenant=hooli", 0, ""),
        ("vars app-test -refresh=false", 64, "vars takes no -refresh=false"),
        ("rollback app-test -var=tenant=hooli", 77, "app-test/hooli: no earlier builds"),
        ("promote app-test app-live eu-west-1 -var=tenant=hooli", 77, "takes builds from no stack"),
    ],
)
def test_what_used_to_print_help(run_cli: Run, typed: str, code: int, word: str) -> None:
    said = run_cli(*typed.split())
    assert (said.code, "Usage:" in said.out) == (code, False), said
    assert word in said.err
