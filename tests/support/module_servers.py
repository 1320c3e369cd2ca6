"""Places that Terraform downloads modules from, on loopback: git over https and a module registry behind one authority, with a
login; and Debian's sshd with one key."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD, TOKEN = "reader", "canary-password", "canary-token"
_BACKEND = "/usr/lib/git-core/git-http-backend"
_GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
}


def git(folder: Path, *words: str) -> str:
    argv = ["git", "-C", str(folder), *words]
    done = subprocess.run(argv, env=os.environ | _GIT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(place: Path, files: Mapping[str, str], tag: str = "") -> str:
    """A repository with these files, or one commit more in it; the commit."""
    place.mkdir(parents=True, exist_ok=True)
    if not (place / ".git").exists():
        git(place, "init", "-q", "-b", "main")
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    git(place, "add", "-A")
    git(place, "commit", "-q", "--allow-empty", "-m", "x")
    if tag:
        git(place, "tag", tag)
    return git(place, "rev-parse", "HEAD")


@dataclass
class Servers:
    """``asked``: lines of what the servers were asked; ``ca``: the file of the authority."""

    folder: Path
    ca: Path
    port: int = 0
    versions: list[str] = field(default_factory=lambda: ["1.0.0", "1.1.0"])
    asked: list[str] = field(default_factory=list)
    open: bool = False

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def clones(self) -> int:
        return sum("service=git-upload-pack" in line for line in self.asked)


@contextlib.contextmanager
def https(folder: Path) -> Iterator[Servers]:  # noqa: C901 - two protocols in one server
    """Of the repositories below ``folder``, ``/NAME/.git``; and the registry's modules ``ORG/NAME/PROVIDER``, each the repository
    of its name at the tag of its version."""
    home = folder / "authority"
    home.mkdir(parents=True)
    made = Servers(folder, home / "ca.pem")
    _certificate(home)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            made.asked.append(f"{self.command} {self.path}")
            path = self.path.partition("?")[0]
            if path == "/.well-known/terraform.json":
                self._json(200, {"modules.v1": "/v1/modules/"})
            elif path.startswith("/v1/modules/"):
                self._registry(path.removeprefix("/v1/modules/").split("/"))
            else:
                self._git()

        do_POST = do_GET  # noqa: N815

        def _registry(self, parts: list[str]) -> None:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._json(401, {"errors": ["Unauthorized"]})
            elif parts[-1] == "versions":
                self._json(200, {"modules": [{"versions": [{"version": v} for v in made.versions]}]})
            else:
                url = f"git::https://{USER}:{PASSWORD}@{made.host}/{parts[1]}/.git?ref=v{parts[3]}"
                self.send_response(204)
                self.send_header("X-Terraform-Get", url)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _json(self, code: int, data: object) -> None:
            body = json.dumps(data).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _git(self) -> None:
            login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if not made.open and self.headers.get("Authorization") != f"Basic {login}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            around = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            done = subprocess.run([_BACKEND], env=around, input=body, capture_output=True, check=False)
            head, _, rest = done.stdout.partition(b"\r\n\r\n")
            lines = [line.partition(": ") for line in head.decode().split("\r\n") if line]
            status = next((int(v.split()[0]) for k, _, v in lines if k == "Status"), 200)
            self.send_response(status)
            for name, _, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest)

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / "ca.pem", home / "ca.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _certificate(home: Path) -> None:
    argv = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    argv += ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-out", "ca.pem", "-keyout", "ca.key"]
    subprocess.run(argv, cwd=home, check=True, capture_output=True)


@dataclass(frozen=True)
class Sshd:
    """``home``: a home folder whose known_hosts has the server's key; ``agent``: the socket of an agent with the one key that may
    read; ``log``: a line for each command that was asked for."""

    port: int
    home: Path
    agent: str
    log: Path

    def url(self, place: Path, rest: str = "") -> str:
        return f"git::ssh://root@127.0.0.1:{self.port}{place}{rest}"

    @property
    def asked(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@contextlib.contextmanager
def sshd(folder: Path, program: Path, image: str, repositories: Path) -> Iterator[Sshd]:
    """``program``: the folder into which ``demo/prepare sshd`` unpacked Debian's packages; it runs in a container of ``image``."""
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True)
    home.chmod(0o700)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    port = _free()
    log, forced = folder / "asked", folder / "forced"
    forced.write_text(
        f'#!/bin/sh\necho "$SSH_ORIGINAL_COMMAND" >>{log}\nexport GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory '
        "GIT_CONFIG_VALUE_0='*'\nexec sh -c \"$SSH_ORIGINAL_COMMAND\"\n"
    )
    forced.chmod(0o755)
    public = (folder / "user.pub").read_text()
    (folder / "authorized").write_text(f'command="{forced}" {public}')
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nUsePAM no\nPidFile none\n"
    )
    (folder / "passwd").write_text("root:x:0:0::/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n")
    (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    libraries = f"{program}/usr/lib/{os.uname().machine}-linux-gnu:{program}/lib/{os.uname().machine}-linux-gnu"
    name = f"orchestrate-test-sshd-{port}"
    argv = ["docker", "run", "-d", "--rm", "--name", name, "--network=host", "--user=0:0", "--entrypoint=sh"]
    argv += [f"--volume={place}:{place}" for place in (folder, repositories, program)]
    argv += [f"--volume={folder}/passwd:/etc/passwd:ro", f"--env=LD_LIBRARY_PATH={libraries}", image, "-c"]
    argv += [f"mkdir -p /run/sshd && exec {program}/usr/sbin/sshd -D -e -f {folder}/config"]
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(folder / "agent")], stdout=subprocess.DEVNULL)
    try:
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
        _until_it_listens(port)
        around = os.environ | {"SSH_AUTH_SOCK": str(folder / "agent")}
        subprocess.run(["ssh-add", "-q", str(folder / "user")], env=around, check=True)
        yield Sshd(port, home, str(folder / "agent"), log)
    finally:
        agent.terminate()
        agent.wait(30)
        subprocess.run(["docker", "rm", "-f", name], capture_output=True, check=False)


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as found:
            if found.recv(4) == b"SSH-":
                return
        time.sleep(0.1)
    raise AssertionError("sshd did not start")
