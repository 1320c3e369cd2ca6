"""What a Run writes for the caller or for the project arrives, also where the Run fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import DONE, FakeEngine, Listener, context, stack

from wrapper.engines.run_directory import RunDirectory
from wrapper.model.errors import TerraformFailed, UnavailableError, UsageError
from wrapper.model.naming import LOCK_FILE
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.run import plan_run
from wrapper.run.runner import execute
from wrapper.run.signals import SignalHandler
from wrapper.terraform import commands

FAILED = Outcome(1, ok=False)


class Written:
    """A root with one file, and a Terraform that writes these files into the work directory when the verb runs."""

    def __init__(self, root: Path, files: dict[str, str], outcome: Outcome = DONE) -> None:
        self.root, self.files, self.outcome = root, files, outcome
        self.console = Listener()
        self.main = root / "src/app/main.tf"
        self.main.parent.mkdir(parents=True)
        self.main.write_text("a=1\n")
        self.main.chmod(0o640)

    def run(self, verb: str, *words: str) -> Run:
        root = self.root
        layer = Layer(stack(root=root, source=root / "src/app", config=root / "config/app"))
        request = plan_run.RunRequest(
            layer, commands.VERBS[verb], commands.tokenize(words), sources={"main.tf": self.main}
        )
        return plan_run.lay_out(request, context(home=root / ".orchestrate", directory=root))

    def perform(self, verb: str, *words: str) -> Outcome:
        def directory(run: Run) -> RunDirectory:
            made = RunDirectory(run)
            (made.work / "inputs").mkdir(parents=True)
            (made.work / "main.tf").write_text("a=1\n")
            return made

        def behave(run: Run, step: Step) -> Outcome:
            if step.argv[1] == "init":
                return DONE
            for name, text in self.files.items():
                (run.home / "tree" / run.work / name).write_text(text)
            return replace(self.outcome, ok=self.outcome.code in step.accepts)

        engine = FakeEngine(behave, directory)
        return execute(self.run(verb, *words), engine, self.console, SignalHandler(self.console.info))


def test_fmt_writes_into_the_root_and_says_so(tmp_path: Path) -> None:
    made = Written(tmp_path, {"main.tf": "a = 1\n"})
    made.perform("fmt")
    assert made.main.read_text() == "a = 1\n"
    assert f"wrote {made.main}" in made.console.said
    assert made.main.stat().st_mode & 0o777 == 0o640
    assert [f.name for f in made.main.parent.iterdir()] == ["main.tf"]


def test_fmt_writes_what_it_could_where_one_file_is_wrong(tmp_path: Path) -> None:
    made = Written(tmp_path, {"main.tf": "a = 1\n"}, Outcome(2, ok=False))
    with pytest.raises(TerraformFailed):
        made.perform("fmt")
    assert made.main.read_text() == "a = 1\n"


def test_what_fmt_leaves_as_it_is_stays_the_same_file(tmp_path: Path) -> None:
    made = Written(tmp_path, {})
    before = made.main.stat()
    made.perform("fmt")
    assert (made.main.stat().st_ino, made.main.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(("verb", "words"), [("plan", ()), ("providers", ("schema",)), ("validate", ())])
def test_another_verb_writes_nothing_there(tmp_path: Path, verb: str, words: tuple[str, ...]) -> None:
    made = Written(tmp_path, {"main.tf": "a = 1\n", LOCK_FILE: "lock"})
    made.perform(verb, *words)
    assert (made.main.read_text(), made.main.parent.joinpath(LOCK_FILE).exists()) == ("a=1\n", False)


def test_providers_lock_writes_the_lock_file(tmp_path: Path) -> None:
    made = Written(tmp_path, {LOCK_FILE: "lock\n"})
    made.perform("providers", "lock", "-platform=linux_arm64")
    file = made.main.parent / LOCK_FILE
    assert (file.read_text(), f"wrote {file}" in made.console.said) == ("lock\n", True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("-check",), 3),
        (("-check=true",), 3),
        (("-check=false",), None),
        ((), None),
    ],
)
def test_the_exit_code_of_fmt_check(tmp_path: Path, words: tuple[str, ...], code: int | None) -> None:
    made = Written(tmp_path, {}, Outcome(3, ok=False))
    if code is None:
        with pytest.raises(TerraformFailed):
            made.perform("fmt", *words)
    else:
        assert made.perform("fmt", *words).code == code


@pytest.mark.parametrize(
    ("verb", "flag", "arrives"),
    [("plan", "generate-config-out", True), ("test", "junit-xml", True), ("plan", "out", False)],
)
def test_what_is_written_although_the_run_fails(tmp_path: Path, verb: str, flag: str, arrives: bool) -> None:
    """A plan with errors is none that could be applied."""
    made = Written(tmp_path, {"inputs/0-made": "text\n"}, FAILED)
    with pytest.raises(TerraformFailed):
        made.perform(verb, f"-{flag}=made")
    assert (tmp_path / "made").exists() is arrives


def test_a_generated_configuration_overwrites_nothing(tmp_path: Path) -> None:
    made = Written(tmp_path, {"inputs/0-made.tf": "text\n"})
    (tmp_path / "made.tf").write_text("mine\n")
    with pytest.raises(UsageError, match="overwrites no file") as error:
        made.perform("plan", "-generate-config-out=made.tf")
    assert (error.value.where, (tmp_path / "made.tf").read_text()) == (str(tmp_path / "made.tf"), "mine\n")


def test_a_root_that_may_not_be_written(tmp_path: Path) -> None:
    made = Written(tmp_path, {"main.tf": "a = 1\n"})
    (made.main.parent / ".main.tf.partial").mkdir()  # as a folder without permission is, for root too
    with pytest.raises(UnavailableError, match="cannot write it"):
        made.perform("fmt")
    assert made.main.read_text() == "a=1\n"
