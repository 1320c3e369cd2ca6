"""The jobs of GitHub Actions and GitLab CI that ship, as the platforms would run them: each step's text out of the file, in bash as
the platform starts it, with the platform's variables. What a step takes from elsewhere (``uses``) is left out.

docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax, docs.gitlab.com/ci/yaml
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
GITHUB = sorted((ROOT / "github").glob("*.yml"))
GITLAB = ROOT / "gitlab/orchestrate.yml"
_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")


@dataclass(frozen=True)
class Script:
    """``name``: of the step or the job; ``always``: it runs too where one before it failed; ``needs``: a file that must be
    there."""

    name: str
    text: str
    environ: Mapping[str, str] = field(default_factory=dict)
    always: bool = False
    needs: str = ""


@dataclass(frozen=True)
class Ran:
    """How a job ended: the exit code of the first script that failed, and what all said."""

    code: int
    said: str
    names: tuple[str, ...]


def loaded(file: Path) -> dict[str, Any]:
    return read(file.read_text())


def read(text: str) -> dict[str, Any]:
    """YAML 1.1 reads the key ``on`` as true; both platforms read it as a word."""
    found = yaml.safe_load(text)
    return {"on" if key is True else key: value for key, value in found.items()}


def github_job(file: Path) -> dict[str, Any]:
    (job,) = loaded(file)["jobs"].values()
    return dict(job)


def github(file: Path, contexts: Mapping[str, str]) -> Iterator[Script]:
    """The scripts of the workflow's one job, for the first value of each dimension of its matrix. ``contexts``: ``github.token``
    and so on; a variable that is not there is empty, as GitHub has it."""
    job = github_job(file)
    matrix = {f"matrix.{name}": str(values[0]) for name, values in job.get("strategy", {}).get("matrix", {}).items()}
    known = {**contexts, **matrix}
    outer = _environment(job.get("env", {}), known)
    for step in job["steps"]:
        if "run" in step:
            mine = _environment(step.get("env", {}), known)
            always, needs = _condition(step.get("if", ""))
            yield Script(step["name"], step["run"], {**outer, **mine}, always, needs)


def _condition(text: str) -> tuple[bool, str]:
    """The two forms that our files have."""
    found = re.fullmatch(r"(?:\$\{\{ !cancelled\(\)(?: && hashFiles\('([^']+)'\) != '')? \}\})?", text)
    assert found, f"the tests know no condition {text!r}"
    return bool(text), found[1] or ""


def _environment(given: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    return {name: _EXPRESSION.sub(lambda found: known.get(found[1], ""), str(value)) for name, value in given.items()}


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    """With what each extends, merged as GitLab does: maps by their keys, lists replaced."""
    found = loaded(GITLAB)
    return {n: _merged(found[job["extends"]], job) for n, job in found.items() if not n.startswith(".")}


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {n: _merged(below[n], above[n]) for n in below if isinstance(below[n], dict) and n in above}
    return {**below, **above, **both}


def gitlab(name: str) -> Iterator[Script]:
    """GitLab's runner joins before_script and script to one, and gives after_script a shell of its own."""
    job = gitlab_jobs()[name]
    chosen = job.get("parallel", {}).get("matrix", [{}])[0]
    environ = {key: str(value) for key, value in job.get("variables", {}).items()}
    environ |= {key: values[0] for key, values in chosen.items()}
    environ |= {"CI_JOB_NAME": f"{name}: [{', '.join(v[0] for v in chosen.values())}]" if chosen else name}
    yield Script(name, "\n".join([*job["before_script"], *job["script"]]), environ)
    yield Script("after_script", "\n".join(job["after_script"]), environ, always=True)


def begins(rule: str, variables: Mapping[str, str]) -> bool:
    """Whether GitLab's rule holds: comparisons joined by &&."""

    def value(word: str) -> str:
        return variables.get(word[1:], "") if word.startswith("$") else word.strip('"')

    pairs = (term.split(" == ") for term in rule.split(" && "))
    return all(value(left) == value(right) for left, right in pairs)


def run(scripts: Iterator[Script], folder: Path, environ: Mapping[str, str]) -> Ran:
    """As a runner does: each script in a bash of its own, in the checkout."""
    code, said, names = 0, "", []
    for script in scripts:
        if (code == 0 or script.always) and (folder / script.needs).exists():
            argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script.text]
            done = subprocess.run(
                argv,
                cwd=folder,
                env={**environ, **script.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            code, said = code or done.returncode, f"{said}\n$ {script.text}\n{done.stdout}"
            names.append(script.name)
    return Ran(code, said, tuple(names))


def command_lines(script: Script) -> list[list[str]]:
    """Each call of ./orchestrate in a text, as words, without what the shell does with its output and its end."""
    import shlex

    found = re.findall(r"(?:exec )?\./orchestrate ([^\n]*)", script.text)
    return [shlex.split(re.split(r" \|\| | >> | \$\{", line)[0]) for line in found]
