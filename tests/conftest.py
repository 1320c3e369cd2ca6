"""What every test here stands on: the guard, a small project on disk, and the command line in this process."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cpu_seconds import CpuSeconds
from guard import Guard, is_dropped, is_free
from hypothesis import settings
from pairs import paired, takes
from project_on_disk import Disk, filled, small_project
from said import Said

from wrapper.cli import installation
from wrapper.cli.process_environment import provider_installation

if TYPE_CHECKING:
    from cloud_fleet import Many

GUARD = Guard()

# A collector that looks at five thousand tests and their parameters again and again took an eighth of the time.
gc.set_threshold(50_000)

# Under nohup a process ignores SIGHUP, and so does what it starts: the tests of that signal would wait in vain.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
# A command that was stopped ignores further signals to its end. A test goes on, and what it starts would ignore them too.
SIGNALS = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}

# No database on disk, and no deadline: a busy machine is no failure. Half as many examples as Hypothesis makes by itself: they
# took a tenth of the time, and each run draws others.
settings.register_profile("house", deadline=None, database=None, max_examples=50)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cpu-seconds", metavar="FILE", help="append the processor time of each test (cpu_seconds.py)")


def pytest_configure(config: pytest.Config) -> None:
    """Tests that run Terraform by hand find the provider where the tool does: in a mirror on this machine, if any."""
    if not Path(os.environ.get("TF_CLI_CONFIG_FILE", "")).is_file():
        file = Path(tempfile.mkdtemp(prefix="orchestrate-tests-")) / "terraform.rc"
        file.write_text(provider_installation(installation.mirrors(os.environ)))
        os.environ["TF_CLI_CONFIG_FILE"] = str(file)
        config.add_cleanup(lambda: shutil.rmtree(file.parent, ignore_errors=True))
    if table := config.getoption("--cpu-seconds"):
        config.pluginmanager.register(CpuSeconds(config.rootpath / table))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if all(takes(item) for item in items):
        items[:] = paired(items, takes)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is there then stays: the collector neither looks for garbage among it, now or later, nor does a fork copy it for its
    counts."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_report_to_serializable(report: pytest.CollectReport | pytest.TestReport) -> None:
    """The names by which -k could select a test: of 20,000 reports, that a worker sends, nobody asks for them any more."""
    if isinstance(report, pytest.TestReport):
        report.keywords = {}


@pytest.fixture(autouse=True)
def guard(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Guard]:
    """A test without the marker docker, terraform or sandbox has an empty home, a bare environment, no network."""
    if is_free([mark.name for mark in request.node.iter_markers()]):
        monkeypatch.setenv("ORCHESTRATE_LOCK_TIMEOUT", "0")
        yield GUARD
        return
    for name in filter(is_dropped, list(os.environ)):
        monkeypatch.delenv(name)
    monkeypatch.setenv("ORCHESTRATE_LOCK_TIMEOUT", "0")
    home = tempfile.mkdtemp(prefix="home-", dir=tmp_path_factory.getbasetemp())  # pytest's own looks at all before
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    GUARD.begin()
    yield GUARD
    GUARD.end()
    shutil.rmtree(home, ignore_errors=True)
    for number, handler in SIGNALS.items():
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def provider_binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real AWS provider, for tests that serve it themselves (served_provider); one for all workers."""
    from served_provider import installed

    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    mine = tmp_path_factory.getbasetemp()
    return installed((mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "provider")


@pytest.fixture
def example(tmp_path: Path) -> Disk:
    """A small project: one stack with tenants in one region, a protected one in two, one without a region."""
    return small_project(tmp_path / "project")


@pytest.fixture
def many(example: Disk) -> Many:
    """Fleets on its stack with tenants, of which nothing is there yet."""
    from cloud_fleet import Many

    return Many(example)


@pytest.fixture
def made(many: Many) -> Many:
    """All of it applied."""
    filled(many.cloud.disk, _all_applied)
    return many


def _all_applied(disk: Disk) -> None:
    from cloud_fleet import Many

    Many(disk).run("apply")


@pytest.fixture
def run_cli(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """The command line, in this process, in the example's folder: run_cli("plan", "app-test") -> Said."""
    from wrapper.cli.main import _run

    monkeypatch.chdir(example.root)

    def run(*arguments: str) -> Said:
        capfd.readouterr()
        code = _run(list(arguments))
        return Said(code, *capfd.readouterr())

    return run


@pytest.fixture
def with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that exist and are never used: whoever uses them meets the guard."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
