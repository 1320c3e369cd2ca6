"""What can be read once only is read once, with a bound, and is never waited for in vain."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError, NotFoundError, OrchestrateError
from wrapper.project import streams
from wrapper.project.files import Files


@contextmanager
def pipe(data: bytes, *, close: bool = True) -> Iterator[int]:
    """The reading end of a pipe with ``data`` in it."""
    out, into = os.pipe()
    os.write(into, data)
    if close:
        os.close(into)
    try:
        yield out
    finally:
        os.close(out)
        if not close:
            os.close(into)


def test_standard_input_is_read_to_its_end_and_stays_open() -> None:
    with pipe(b"a = 1\n") as end:
        assert streams.read("-", "standard input", descriptor=end) == b"a = 1\n"
        assert os.fstat(end)


def test_a_named_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p")

    def slowly() -> None:
        with open(tmp_path / "p", "wb", buffering=0) as file:
            for part in (b"a = ", b"1\n"):
                time.sleep(0.05)
                file.write(part)

    writer = threading.Thread(target=slowly)
    writer.start()
    assert streams.read(str(tmp_path / "p"), "p", 5) == b"a = 1\n"
    writer.join()


@pytest.mark.parametrize("end", ["a named pipe without a writer", "a pipe that says nothing"])
def test_silence_ends(tmp_path: Path, end: str) -> None:
    os.mkfifo(tmp_path / "p")
    with pipe(b"", close=False) as descriptor, pytest.raises(NotFoundError, match="nothing came through it"):
        if end == "a pipe that says nothing":
            streams.read("/dev/stdin", "standard input", 0.1, descriptor)
        streams.read(str(tmp_path / "p"), "p", 0.1)


def test_too_much() -> None:
    with pytest.raises(ConfigError, match="more than 4 MiB"):
        streams.read("/dev/zero", "/dev/zero", 1)


def test_a_named_pipe_that_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="No such file"):
        streams.read(str(tmp_path / "none"), "none", 1)


# -- as a -var-file -------------------------------------------------------------------------------

Give = Callable[[bytes], str]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path, tmp_path / "cache", lambda _: None)


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """The name of a pipe, as ``<(...)`` makes one, through which this comes."""

    def given(data: bytes) -> str:
        out, into = os.pipe()
        os.write(into, data)
        os.close(into)
        return f"/dev/fd/{out}"

    return given


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b'dsn = "CANARY"', {"dsn": ("CANARY", 1)}),
        (b' {"dsn": "CANARY"}', {"dsn": ("CANARY", 0)}),
        (b"# nothing\n", {}),
    ],
)
def test_values_come_through_a_pipe(files: Files, give: Give, data: bytes, values: dict[str, object]) -> None:
    source = files.caller_source(give(data), files.root)
    assert (source.values, source.secret) == (values, True)
    assert not (files.root / "cache").exists(), "nothing of it is kept"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "nothing came through it"),
        (b"dsn = CANARY", "these are no literal values"),
        (b'dsn = "CANARY', "these are no literal values"),
        (b'{"dsn": "CANARY"', "these are no literal values"),
        (b"\xffCANARY", "not UTF-8 text (byte 0)"),
    ],
)
def test_an_error_quotes_nothing_of_it(files: Files, give: Give, data: bytes, message: str) -> None:
    with pytest.raises(OrchestrateError) as error:
        files.caller_source(give(data), files.root)
    assert error.value.message == message
    assert "CANARY" not in f"{error.value} {error.value.hint}" and error.value.where.startswith("/dev/fd/")


def test_a_file_of_values_is_not_kept_either(files: Files) -> None:
    (files.root / "a.tfvars").write_text('dsn = "CANARY"')
    assert not files.caller_source("a.tfvars", files.root).secret
    assert not (files.root / "cache").exists()


def test_no_values_from_the_device_for_none(files: Files) -> None:
    assert files.caller_source(os.devnull, files.root).values == {}


def test_the_place_that_terraform_would_evaluate_is_named(tmp_path: Path) -> None:
    said: list[str] = []
    files = Files(tmp_path, tmp_path / "cache", said.append)
    (tmp_path / "a.tfvars").write_text('a = "1"\nb = [\n"${1+1}", "$${x}"]\nc = <<E\n%{if x}\nE\n')
    assert files.caller_source("a.tfvars", tmp_path).values["b"] == (["${1+1}", "$${x}"], 2)
    words = "${ and %{ are text here; Terraform would read them otherwise"
    assert said == [f"a.tfvars:3: {words}", f"a.tfvars:4: {words}"]
    (tmp_path / "b.tfvars").write_text('a = "$${x}"\nb = "${x}"\nc = "%%{x}"\n')
    for _ in range(2):  # read, and from the cache
        assert Files(tmp_path, tmp_path / "cache", said.append).source(tmp_path / "b.tfvars").values["a"] == (
            "$${x}",
            1,
        )
        assert said.pop() == "b.tfvars:1: $${ and %%{ stay as they stand; Terraform would read ${ and %{"
    (tmp_path / "a.tfvars.json").write_text('{"a": "${1+1}"}')
    assert files.caller_source("a.tfvars.json", tmp_path).values == {"a": ("${1+1}", 0)} and len(said) == 2
