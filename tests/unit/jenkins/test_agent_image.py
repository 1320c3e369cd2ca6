"""The agent's Dockerfile, read: what it pins, what it takes along, and who it ends as."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from wrapper.engines.image import inputs

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "jenkins/agent/Dockerfile").read_text()


def instructions(name: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", "", TEXT)
    return [line.split(None, 1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


def copied() -> set[str]:
    """What it takes of the context; wheels are a choice."""
    taken = (shlex.split(line)[:-1] for line in instructions("COPY") if not line.startswith("--from"))
    return {name.rstrip("/") for names in taken for name in names} - {"wheel[s]"}


def context() -> set[str]:
    """What the command in its first lines puts into the context."""
    command = TEXT.split("tar -c --exclude=__pycache__ ")[1].split(" |")[0]
    return set(command.split())


def test_images_are_pinned() -> None:
    arguments = dict(line.partition("=")[::2] for line in instructions("ARG"))
    assert re.fullmatch(r"jenkins/inbound-agent:\d+\.v\w+-\d+", arguments["INBOUND"])
    assert arguments["ORCHESTRATE"] == ""  # its name is a digest: there is none to guess
    assert instructions("FROM") == ["${ORCHESTRATE} AS terraform", "${INBOUND}"]


def test_it_takes_what_there_is_and_the_command_gives_it() -> None:
    assert {name if name in context() else name.rpartition("/")[0] for name in copied()} <= context()
    assert all((ROOT / name).exists() for name in copied())
    assert all((ROOT / name).exists() for name in context())


def test_it_takes_all_that_the_tool_asks_for() -> None:
    """The tool reads its pins from the files that make the image, also where it builds none."""
    needed = {str(file.relative_to(ROOT)).split("/")[0] for file in inputs.inputs(ROOT)}
    assert needed | {"orchestrate", "requirements.txt"} <= copied()


def test_what_it_takes_of_the_other_image_is_there() -> None:
    taken = {line.split()[1] for line in instructions("COPY") if line.startswith("--from=terraform")}
    made = (ROOT / "wrapper/engines/image/context/install").read_text()
    assert taken == {"/usr/local/bin/terraform", "/usr/local/share/terraform/", "/etc/terraform.rc"}
    assert all(f"/out/root{path.rstrip('/')}" in made for path in taken)


def test_it_ends_as_jenkins_and_starts_as_its_base_does() -> None:
    assert instructions("USER") == ["root", "jenkins"]
    assert not instructions("ENTRYPOINT") + instructions("CMD")
    assert "ORCHESTRATE_ENGINE=host" in instructions("ENV")[0]
    assert not re.search(r"(?i)password|token|secret|latest", "\n".join(instructions("ARG") + instructions("ENV")))
