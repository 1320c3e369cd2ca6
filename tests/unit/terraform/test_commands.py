"""Terraform's flags and words: argv split and joined, refused, built; what it says, read back."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import VALUE

from wrapper.model.errors import UsageError
from wrapper.terraform import commands
from wrapper.terraform.commands import Token, tokenize, words

VERBS = commands.VERBS

# -- verbs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["init", "validate", "plan", "apply", "destroy", "output", "show", "state", "import", "console"]
)
def test_verbs_of_terraform(name: str) -> None:
    assert commands.parse_verb(name).name == name


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("workspace", "terraform workspace is not run here", "exactly one state"),
        ("login", "terraform login is not run here", "TF_TOKEN_"),
        ("aply", "no command 'aply'", "did you mean apply?"),
        ("zzzzz", "no command 'zzzzz'", "see: ./orchestrate --help"),
        ("-help", "no command '-help'", "see: ./orchestrate --help"),
    ],
)
def test_no_verb(name: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        commands.parse_verb(name)
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


ARGUMENT = st.one_of(
    st.builds(lambda n, v: [f"-var={n}={v}"], st.sampled_from(["a", "b-c"]), VALUE),
    st.builds(lambda n, v: ["-var", f"{n}={v}"], st.sampled_from(["a", "b-c"]), VALUE),
    st.builds(lambda v: [f"-target={v}"], VALUE),
    st.builds(lambda v: ["-replace", v], VALUE),
    st.sampled_from([["-destroy"], ["-json"], ["-lock-timeout=1m"], ["-parallelism", "3"]]),
    VALUE.map(lambda v: [v]).filter(lambda w: w[0].lstrip("-") not in commands._TAKES_VALUE),
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
        commands.check_flags(tokenize(["-var", "a=b", flag]))
    assert error.value.message.split()[0].startswith(flag.split("=")[0])
    assert error.value.hint


@pytest.mark.parametrize(
    "flag", ["-lock=true", "-lock", "-lock-timeout=5m", "-upgrade", "-var=state=x", "-var=lock=false", "-target=a"]
)
def test_flags_that_pass(flag: str) -> None:
    commands.check_flags(tokenize([flag]))


@pytest.mark.parametrize(
    ("name", "yes"), [("var", True), ("auto-approve", True), ("raw", True), ("tenant", False), ("nope", False)]
)
def test_what_is_a_flag_of_terraform(name: str, yes: bool) -> None:
    assert commands.is_flag(name) is yes


def test_apply_is_split_into_what_plans_and_what_applies() -> None:
    given = tokenize(["-var", "a=b", "-auto-approve", "-parallelism=3", "-target=x", "-force", "-lock-timeout", "5m"])
    plan, apply = commands.split_for_apply(given)
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
        ("state", ["list"], False, {}, ["terraform", "state", "list", "-no-color"]),
        ("state", ["mv", "a", "b"], False, {}, ["terraform", "state", "mv", "-no-color", "a", "b"]),
        ("state", ["mv", "a", "b"], True, {}, ["terraform", "state", "mv", "a", "b"]),
        ("providers", [], False, {}, ["terraform", "providers", "-no-color"]),
        ("force-unlock", ["x"], False, {}, ["terraform", "force-unlock", "-no-color", "x"]),
        ("show", [], True, {}, ["terraform", "show"]),
    ],
)
def test_argv(verb: str, arguments: list[str], color: bool, options: dict[str, object], expected: list[str]) -> None:
    assert commands.argv(VERBS[verb], arguments, color=color, **options) == tuple(expected)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_gives_the_callers_words_last_and_untouched(verb: str) -> None:
    given = ["-var", "a=${x} 'q'", "-json"]
    made = commands.argv(VERBS[verb], given, color=False)
    assert made[:2] == ("terraform", verb)
    assert list(made[-3:]) == given


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("250ms", 0.25), ("0s", 0), ("0", 0)])
def test_a_lock_timeout(text: str, seconds: float) -> None:
    assert commands.lock_timeout(tokenize([f"-lock-timeout={text}"])) == seconds


@pytest.mark.parametrize(("text", "hint"), [("2d", "48h"), ("five", "90s")])
def test_no_lock_timeout(text: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"-lock-timeout '{text}'") as error:
        commands.lock_timeout(tokenize([f"-lock-timeout={text}"]))
    assert hint in error.value.hint


def test_without_a_lock_timeout_nothing_waits() -> None:
    assert commands.lock_timeout(tokenize(["-var", "lock-timeout=5m"])) == 0


# -- echoing it ---------------------------------------------------------------------------------


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
        (["-var", "my-own=x"], "-var 'my-own=***'"),
        (["-var=my-own={a=1}"], "'-var=my-own=***'"),
        (["-var", 'a={b="c", db_password = "x"}'], "-var 'a=***'"),
        (["-var", 'a=[{"api_key": "x"}]'], "-var 'a=***'"),
        (["-var", 'a={b="secret"}'], """-var 'a={b="secret"}'"""),
        (["-var", "x"], "-var '***'"),
        (["-var=a.b=x", "-var", "=x"], "'-var=***' -var '***'"),
    ],
)
def test_secrets_are_not_echoed(argv: list[str], line: str) -> None:
    assert commands.redact(argv, ["mine", "my-own"]) == line


@given(st.lists(st.text(st.characters(exclude_characters="\0")), max_size=6))
def test_an_echoed_line_is_a_shell_line_of_the_same_words(argv: list[str]) -> None:
    plain = [w for w in argv if not {"=", "@"} & {*w}]
    assert shlex.split(commands.redact(plain)) == plain
