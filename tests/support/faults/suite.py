"""Runs tests in a copy of the checkout, and says which one fails first."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BARE = ["-m", "not docker and not terraform and not sandbox and not browser and not groovy and not shells"]
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--ignore-glob=*/test_faults.py"]  # that one knows every fault
NO_TESTS = 5  # docs.pytest.org/en/stable/reference/exit-codes.html
LIMIT = 3600.0


@contextmanager
def copy() -> Iterator[Path]:
    """The checkout as it is now, without what git ignores; the environments are linked. A new copy for each fault: an old
    .pyc is taken for a file that was changed within its second and kept its size."""
    target = Path(tempfile.mkdtemp(prefix="orchestrate-fault-"))
    try:
        _fill(target)
        yield target
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _fill(target: Path) -> None:
    argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0"):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    (target / ".orchestrate").mkdir(mode=0o700)
    for kind in ("dev", "venv"):
        for environment in (ROOT / ".orchestrate").glob(f"{kind}-*"):
            (target / ".orchestrate" / environment.name).symlink_to(environment.resolve())


def near(module: str, root: Path = ROOT) -> list[str]:
    """The files of tests that have the module's name in theirs."""
    stem = Path(module.removesuffix("/__init__")).name
    return sorted(str(path.relative_to(root)) for path in root.glob(f"tests/**/test_*{stem}*.py"))


def failing_in(root: Path, tests: Sequence[str], limit: float = LIMIT) -> str:
    """The first that fails, "" if none does, and what happened instead if there is no such test."""
    argv = [sys.executable, "-m", "pytest", *OPTIONS, *tests]
    with subprocess.Popen(
        argv, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as run:
        try:
            said, _ = run.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            return f"no end within {limit:g} s"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
    return "" if run.returncode in (0, NO_TESTS) else named(said.decode(errors="replace"), run.returncode)


def named(said: str, code: int) -> str:
    """The test that pytest names in its short summary."""
    found = re.search(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", said, re.MULTILINE)
    return found[1] if found else f"pytest ended {code}: {said.strip().splitlines()[-1]}"


def first_failing(
    faulty: Path, clean: Path, tests: Sequence[str], failing: Callable[[Path, Sequence[str]], str] = failing_in
) -> str:
    """The first test that fails in the one copy and passes in the other; "" if none does."""
    fails_in_both: list[str] = []
    while found := failing(faulty, [*tests, *(f"--deselect={one}" for one in fails_in_both)]):
        if "::" not in found or not failing(clean, [found]):
            return found
        fails_in_both.append(found)
    return ""
