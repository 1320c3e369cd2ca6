"""What a new project is made of: the parts that it copies from the tool, and the files that are its own from the first day.

Knows the parts of the tool as they lie in a checkout (``parts``); writes a folder that is not there yet, whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model import naming
from ..model.errors import NotFoundError, UsageError
from . import example_text

PIPELINES = ("jenkins", "github", "gitlab")
# Where a file of the tool lies in a project, where that is elsewhere: the platform looks for it there.
_PLACES = {"github/": ".github/workflows/orchestrate-"}
_STACK = "config/ap-southeast-2/appcluster-test"
# The agents' images are made of the tool's own sources.
_LEFT_OUT = ("jenkins/agent/", "jenkins/agent-ami/")
_EXECUTABLE = "orchestrate"
_ROOT_FILES = {"gitlab": ".gitlab-ci.yml"}  # a file of the project's that pipelines need
_LOCK = ".terraform.lock.hcl"  # of a root: it is the project's, as the root is
Contents = Mapping[str, bytes]  # path in the project -> content


@dataclass(frozen=True)
class Choices:
    """What a project was made with; the parts that it copies are written by it again."""

    project: str
    region: str
    services: tuple[str, ...]
    pipelines: tuple[str, ...] = ()

    @property
    def stack(self) -> str:
        return f"{self.project}-test"


def check(choices: Choices) -> Choices:
    """The choices, if a project can be made by them; else UsageError."""
    naming.check_name("project", choices.project)
    naming.check_name("stack", choices.stack)
    naming.check_name("region", choices.region)
    for service in choices.services:
        naming.check_name("service", service)
    if unknown := [name for name in choices.pipelines if name not in PIPELINES]:
        raise UsageError(f"no pipelines {unknown[0]!r}", hint=f"there is: {', '.join(PIPELINES)}")
    if not choices.services or len({*choices.services}) < len(choices.services):
        raise UsageError("a project has one service or more, each with a name of its own", hint="--services web,api")
    return choices


def copied(parts: Path, choices: Choices) -> Contents:
    """What an upgrade of the tool brings again: the modules and the pipelines."""
    if not (parts / "modules").is_dir():
        hint = "run a tool that was installed from its wheel, or that of a checkout"
        raise NotFoundError("this copy of the tool has no modules to copy", where=str(parts), hint=hint)
    found = {path: file.read_bytes() for path, file in _below(parts, "modules")}
    for folder in choices.pipelines:
        found |= {_placed(path): _pipeline(file, choices) for path, file in _below(parts, folder)}
    return {path: data for path, data in found.items() if not path.startswith(_LEFT_OUT)}


def _placed(path: str) -> str:
    for folder, place in _PLACES.items():
        if path.startswith(folder):
            return path.replace(folder, place, 1)
    return path


def initial(parts: Path, choices: Choices) -> Contents:
    """What belongs to the project from the first day."""
    found = _below(parts, "src/appcluster", _LOCK)
    texts = {
        path.replace("appcluster", choices.project): file.read_text() for path, file in found if file.name != "moves.tf"
    }  # a new project has no state of an older example
    for path in [path for path in texts if "/tenant/" in path]:
        texts[path] = example_text.tenant_file(texts[path], choices.services)
    texts |= {**_config(parts, choices), **_jobs(parts, choices)}
    names = (".gitignore", "README.md", _EXECUTABLE, *(_ROOT_FILES[n] for n in choices.pipelines if n in _ROOT_FILES))
    texts |= {name: _initial_text(name, choices) for name in names}
    return {path: example_text.renamed(text, choices.project, choices.region).encode() for path, text in texts.items()}


def _config(parts: Path, choices: Choices) -> Mapping[str, str]:
    stack, region = f"config/{choices.region}/{choices.stack}", f"config/{choices.region}"
    texts = {
        f"{stack}/{n}": (parts / _STACK / n).read_text() for n in ("stack.hcl", "tenant.tfvars.j2", "variables.tfvars")
    }
    texts[f"{stack}/variables.tfvars"] = example_text.stack_values(texts[f"{stack}/variables.tfvars"], choices.services)
    return texts | {
        f"{stack}/backend.tfvars": _initial_text("backend.tfvars", choices),
        f"{stack}/tenants/acme.tfvars": _initial_text("acme.tfvars", choices),
        f"{region}/common.tfvars": (parts / "config/ap-southeast-2/common.tfvars").read_text(),
        "config/common.tfvars": example_text.common_values(choices.services),
        "config/sandbox.hcl": (parts / "config/sandbox.hcl").read_text(),
    }


def _jobs(parts: Path, choices: Choices) -> Mapping[str, str]:
    """What Jenkins' jobs are made of, where there is a Jenkins."""
    if "jenkins" not in choices.pipelines:
        return {}
    text = (parts / "config/jenkins.hcl").read_text()
    return {"config/jenkins.hcl": example_text.jenkins_values(text, choices.project, choices.region, choices.services)}


def _initial_text(name: str, choices: Choices) -> str:
    text = (Path(__file__).with_name("new_project") / name.lstrip(".")).read_text()
    for word, value in (
        ("@PROJECT@", choices.project),
        ("@REGION@", choices.region),
        ("@SERVICE@", choices.services[0]),
    ):
        text = text.replace(word, value)
    return text


def _pipeline(file: Path, choices: Choices) -> bytes:
    return example_text.pipeline(file.read_text(), choices.project, choices.region, choices.services).encode()


def _below(parts: Path, folder: str, dotted: str = "") -> Iterator[tuple[str, Path]]:
    """Each file of a part and its path. What programs leave there (``.terraform``) is none of it, but for ``dotted``."""
    for file in sorted((parts / folder).rglob("*")):
        path = file.relative_to(parts)
        if file.is_file() and not any(part.startswith(".") and part != dotted for part in path.parts):
            yield str(path), file


def check_free(folder: Path) -> None:
    """UsageError where a new project would meet files: it overwrites none. A new git repository is as good as empty."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError("no folder", where=str(folder), hint="name a folder that is not there yet")
    found = sorted(f.name for f in folder.iterdir() if f.name != ".git") if folder.is_dir() else []
    if found:
        raise UsageError(
            f"the folder is not empty: {', '.join(found[:3])}{', ...' if len(found) > 3 else ''}",
            where=str(folder),
            hint="name a folder that is not there yet, or is empty; nothing was written",
        )


def lay(folder: Path, files: Contents) -> None:
    """Write a new project's files, made beside its place and moved there: nothing half-made is left. A folder that is there may
    be the only one of its file system, and above it nothing may be written: there they are made inside."""
    check_free(folder)
    try:
        beside = folder if folder.exists() else folder.parent
        beside.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=beside))
        try:
            _write(draft, files)
            _place(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise NotFoundError(
            f"cannot write it: {error.strerror}", where=str(folder), hint="name another folder"
        ) from None


def _write(folder: Path, files: Contents) -> None:
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        if path == _EXECUTABLE:
            file.chmod(file.stat().st_mode | 0o111)


def _place(draft: Path, folder: Path) -> None:
    """Of a folder that is there already each entry is moved into it: its .git stays."""
    if not folder.exists():
        mask = os.umask(0)
        os.umask(mask)
        draft.chmod(0o777 & ~mask)
        draft.rename(folder)
        return
    for entry in sorted(draft.iterdir()):
        entry.rename(folder / entry.name)
