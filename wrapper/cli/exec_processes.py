"""The two ways into a container: AWS's plugin, and the engine of a sandbox with containers. The only module that starts them."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..aws.calls import AwsCalls, CallRefused
from ..model.errors import BusyError, NotFoundError
from ..operations import exec_session
from ..operations.exec_session import ExecTarget, MarkedOutput

_OF_KEYS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)


def on_aws(calls: AwsCalls, where: ExecTarget, argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """The command's exit code; 0 of a shell, which gives back none."""
    plugin = shutil.which(exec_session.PLUGIN, path=environ.get("PATH"))
    if plugin is None:
        raise exec_session.no_plugin()
    token = f"orchestrate-{secrets.token_hex(8)}"
    command = exec_session.wrapped(argv, token) if argv else exec_session.SHELL
    answer = _entered(calls, where, command)
    profile = calls.identify().session(calls.region).profile or ""
    endpoint = calls.client("ecs").meta.endpoint_url
    words = exec_session.plugin_argv(answer["session"], where, calls.region, profile, endpoint)
    with _signals_are_the_commands(), _terminal_as_it_was():
        if not argv:
            with _plugin(words, plugin, environ) as process:
                process.wait()
            return 0
        return _heard(words, plugin, environ, MarkedOutput(token))


def _entered(calls: AwsCalls, where: ExecTarget, command: str) -> Mapping[str, Any]:
    asked = {"cluster": where.cluster, "task": where.task, "container": where.container}
    try:
        return calls.ask("ecs", "execute_command", **asked, command=command, interactive=True)
    except CallRefused as error:
        raise exec_session.refused(error.code, error.message, where.container) or error from None


def _heard(words: Sequence[str], plugin: str, environ: Mapping[str, str], output: MarkedOutput) -> int:
    with _plugin(words, plugin, environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while data := os.read(process.stdout.fileno(), 65536):
            _write(output.passed(data))
    _write(output.rest())
    if output.code is None:
        raise BusyError(
            "the session ended before the command did: how it ended is not known",
            hint=f"the container needs {exec_session.SHELL}; look into the task's log",
        )
    return output.code


@contextlib.contextmanager
def _plugin(
    words: Sequence[str], plugin: str, environ: Mapping[str, str], **streams: int
) -> Iterator[subprocess.Popen[bytes]]:
    """It ends with the command: what ends us by a signal ends it, and with it the session."""
    with subprocess.Popen(words, executable=plugin, env=dict(environ), **streams) as process:  # type: ignore[call-overload]
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


@contextlib.contextmanager
def _terminal_as_it_was() -> Iterator[None]:
    """A plugin that was ended leaves it without an echo."""
    if not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may have been closed meanwhile
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


def _write(data: bytes) -> None:
    with contextlib.suppress(OSError):  # no process may be there to read it any more
        while data:
            data = data[os.write(1, data) :]


@contextlib.contextmanager
def _signals_are_the_commands() -> Iterator[None]:
    """What is at_terminal reaches the command in the container, and ends nothing here, as with AWS's own command line."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _OF_KEYS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_sandbox(client: Any, where: ExecTarget, argv: Sequence[str], label: tuple[str, str]) -> int:
    """The same on the engine that runs the sandbox's tasks. ``label``: that of the sandbox's containers; no other is entered."""
    from ..engines import entered_container

    name, value = label
    if (entered_container.labels_of(client, where.runtime_id) or {}).get(name) != value:
        raise NotFoundError(
            f"container {where.container} of task {where.task} is not on this machine's engine",
            hint="status shows which tasks run",
        )
    with _signals_are_the_commands() if sys.stdin.isatty() else contextlib.nullcontext():
        code = entered_container.enter(client, where.runtime_id, argv or (exec_session.SHELL,))
    return code
