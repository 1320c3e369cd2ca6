"""A copy that is made whole again is as a fresh one, whatever was done to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from effects import Copy


def told(root: Path) -> list[tuple[str, int, str]]:
    """All that is there: path, mode, text or target."""
    return sorted(
        (
            str(path.relative_to(root)),
            path.lstat().st_mode,
            os.readlink(path) if path.is_symlink() else path.read_text() if path.is_file() else "",
        )
        for path in root.rglob("*")
    )


def replaced(root: Path) -> None:
    """The same size and time, as a file has that is written beside and moved."""
    file = root / "a/b/file"
    times = file.stat()
    (root / "new").write_text("eins")
    os.utime(root / "new", ns=(times.st_atime_ns, times.st_mtime_ns))
    os.replace(root / "new", file)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "a/b/file").write_text("two"),
        replaced,
        lambda root: (root / "a/b/file").unlink(),
        lambda root: (root / "a/b/file").chmod(0o600),
        lambda root: shutil.rmtree(root / "a"),
        lambda root: (root / "link").unlink(),
        lambda root: (root / "c/d").mkdir(parents=True) or (root / "c/d/more").write_text("x"),
        lambda root: (root / "other").symlink_to("nowhere"),
    ],
)
def test_it_is_as_at_first(tmp_path: Path, change: Callable[[Path], object]) -> None:
    original = tmp_path / "original"
    (original / "a/b").mkdir(parents=True)
    (original / "a/b/file").write_text("once")
    (original / "link").symlink_to("a/b")
    copy = Copy(original, tmp_path / "copy")
    for _ in range(2):  # what was restored is looked at again
        change(copy.root)
        assert told(copy.root) != told(original)
        copy.restore()
        assert told(copy.root) == told(original)
