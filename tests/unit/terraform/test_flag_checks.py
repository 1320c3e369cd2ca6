"""Which of Terraform's flags a verb does not take here: 64, with what to do, before anything runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import Disk
from said import Said

from wrapper.model.errors import UsageError
from wrapper.terraform import flag_checks
from wrapper.terraform.commands import VERBS, tokenize

Run = Callable[..., Said]
REFUSED = [
    ("apply -out=f", "plan ... -out=FILE"),
    ("apply -detailed-exitcode", "plan takes it"),
    ("apply -generate-config-out=f", "plan ... -generate-config-out"),
    ("apply -force", "-auto-approve"),
    ("destroy -destroy", "it is what destroy does"),
    ("destroy -refresh-only", "use refresh"),
    ("destroy -out=f", "plan ... -out=FILE"),
    ("drift -out=f", "plan ... -out=FILE"),
    ("drift -destroy", "plan -destroy"),
    ("drift -auto-approve", "it changes nothing"),
    ("drift -detailed-exitcode", "leave it out"),
    ("rollback -destroy", "use destroy"),
    ("rollback -refresh-only", "use refresh"),
    ("providers mirror there", "run terraform itself"),
    ("fmt -", "the path of a file"),
]


@pytest.mark.parametrize(("typed", "hint"), REFUSED, ids=[typed for typed, _ in REFUSED])
def test_what_a_command_would_not_act_on(run_cli: Run, example: Disk, typed: str, hint: str) -> None:
    command, *words = typed.split()
    said = run_cli(command, "app-test", *words)
    assert (said.code, said.out) == (64, "")
    assert f"error: {command} " in said.err and words[0].partition("=")[0] in said.err and hint in said.err
    assert example.left_behind() == set()


@pytest.mark.parametrize(
    "words",
    [
        *("-refresh=false", "-target=x", "-replace=x", "-destroy", "-refresh-only", "-exclude=x"),
        *("-var=size=1", "-var-file=f", "-out=f", "-detailed-exitcode", "-force", "-generate-config-out=g"),
    ],
)
def test_what_does_not_go_with_a_saved_plan(run_cli: Run, example: Disk, words: str) -> None:
    """Terraform itself takes -target there, and leaves it out in silence."""
    said = run_cli("apply", "app-test", "my.plan", words)
    assert (said.code, said.out) == (64, "")
    name = words.partition("=")[0]
    assert f"{name} does not go with a saved plan" in said.err and f"make a new plan with {name}" in said.err


@pytest.mark.parametrize("words", [("apply", "my.plan", "-auto-approve"), ("apply", "-auto-approve", "my.plan")])
def test_a_saved_plan_is_not_asked_for_so_nothing_is_approved(run_cli: Run, words: tuple[str, ...]) -> None:
    verb, *rest = words
    said = run_cli(verb, "app-test", *rest)
    assert (said.code, said.out) == (64, "")
    assert "no question is asked about a saved plan" in said.err


@pytest.mark.parametrize("word", ["-parallelism=2", "-lock-timeout=5m", "-no-color", "-json"])
def test_what_goes_with_a_saved_plan(word: str) -> None:
    flag_checks.check("apply", VERBS["apply"], tokenize([word]), saved="my.plan")
    with pytest.raises(UsageError):
        flag_checks.check("apply", VERBS["apply"], tokenize(["-compact"]), saved="my.plan")


@pytest.mark.parametrize("verb", ["affected", "shards"])
@pytest.mark.parametrize("word", ["-target=x", "-refresh=false", "-parallelism=3", "-lock-timeout=5m", "-json"])
def test_what_compares_files_takes_values_alone(run_cli: Run, verb: str, word: str) -> None:
    said = run_cli(verb, "app-test", *(["-n", "2"] if verb == "shards" else []), word)
    assert (said.code, said.out, f"error: {verb} takes no {word}" in said.err) == (64, "", True)


@pytest.mark.parametrize("verb", VERBS)
def test_input_of_old_pipelines_is_taken_by_every_verb_with_a_word(run_cli: Run, verb: str) -> None:
    typed = ("--dry-run", "--engine", "host", verb, "app-test", *WORDS.get(verb, ()))
    plain = run_cli(*typed)
    assert plain.code == 0, plain.err
    for word in ("-input=false", "-input=0", "-input"):
        said = run_cli(*typed, word)
        assert (said.code, said.out) == (plain.code, plain.out)
        assert f"{word} is left out: no run waits for input" in said.err


@pytest.mark.parametrize("verb", [n for n, verb in VERBS.items() if not verb.values and not verb.passes_over_values])
def test_a_verb_without_values_takes_no_file_of_them(run_cli: Run, verb: str) -> None:
    said = run_cli(verb, "app-test", *WORDS.get(verb, ()), "-var-file=f.tfvars")
    assert (said.code, said.out) == (64, "")
    assert f"{verb} uses no values, and takes no -var-file" in said.err


@pytest.mark.parametrize("verb", ["init", "validate"])
def test_a_file_of_values_that_is_passed_over_is_checked(run_cli: Run, example: Disk, verb: str) -> None:
    example.write("f.tfvars", "size = 1\n")
    typed = ("--dry-run", "--engine", "host", verb, "app-test")
    plain, said = run_cli(*typed), run_cli(*typed, "-var-file=f.tfvars")
    assert (said.code, said.out) == (plain.code, plain.out)
    assert f"{verb} uses no values: -var and -var-file are passed over" in said.err
    example.write("f.tfvars", "sise = 1\n")
    said = run_cli(*typed, "-var-file=f.tfvars")
    assert said.code == 65 and "f.tfvars:1" in said.err and "did you mean size?" in said.err


@pytest.mark.parametrize("verb", [name for name, verb in VERBS.items() if not verb.values])
def test_var_of_old_pipelines_is_taken_by_every_verb(run_cli: Run, verb: str) -> None:
    typed = ("--dry-run", "--engine", "host", verb, "app-test", *WORDS.get(verb, ()))
    plain, said = run_cli(*typed), run_cli(*typed, "-var", "size=3")
    assert (said.code, said.out) == (plain.code, plain.out)


WORDS = {"import": ("a.b", "i"), "state": ("list",), "force-unlock": ("id",), "taint": ("a.b",), "untaint": ("a.b",)}
