from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest

from wrapper import __version__
from wrapper.model.errors import BusyError, UnavailableError
from wrapper.sandbox.lifecycle import Endpoint, Sandbox, Seed, is_alive, seed_from_json, server_environment

sandboxed = pytest.mark.sandbox


def test_importing_the_lifecycle_imports_neither_moto_nor_boto3_nor_flask() -> None:
    program = "import sys, wrapper.sandbox.lifecycle; print({'moto', 'boto3', 'flask', 'werkzeug'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_a_seed_survives_json(seed: Seed) -> None:
    text = json.dumps({"buckets": seed.buckets, "zones": seed.zones, "secrets": seed.secrets})
    assert seed_from_json(text) == seed
    assert seed_from_json("{}") == Seed()


def test_the_server_gets_no_credentials_no_settings_of_a_run_and_no_jenkins_cookie() -> None:
    given = {
        "PATH": "/bin",
        "AWS_PROFILE": "live",
        "TF_VAR_a": "b",
        "JENKINS_NODE_COOKIE": "c",
        "PYTHONHOME": "/x",
        "PYTHONPATH": "/x",
    }
    assert server_environment(given) == {"PATH": "/bin"}


class LateHandler(BaseHTTPRequestHandler):
    """Answers as the sandbox does, after so many questions that it left."""

    late: int
    record: dict[str, object]

    def do_GET(self) -> None:
        type(self).late -= 1
        if self.late >= 0:
            self.rfile.read(1)  # until the question is given up
            return
        body = json.dumps(self.record).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def late(home: Path, questions: int, pid: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), LateHandler) as server:
        port = server.server_address[1]
        LateHandler.late = questions
        LateHandler.record = {"token": "t", "project": "/projects/one", "pid": pid}
        record = {**LateHandler.record, "url": f"http://127.0.0.1:{port}", "port": port}
        (home / "server.json").write_text(json.dumps(record))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@sandboxed
def test_a_server_that_answers_late_is_not_taken_for_gone(tmp_path: Path) -> None:
    with late(tmp_path, questions=2, pid=os.getpid()):
        found = Sandbox(tmp_path, "/projects/one", answer_seconds=0.2).status()
    assert found is not None and found.pid == os.getpid()


@sandboxed
def test_one_that_never_answers_is_an_error_and_not_started_a_second_time(tmp_path: Path) -> None:
    stuck = Sandbox(tmp_path, "/projects/one", answer_seconds=0.1, patience=0.3)
    for attempt in (stuck.status, stuck.stop, lambda: stuck.start(Seed())):
        with (
            late(tmp_path, questions=100, pid=os.getpid()),
            pytest.raises(UnavailableError, match=r"the sandbox \(pid \d+\) does not answer"),
        ):
            attempt()
        assert (tmp_path / "server.json").exists()


@sandboxed
def test_another_program_at_the_port_of_one_that_ended_is_not_waited_for(tmp_path: Path) -> None:
    with late(tmp_path, questions=100, pid=ended_pid()):
        assert Sandbox(tmp_path, "/projects/one", answer_seconds=0.1).status() is None


def ended_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_another_users_process_is_not_the_server() -> None:
    """Its number was given to that process since."""
    if os.getuid() != 0:
        assert not is_alive(1)
        return
    parent, child = os.getpid(), os.fork()
    if child == 0:
        os.setuid(65534)
        os._exit(is_alive(parent))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 and is_alive(parent)


def test_nothing_runs_before_the_first_start(sandbox: Sandbox) -> None:
    assert sandbox.status() is None
    assert sandbox.stop() is False


@dataclass(frozen=True)
class Started:
    """A server that another command started. ``pid``: as that command printed it."""

    home: Path
    sandbox: Sandbox
    endpoint: Endpoint
    pid: int


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """One server for what ends none: a start costs more than all that these tests ask."""
    home = tmp_path_factory.mktemp("started") / "sandbox"
    program = (
        "import sys; from pathlib import Path; from wrapper.sandbox.lifecycle import Sandbox, Seed;"
        "print(Sandbox(Path(sys.argv[1]), '/projects/one').start(Seed()).pid)"
    )
    argv = [sys.executable, "-c", program, str(home)]
    pid = int(subprocess.run(argv, capture_output=True, text=True, check=True, timeout=300).stdout)
    sandbox = Sandbox(home, "/projects/one")
    try:
        yield Started(home, sandbox, sandbox.start(Seed()), pid)
    finally:
        sandbox.stop()


