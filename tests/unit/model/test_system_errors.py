"""What the system refuses is called so, with its path, and is no bug of ours."""

from __future__ import annotations

import errno
import os

import pytest

from wrapper.cli.main import _bug
from wrapper.model.errors import UnavailableError
from wrapper.model.system_errors import refused


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EMFILE, errno.EDQUOT])
def test_a_refusal_of_the_system_is_no_bug(number: int) -> None:
    error = _bug(OSError(number, os.strerror(number), "/p/file"))
    assert type(error) is UnavailableError
    assert (error.message, error.where) == (f"cannot use it: {os.strerror(number)}", "/p/file")
    assert "ORCHESTRATE_HOME" in error.hint
    assert _bug(OSError(number, os.strerror(number))).message == f"the system refused: {os.strerror(number)}"


def test_another_error_is_one() -> None:
    assert refused(FileNotFoundError(errno.ENOENT, "No such file", "/p/file")) is None
    assert _bug(ConnectionError("odd")).exit_code == 70
