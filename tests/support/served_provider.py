"""One process of the real AWS provider for many runs of Terraform, behind a proxy that keeps its schema short.

Terraform starts a provider two or three times in each run, and asks each time for the schema of all it knows: five megabytes,
which take eight times as much processor time as a small plan. Here the provider runs once, and Terraform hears only of the
types that our code names, or the test's own roots: one with a web ACL, whose schema is four times that of all others together.
A type that is in neither is an error of Terraform's, so nothing is proved by less than before. Of all processes of the
provider that tests serve, the first alone is asked for its schema.
The same block of configuration is the same valid or invalid block in every run: the provider checks it once, and so it reads a
resource's old state. With its own block it checks the schemas of all that it knows, which takes as long as a small plan. Every
other call reaches the provider as it is.

Its environment (credentials, endpoint) is this process's, not that of each Terraform; one run at a time may configure it.
Source: developer.hashicorp.com/terraform/plugin/debugging, github.com/hashicorp/terraform/blob/main/docs/plugin-protocol
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r'(?:resource|data|ephemeral)\s+"(aws_\w+)"')
WHERE = ("modules", "src", "tests/e2e", "tests/support", "tests/terraform", "bench")
REATTACH = "TF_REATTACH_PROVIDERS"
SERVICE = "/tfplugin5.Provider/"
# Answers that depend on the request alone.
ALWAYS_THE_SAME = ("GetSchema", "PrepareProviderConfig", "Validate", "UpgradeResourceState")
OF_TYPES = (2, 3, 8)  # resources, data sources, ephemeral resources, in GetProviderSchema.Response
QUIETLY = {"TF_LOG": "off", "TF_LOG_SDK": "off", "TF_LOG_PROVIDER": "off", "GOGC": "400"}


PROVIDER = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
"""


def installed(folder: Path) -> Path:
    """A link to the provider's executable, from where Terraform gets it on this machine. Once for all that ask with this folder,
    since Terraform reads all of it for its checksum."""
    from terraform_in import Terraform  # not above: the proxy's process has no need of our package

    folder.mkdir(exist_ok=True)
    link = folder / "provider"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not link.exists():
            (folder / "main.tf").write_text(PROVIDER)
            Terraform(folder).init()
            link.symlink_to(next(folder.glob(".terraform/providers/*/*/*/*/*/terraform-provider-aws*")))
    return link


def kept(file: Path, ask: Callable[[], bytes]) -> bytes:
    """What a process of one executable answered once: each would answer the same."""
    if not file.exists():
        new = file.with_suffix(f".{os.getpid()}")
        new.write_bytes(ask())
        new.rename(file)
    return file.read_bytes()


@contextlib.contextmanager
def served(binary: Path, environment: Mapping[str, str], *roots: Path) -> Iterator[dict[str, str]]:
    """The environment that leads Terraform to it. A bundle of certificates can be configured once only: none is needed.
    ``roots``: folders with types that our code does not name."""
    around = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
    argv = [sys.executable, __file__, str(binary), *map(str, roots)]
    env = around | QUIETLY | dict(environment)
    with subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdin and proxy.stdout
        try:
            said = proxy.stdout.readline().strip()
            assert said, "the provider's proxy ended"  # Terraform would start a provider of its own, and say nothing
            yield {REATTACH: said}
        finally:
            proxy.stdin.close()  # so it also ends when these tests are killed


SHIM = """#!/bin/sh
# The first provider that no other run has taken: each configures it for itself. It is given back when Terraform ends.
# Memory for a quarter of Terraform's processor time, as in terraform_in.py.
for one in {folder}/*.provider; do
    exec 9<"$one"
    flock -n 9 && break
done
flock 9
export {name}="$(cat "$one")" GOGC={gogc}
exec {terraform} "$@"
"""