@sandboxed
def test_it_outlives_the_command_that_started_it(started: Started) -> None:
    assert started.sandbox.status() == started.endpoint and started.endpoint.pid == started.pid
    assert os.getsid(started.pid) == started.pid


@sandboxed
def test_start_is_idempotent_and_private(started: Started, seed: Seed) -> None:
    endpoint = started.endpoint
    assert started.sandbox.start(seed) == endpoint == started.sandbox.status()
    assert endpoint.url == f"http://127.0.0.1:{endpoint.port}"
    home = endpoint.log.parent
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "server.json").stat().st_mode & 0o777 == 0o600


@sandboxed
def test_one_that_did_not_take_its_seed_does_not_stay(sandbox: Sandbox, started: Started) -> None:
    """The next command would go on against half of what an account holds."""
    wrong = Seed(buckets=(("states-of-a-test", "ap-southeast-2"), ("s", "ap-southeast-2")))
    with pytest.raises(UnavailableError, match="did not take the seed"):
        sandbox.start(wrong)
    assert sandbox.status() is None
    with pytest.raises(UnavailableError, match="did not take the seed"):
        started.sandbox.start(wrong)
    assert started.sandbox.status() == started.endpoint, "one that ran already is not ended by a wrong seed"


@sandboxed
def test_a_server_of_another_version_is_to_be_stopped_first(started: Started) -> None:
    assert started.sandbox.usable() == started.endpoint and started.endpoint.version == __version__
    later = Sandbox(started.home, "/projects/one", "99.0.0")
    for attempt in (later.usable, lambda: later.start(Seed())):
        with pytest.raises(BusyError, match=f"orchestrate {__version__} started .* this is 99.0.0") as told:
            attempt()
        assert told.value.hint == "stop it first, which empties it: ./orchestrate sandbox stop"
    assert later.status() == started.endpoint, "it runs on"


@sandboxed
def test_two_projects_never_meet(tmp_path: Path, started: Started) -> None:
    stranger = Sandbox(started.home, "/projects/two")
    assert stranger.status() is None
    other = Sandbox(tmp_path / "other", "/projects/two", "99.0.0")
    try:
        made = other.start(Seed())
        assert made.port != started.endpoint.port and made.version == "99.0.0"
    finally:
        other.stop()
    assert started.sandbox.status() == started.endpoint


@sandboxed
def test_two_starts_at_once_make_one_server_and_another_one_follows_it(tmp_path: Path, sandbox: Sandbox) -> None:
    """Once it is dead, of which its record tells nothing; and whichever version stops it."""
    others = [Sandbox(tmp_path / "sandbox", "/projects/one") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        endpoints = set(pool.map(lambda each: each.start(Seed()), others))
    assert endpoints == {sandbox.status()}
    [dead] = endpoints
    os.kill(dead.pid, 9)
    while is_alive(dead.pid):
        time.sleep(0.01)
    assert sandbox.status() is None
    alive = sandbox.start(Seed())
    assert alive.pid != dead.pid
    assert Sandbox(tmp_path / "sandbox", "/projects/one", "99.0.0").stop() is True
    assert not is_alive(alive.pid)
    assert not (alive.log.parent / "server.json").exists()
    assert sandbox.status() is None


@pytest.fixture
def impostor() -> Iterator[int]:
    """Something else on a port that was ours: it answers, but not with our token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"token": "another", "project": "/projects/one"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@sandboxed
def test_a_stranger_on_our_port_is_neither_believed_nor_killed(tmp_path: Path, sandbox: Sandbox, impostor: int) -> None:
    home = tmp_path / "sandbox"
    home.mkdir()
    record = {"url": f"http://127.0.0.1:{impostor}", "port": impostor, "pid": os.getpid(), "token": "ours"}
    (home / "server.json").write_text(json.dumps(record))
    assert sandbox.status() is None
    assert sandbox.stop() is False
    assert not (home / "server.json").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"url": 1}'])
def test_a_damaged_record_counts_as_none(tmp_path: Path, sandbox: Sandbox, text: str) -> None:
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "server.json").write_text(text)
    assert sandbox.status() is None


@sandboxed
def test_a_server_that_cannot_start_says_where_to_look(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing = tmp_path / "python"
    refusing.write_text("#!/bin/sh\necho no such module; exit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(refusing))
    with pytest.raises(UnavailableError, match="ended while it started") as caught:
        sandbox.start(Seed())
    assert caught.value.where == str(tmp_path / "sandbox" / "server.log")
    assert caught.value.hint
    assert Path(caught.value.where).read_text() == "no such module\n"
