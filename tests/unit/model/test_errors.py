"""Each way to end badly has its own exit code, and says where and what to do."""

from __future__ import annotations

import signal

import pytest

from wrapper.model import errors
from wrapper.model.errors import OrchestrateError

CODES = {
    "OrchestrateError": 70,
    "UsageError": 64,
    "ConfigError": 65,
    "NewerError": 65,
    "NotFoundError": 66,
    "UnavailableError": 69,
    "TerraformFailed": 1,
    "SmokeFailed": 1,
    "TaskFailed": 1,
    "PlanChanged": 1,
    "HookFailed": 1,
    "RolloutFailed": 1,
    "StateAtRisk": 74,
    "BusyError": 75,
    "NotBegunError": 75,
    "LockedError": 75,
    "RefusedError": 77,
    "TimeoutExpired": 124,
    "Stopped": 143,
}
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, OrchestrateError)]


def test_the_tree_is_the_one_that_is_drawn() -> None:
    assert {kind.__name__: kind("x").exit_code for kind in KINDS} == CODES
    for name, code in CODES.items():
        assert name in (errors.__doc__ or "")
        assert str(code) in (errors.__doc__ or "")


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_as_a_shell_would_say_it(signum: int, code: int) -> None:
    assert errors.Stopped("x", signum=signum).exit_code == code


@pytest.mark.parametrize(("where", "text"), [("", "bad"), ("a.tfvars:3", "a.tfvars:3: bad")])
def test_an_error_reads_where_and_what(where: str, text: str) -> None:
    error = errors.ConfigError("bad", where=where, hint="mend it")
    assert (str(error), error.message, error.where, error.hint) == (text, "bad", where, "mend it")
