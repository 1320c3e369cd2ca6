"""The notes of a release: its part of CHANGELOG.md. ``python docs/generate/release_notes.py 0.1.1``"""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
_HEAD = re.compile(r"^## (\S+)(.*)$", re.MULTILINE)


def versions(changelog: str) -> list[str]:
    """Newest first, as they stand there."""
    return [found[1] for found in _HEAD.finditer(changelog)]


def notes(changelog: str, version: str) -> str:
    """LookupError for a version that is not there, or is in development."""
    heads = [*_HEAD.finditer(changelog)]
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(changelog)], strict=True):
        if head[1] == version and "in development" in head[2]:
            raise LookupError(f"{version} is not released: write its date into CHANGELOG.md first")
        if head[1] == version:
            return changelog[head.end() : end].strip() + "\n"
    raise LookupError(f"CHANGELOG.md has no {version}; it has {', '.join(h[1] for h in heads)}")


def main(words: list[str]) -> int:
    try:
        (version,) = words
        sys.stdout.write(notes(CHANGELOG.read_text(), version))
    except (LookupError, ValueError) as error:
        print(error if isinstance(error, LookupError) else __doc__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
