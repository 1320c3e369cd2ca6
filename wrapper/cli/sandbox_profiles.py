"""Profiles that a root's provider blocks name (``profile = "company"``): with the sandbox each is the simulated account, and none
is the caller's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..model.nouns import Mount
from ..project import private_folder

_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
_INSIDE = "/etc/orchestrate-profiles"
_PROFILE = re.compile(r'^\s*profile\s*=\s*"([^"$\n]+)"', re.MULTILINE)


def names(roots: Iterable[Path]) -> list[str]:
    """The profiles that the .tf files of these roots name as a text; one in a variable has no name here."""
    files = (file for root in roots for file in sorted(root.glob("*.tf")) if file.is_file())
    return sorted({name for file in files for name in _PROFILE.findall(file.read_text("utf-8", "replace"))})


def text(profiles: Iterable[str], credentials: Mapping[str, str]) -> str:
    """A shared credentials file (docs.aws.amazon.com/sdkref/latest/guide/file-format.html) with each of them."""
    rows = (
        f"[{name}]\naws_access_key_id = {credentials['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {credentials['AWS_SECRET_ACCESS_KEY']}\n"
        for name in profiles
    )
    return "\n".join(rows)


def lay_out(
    roots: Iterable[Path], credentials: Mapping[str, str], home: Path, *, contained: bool, dry: bool
) -> tuple[dict[str, str], tuple[Mount, ...]]:
    """Variables that name the file, and its mount; nothing where no root names a profile."""
    found = names(roots)
    if not found:
        return {}, ()
    file = home / "sandbox-profiles"
    if not dry:
        private_folder.make(home)
        private_folder.write(file, text(found, credentials))
    place = _INSIDE if contained else str(file)
    # The file of credentials alone: in a file of configuration a profile has another heading.
    variables = {_FILES[0]: "/dev/null", _FILES[1]: place}
    return variables, (Mount(file, _INSIDE),) if contained else ()
