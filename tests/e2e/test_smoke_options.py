"""The options of the smoke test act: with each another result, or other requests, than without it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from effects import Bench, Case, Copy, prepared
from option_cases import PROMOTE

pytestmark = pytest.mark.sandbox
LINES = {
    "apply": "apply app-test --tenant acme",
    "promote": PROMOTE,
    "rollback": "rollback app-test --tenant acme",
}


class Site(ThreadingHTTPServer):
    """Answers /ok with 200, and all else with 404."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.requests: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.send_response(200 if self.path == "/ok" else 404)
        self.end_headers()
        self.wfile.write(b"all is well")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    folder = tmp_path_factory.mktemp("effects")
    return Copy(prepared(folder / "original").root, folder / "project")


@pytest.mark.parametrize("command", LINES)
def test_acts(site: Site, copy: Copy, capfd: pytest.CaptureFixture[str], command: str) -> None:
    bench = Bench(copy, capfd)

    def both(base: str, more: str) -> list[tuple[int, int]]:
        """(exit code, requests) without the option, and with it."""
        found = []
        for line in (f"{LINES[command]} {base}", f"{LINES[command]} {base} {more}"):
            site.requests.clear()
            found.append((bench.run(Case(line), line).code, len(site.requests)))
        return found

    ok, gone = f"--smoke {site.url}/ok", f"--smoke {site.url}/gone"
    assert both("", ok) == [(0, 0), (0, 1)]
    assert both(f"{gone} --smoke-tries 1", "--smoke-status 404") == [(1, 1), (0, 1)]
    assert both(f"{ok} --smoke-tries 1", "--smoke-contains nothing") == [(0, 1), (1, 1)]
    assert both(f"{gone} --smoke-tries 1", "--smoke-tries 2") == [(1, 1), (1, 2)]
    assert both(f"{gone} --smoke-tries 2", "--smoke-timeout 1ms") == [(1, 2), (1, 1)]
