"""Terraform's flags and words: argv split and joined, refused, built; what it says, read back."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper import terraform
from wrapper.errors import BusyError, OrchestrateError, StateAtRisk, TerraformFailed, UsageError
from wrapper.terraform import Lock, Token, tokenize, words

VERBS = terraform.VERBS

# -- verbs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["init", "validate", "plan", "apply", "destroy", "output", "show", "state", "import", "console"]
)
def test_verbs_of_terraform(name: str) -> None:
    assert terraform.parse_verb(name).name == name


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("workspace", "terraform workspace is not run here", "exactly one state"),
        ("login", "terraform login is not run here", "TF_TOKEN_"),
        ("aply", "no command 'aply'", "did you mean apply?"),
        ("zzzzz", "no command 'zzzzz'", "see --help"),
        ("-help", "no command '-help'", "see --help"),
    ],
)
def test_no_verb(name: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        terraform.parse_verb(name)
    assert error.value.message == message
    assert hint in error.value.hint


# -- tokens -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "tokens"),
    [
        ([], []),
        (["-var", "a=b"], [("var", "a=b", ("-var", "a=b"))]),
        (["-var=a=b"], [("var", "a=b", ("-var=a=b",))]),
        (["-var", "-x"], [("var", "-x", ("-var", "-x"))]),
        (["-destroy", "app"], [("destroy", None, ("-destroy",)), ("", "app", ("app",))]),
        (['-target=m.x["a b"]'], [("target", 'm.x["a b"]', ('-target=m.x["a b"]',))]),
        (["-out="], [("out", "", ("-out=",))]),
        (["-var=a=\n\n"], [("var", "a=\n\n", ("-var=a=\n\n",))]),
        (["-", "--x", "-1", "", "-=a"], [("", w, (w,)) for w in ("-", "--x", "-1", "", "-=a")]),
    ],
)
def test_arguments_as_tokens(arguments: list[str], tokens: list[tuple[str, str | None, tuple[str, ...]]]) -> None:
    assert tokenize(arguments) == tuple(Token(*t) for t in tokens)


def test_a_flag_without_its_value() -> None:
    with pytest.raises(UsageError, match="-var needs a value"):
        tokenize(["-destroy", "-var"])


TEXT = st.text(st.characters(exclude_characters="\0"), max_size=20)
TRICKY = st.text(st.sampled_from("=-\"' \n\t\\$%{}é😀\udcffa;&|*"), max_size=12)
VALUE = TEXT | TRICKY
ARGUMENT = st.one_of(
    st.builds(lambda n, v: [f"-var={n}={v}"], st.sampled_from(["a", "b-c"]), VALUE),
    st.builds(lambda n, v: ["-var", f"{n}={v}"], st.sampled_from(["a", "b-c"]), VALUE),
    st.builds(lambda v: [f"-target={v}"], VALUE),
    st.builds(lambda v: ["-replace", v], VALUE),
    st.sampled_from([["-destroy"], ["-json"], ["-lock-timeout=1m"], ["-parallelism", "3"]]),
    VALUE.map(lambda v: [v]).filter(lambda w: w[0].lstrip("-") not in terraform._TAKES_VALUE),
)


@given(st.lists(ARGUMENT, max_size=8))
def test_tokens_joined_are_the_same_words_in_the_same_order(arguments: list[list[str]]) -> None:
    flat = [word for argument in arguments for word in argument]
    assert words(tokenize(flat)) == flat


@given(st.lists(ARGUMENT, max_size=6))
def test_each_argument_is_one_token(arguments: list[list[str]]) -> None:
    assert [list(t.words) for t in tokenize([w for a in arguments for w in a])] == arguments


@given(VALUE)
def test_both_forms_of_a_variable_are_the_same_value(value: str) -> None:
    (one,), (other,) = tokenize(["-var", f"a={value}"]), tokenize([f"-var=a={value}"])
    assert one.value == other.value == f"a={value}"


@pytest.mark.parametrize(
    "flag",
    [
        "-chdir=x",
        "-state=x",
        "-state-out=x",
        "-backup=x",
        "-lock=false",
        "-lock=0",
        "-lock=F",
        "-lock=FALSE",
        "-backend=false",
        "-backend-config=x",
        "-migrate-state",
        "-force-copy",
        "-plugin-dir=x",
        "-from-module=x",
    ],
)
def test_flags_that_would_break_a_promise(flag: str) -> None:
    with pytest.raises(UsageError, match="is not passed on") as error:
        terraform.check_flags(tokenize(["-var", "a=b", flag]))
    assert error.value.message.split()[0].startswith(flag.split("=")[0])
    assert error.value.hint


@pytest.mark.parametrize(
    "flag", ["-lock=true", "-lock", "-lock-timeout=5m", "-upgrade", "-var=state=x", "-var=lock=false", "-target=a"]
)
def test_flags_that_pass(flag: str) -> None:
    terraform.check_flags(tokenize([flag]))


@pytest.mark.parametrize(
    ("name", "yes"), [("var", True), ("auto-approve", True), ("raw", True), ("tenant", False), ("nope", False)]
)
def test_what_is_a_flag_of_terraform(name: str, yes: bool) -> None:
    assert terraform.is_flag(name) is yes


def test_apply_is_split_into_what_plans_and_what_applies() -> None:
    given = tokenize(["-var", "a=b", "-auto-approve", "-parallelism=3", "-target=x", "-force", "-lock-timeout", "5m"])
    plan, apply = terraform.split_for_apply(given)
    assert words(plan) == ["-var", "a=b", "-parallelism=3", "-target=x", "-lock-timeout", "5m"]
    assert words(apply) == ["-parallelism=3", "-lock-timeout", "5m"]


# -- argv ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "arguments", "color", "options", "expected"),
    [
        ("plan", ["-var", "a=b c"], True, {}, ["terraform", "plan", "-input=false", "-var", "a=b c"]),
        ("plan", [], False, {"out": "f"}, ["terraform", "plan", "-out=f", "-no-color", "-input=false"]),
        ("plan", ["-no-color"], False, {}, ["terraform", "plan", "-input=false", "-no-color"]),
        (
            "plan",
            [],
            True,
            {"detailed_exitcode": True, "destroy": True},
            ["terraform", "plan", "-detailed-exitcode", "-destroy", "-input=false"],
        ),
        ("init", [], True, {"reconfigure": True}, ["terraform", "init", "-reconfigure", "-input=false"]),
        ("state", ["list"], False, {}, ["terraform", "state", "list"]),
        ("force-unlock", ["x"], False, {}, ["terraform", "force-unlock", "x"]),
        ("show", [], True, {}, ["terraform", "show"]),
    ],
)
def test_argv(verb: str, arguments: list[str], color: bool, options: dict[str, object], expected: list[str]) -> None:
    assert terraform.argv(VERBS[verb], arguments, color=color, **options) == tuple(expected)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_gives_the_callers_words_last_and_untouched(verb: str) -> None:
    given = ["-var", "a=${x} 'q'", "-json"]
    made = terraform.argv(VERBS[verb], given, color=False)
    assert made[:2] == ("terraform", verb)
    assert list(made[-3:]) == given


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5s", 1.5), ("250ms", 0.25), ("0s", 0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert terraform.parse_duration(text) == seconds
    assert terraform.lock_timeout(tokenize([f"-lock-timeout={text}"])) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "5m!", "-5m", "five"])
def test_no_duration(text: str) -> None:
    with pytest.raises(UsageError, match="is not a duration"):
        terraform.parse_duration(text)


def test_without_a_lock_timeout_nothing_waits() -> None:
    assert terraform.lock_timeout(tokenize(["-var", "lock-timeout=5m"])) == 0


# -- what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", None),
        ("No changes. Your infrastructure matches the configuration.", (0, 0, 0)),
        ("Error: x", None),
        ("Plan: 3 to add, 1 to change, 2 to destroy.", (3, 1, 2)),
        ("\x1b[1mPlan:\x1b[0m 1 to import, 3 to add, 1 to change, 2 to destroy.", (3, 1, 2)),
        (
            "Plan: 1 to add, 0 to change, 0 to destroy.\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.",
            (1, 0, 0),
        ),
        ("Apply complete! Resources: 2 imported, 1 added, 3 changed, 4 destroyed.", (1, 3, 4)),
        ("Destroy complete! Resources: 7 destroyed.", (0, 0, 7)),
        ("Changes to Outputs:\n  + a = 1", (0, 0, 0)),
        ("You can apply this plan to save these new output\nvalues", (0, 0, 0)),
        ('{"type":"change_summary"}', (0, 0, 0)),
    ],
)
def test_change_summary(text: str, summary: tuple[int, int, int] | None) -> None:
    assert terraform.change_summary(text) == summary


LOCKED = """
╷
│ \x1b[31mError: \x1b[0mError acquiring the state lock
│
│ Error message: operation error S3: PutObject, StatusCode: 412
│ Lock Info:
│   ID:        0dfa-1
│   Path:      b/r/s/terraform.tfstate
│   Operation: OperationTypeApply
│   Who:       @me-laptop-7
│   Version:   1.11.4
│   Created:   2026-01-02 03:04:05 +0000 UTC
│   Info:
╵
"""


@pytest.mark.parametrize(
    ("text", "lock"),
    [
        (LOCKED, Lock("0dfa-1", "me-laptop-7", "Apply", "2026-01-02 03:04:05 +0000 UTC")),
        ("Error acquiring the state lock", Lock("unknown", "unknown", "unknown", "unknown")),
        ("Error: no such thing\nWho: me", None),
    ],
)
def test_a_held_lock(text: str, lock: Lock | None) -> None:
    assert terraform.held_lock(text) == lock


@pytest.mark.parametrize(
    ("text", "kind", "message", "hint"),
    [
        (
            LOCKED,
            BusyError,
            "r/s is locked by me-laptop-7 (Apply, since 2026-01-02 03:04:05 +0000 UTC)",
            "force-unlock ... 0dfa-1",
        ),
        (
            "Error: Saved plan is stale",
            BusyError,
            "r/s was changed by another run between this plan and its apply",
            "again",
        ),
        (
            "Error: Saved\n│ plan is   stale",
            BusyError,
            "r/s was changed by another run between this plan and its apply",
            "again",
        ),
        (
            "Error: Failed to persist state to backend",
            StateAtRisk,
            "r/s: Terraform could not save the state",
            "recover first",
        ),
        ("Failed to save state", StateAtRisk, "r/s: Terraform could not save the state", "recover first"),
        ("saved to errored.tfstate", StateAtRisk, "r/s: Terraform could not save the state", "recover first"),
        (
            "The Launch Configuration creation operation is not\n│ available in your account",
            TerraformFailed,
            "r/s: terraform plan failed",
            'set kind = "launch_template" in v.tfvars:3',
        ),
        (
            "No valid credential sources found",
            TerraformFailed,
            "r/s: terraform plan failed",
            "ORCHESTRATE_NETWORK=host",
        ),
        ("Error: something", TerraformFailed, "r/s: terraform plan failed (exit code 1)", "its own words are above"),
        ("", TerraformFailed, "r/s: terraform plan failed (exit code 1)", "its own words are above"),
    ],
)
def test_a_failure_is_named(text: str, kind: type[OrchestrateError], message: str, hint: str) -> None:
    error = terraform.failure("r/s", ("terraform", "plan"), 1, text, {"capacity": "v.tfvars:3"})
    assert type(error) is kind
    assert error.message == message
    assert hint in error.hint


def test_a_failure_without_an_origin_still_says_where() -> None:
    error = terraform.failure(
        "r/s", ("terraform", "apply"), 1, "Launch Configuration creation operation is not available"
    )
    assert "the stack's variables.tfvars" in error.hint


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["terraform", "plan", "-var", "a=b c"], "terraform plan -var 'a=b c'"),
        (["-var", "db_password=x y"], "-var 'db_password=***'"),
        (["-var=api_key=x"], "'-var=api_key=***'"),
        (["-var= api_key =x"], "'-var= api_key =***'"),
        (["-var", " api_key = x"], "-var ' api_key =***'"),
        (["-var", "mine=x"], "-var 'mine=***'"),
        (["-var", "SECRET=x=y\nz"], "-var 'SECRET=***'"),
        (["-target", "token=x"], "-target token=x"),
        (["-var", "a=secret=x"], "-var a=secret=x"),
    ],
)
def test_secrets_are_not_echoed(argv: list[str], line: str) -> None:
    assert terraform.redact(argv, ["mine"]) == line


@given(st.lists(st.text(st.characters(exclude_characters="\0")), max_size=6))
def test_an_echoed_line_is_a_shell_line_of_the_same_words(argv: list[str]) -> None:
    plain = [w for w in argv if "=" not in w]
    assert shlex.split(terraform.redact(plain)) == plain