@contextlib.contextmanager
def on_path(binary: Path, environment: Mapping[str, str], folder: Path, at_once: int = 2) -> Iterator[str]:
    """A PATH whose terraform is led to one of these: for a program that gives Terraform an environment of its own."""
    terraform = shutil.which("terraform")
    assert terraform, "terraform is not on PATH"
    folder.mkdir()
    with contextlib.ExitStack() as ending:
        for number in range(at_once):
            found = ending.enter_context(served(binary, environment))
            (folder / f"{number}.provider").write_text(found[REATTACH])
        words = {"folder": shlex.quote(str(folder)), "terraform": shlex.quote(terraform), "gogc": QUIETLY["GOGC"]}
        (folder / "terraform").write_text(SHIM.format(name=REATTACH, **words))
        (folder / "terraform").chmod(0o755)
        yield f"{folder}:{os.environ['PATH']}"


def types_in(folders: Iterable[Path]) -> set[str]:
    """Every type of the provider that a file names."""
    files = (file for folder in folders for file in folder.rglob("*") if file.suffix in (".tf", ".hcl", ".py"))
    return {name for file in files for name in NAMED.findall(file.read_text("utf-8", "replace"))}


def shortened(schema: bytes, types: set[str]) -> bytes:
    """A GetProviderSchema.Response (protobuf) without the other types."""
    return b"".join(
        whole
        for number, value, whole in fields(schema)
        if number not in OF_TYPES or next(key for at, key, _ in fields(value) if at == 1).decode() in types
    )


def fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(number, value, the field as it stands) of each field that has a length, which all of these have."""
    at = 0
    while at < len(message):
        key, begin = varint(message, at)
        length, begin = varint(message, begin)
        assert key & 7 == 2, f"field {key >> 3} has wire type {key & 7}"
        yield key >> 3, message[begin : begin + length], message[at : begin + length]
        at = begin + length


def varint(message: bytes, at: int) -> tuple[int, int]:
    """protobuf.dev/programming-guides/encoding: its value, and where it ends."""
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        shift += 7
        at += 1
        if message[at - 1] < 128:
            return value, at


def main(binary: str, *roots: str) -> None:
    folders = [*(ROOT / folder for folder in WHERE), *map(Path, roots)]
    argv = [binary, "-debug"]  # which also writes down each request
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"TMPDIR": folder}  # where it leaves its socket
        with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as provider:
            assert provider.stdout
            said = next(filter(None, (re.search(rf"{REATTACH}='(.*)'", line) for line in provider.stdout)))
            try:
                ((name, where),) = json.loads(said.group(1)).items()
                socket = f"{folder}/proxy"
                schema = Path(binary).with_suffix(".schema")
                server = proxy(where["Addr"]["String"], socket, schema, types_in(folders))
                address = {"Network": "unix", "String": socket}
                print(json.dumps({name: where | {"Addr": address, "Pid": os.getpid()}}), flush=True)
                sys.stdin.read()  # until the tests are over
                server.stop(None)
            finally:
                provider.terminate()


def answering(ask: Callable[[str, bytes], bytes], types: set[str]) -> Callable[[str, bytes], bytes]:
    """Asks the provider, and only once where the answer is always the same; of its schema, the given types."""

    @functools.cache
    def once(method: str, request: bytes) -> bytes:
        answer = ask(method, request)
        return shortened(answer, types) if method.endswith("Schema") else answer

    return lambda method, request: (once if method.startswith(ALWAYS_THE_SAME) else ask)(method, request)


def proxy(upstream: str, socket: str, schema: Path, types: set[str]) -> Any:
    import grpc

    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    channel = grpc.insecure_channel(f"unix:{upstream}", unlimited)

    def ask(method: str, request: bytes) -> bytes:
        answered = functools.partial(channel.unary_unary(f"{SERVICE}{method}", None, None), request)
        return kept(schema, answered) if method == "GetSchema" else bytes(answered())

    answer = answering(ask, types)

    @functools.cache
    def handler(method: str) -> Any:
        def handle(request: bytes, context: Any) -> bytes:
            try:
                return answer(method, request)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
                raise

        return grpc.unary_unary_rpc_method_handler(handle)

    class Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> Any:
            """None for go-plugin's own: broker and output, which nothing waits for."""
            ours = details.method.startswith(SERVICE)
            return handler(details.method.removeprefix(SERVICE)) if ours else None

    server = grpc.server(ThreadPoolExecutor(64), options=unlimited)
    server.add_generic_rpc_handlers([Handler()])
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    return server


if __name__ == "__main__":
    main(*sys.argv[1:])
