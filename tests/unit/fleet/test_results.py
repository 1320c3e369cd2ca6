"""How each of many layers ended: which word, which code, and what a reader is told."""

from __future__ import annotations

import signal

import pytest
from cloud_fleet import Onlooker
from fakes import layer, run_of

from wrapper.fleet.change_detection import LayerDiff
from wrapper.fleet.results import LayerResults, details, of_error, of_outcome
from wrapper.model.errors import BusyError, OrchestrateError, Stopped, TerraformFailed, TimeoutExpired
from wrapper.model.nouns import Outcome, Step
from wrapper.model.report import ErrorDetails
from wrapper.state.index import LayerStatus
from wrapper.state.record import DeploymentRecord
from wrapper.terraform.failures import failure

ACME = layer("acme")
LOG = "/logs/acme.log"


def answering(stop: OrchestrateError | None = None) -> LayerResults:
    return LayerResults(Onlooker(), stop)


def found(tenant: str) -> LayerDiff:
    record = DeploymentRecord(at="2026-01-02T03:04:05Z", url="https://acme.example.com")
    return LayerDiff(layer(tenant), LayerStatus("tag", record), None, None, "asked for")


def test_an_answer_of_each_kind() -> None:
    good = of_outcome(layer("acme"), Outcome(0, ok=True, changes=(1, 2, 3), url="http://acme"))
    assert good.changes and (good.changes.added, good.url, good.result) == (1, "http://acme", "succeeded")
    bad = of_error(layer("acme"), TerraformFailed("terraform apply failed"))
    assert (bad.result, bad.exit_code, bad.reason) == ("failed", 1, "")
    stopped = of_error(layer(""), Stopped("stopped by SIGTERM"))
    assert (stopped.result, stopped.exit_code, stopped.reason) == ("stopped", 143, "stopped by SIGTERM")


@pytest.mark.parametrize(("tenant", "url"), [("acme", "https://a.example.com"), ("", "")])
def test_only_a_tenant_has_a_url(tenant: str, url: str) -> None:
    outcome = Outcome(0, ok=True, changes=(1, 2, 3), url="https://a.example.com")
    layer_result = answering().succeeded(found(tenant), outcome)
    assert (layer_result.tenant, layer_result.result, layer_result.exit_code, layer_result.url) == (
        tenant,
        "succeeded",
        0,
        url,
    )
    assert layer_result.changes and (
        layer_result.changes.added,
        layer_result.changes.changed,
        layer_result.changes.destroyed,
    ) == (1, 2, 3)


def test_what_did_not_change_says_since_when_and_has_no_log() -> None:
    layer_result = answering().unchanged(found("acme"))
    assert (layer_result.result, layer_result.reason) == (
        "unchanged",
        "the same as at its last apply (2026-01-02T03:04:05Z)",
    )
    assert (layer_result.url, layer_result.log) == ("https://acme.example.com", "")


@pytest.mark.parametrize(
    ("error", "result", "reason", "code"),
    [
        (TerraformFailed("terraform apply failed"), "failed", "", 1),
        (BusyError("locked by another"), "failed", "", 75),
        (TimeoutExpired("stopped after 3 s"), "failed", "stopped after 3 s", 124),
        (Stopped("stopped by SIGTERM", signum=signal.SIGTERM), "stopped", "stopped by SIGTERM", 143),
    ],
)
def test_a_failure_has_the_code_of_its_error(error: OrchestrateError, result: str, reason: str, code: int) -> None:
    layer_result = answering().failed(ACME, error)
    assert (layer_result.result, layer_result.reason, layer_result.exit_code, layer_result.log) == (
        result,
        reason,
        code,
        LOG,
    )
    assert layer_result.error and layer_result.error.message == error.message


def test_what_fails_while_all_are_being_stopped_was_stopped() -> None:
    stop = Stopped("stopped by SIGINT", signum=signal.SIGINT)
    layer_result = answering(stop).failed(ACME, TerraformFailed("terraform apply failed"))
    assert (layer_result.result, layer_result.reason, layer_result.exit_code) == (
        "stopped",
        "terraform apply failed",
        1,
    )


def test_a_refusal_of_the_system_is_no_bug() -> None:
    layer_result = answering().broke(ACME, PermissionError(13, "Permission denied", "/p/lock"))
    assert (layer_result.exit_code, layer_result.error and layer_result.error.where) == (69, "/p/lock")


def test_a_bug_says_what_it_is_and_where_more_is() -> None:
    layer_result = answering().broke(ACME, KeyError("nobody"))
    assert layer_result.error and layer_result.error.message == "a bug of ours: KeyError: 'nobody'"
    assert (layer_result.result, layer_result.exit_code, layer_result.error.where, layer_result.error.hint) == (
        *("failed", 70, LOG),
        "please report it",
    )


@pytest.mark.parametrize(
    ("stop", "reason", "said", "code"),
    [
        (None, "the stack layer failed", "the stack layer failed", 1),
        (Stopped("stopped by SIGTERM"), "", "not started: stopped by SIGTERM", 143),
        (TimeoutExpired("stopped after 60 s"), "", "not started: stopped after 60 s", 124),
        (Stopped("stopped", signum=signal.SIGINT), "wave 1 of 2 was not good", "wave 1 of 2 was not good", 130),
    ],
)
def test_one_that_never_began_says_what_kept_it(
    stop: OrchestrateError | None, reason: str, said: str, code: int
) -> None:
    layer_result = answering(stop).stopped(ACME, reason)
    assert (layer_result.result, layer_result.reason, layer_result.exit_code, layer_result.log) == (
        "stopped",
        said,
        code,
        "",
    )


def test_one_left_out_says_by_which_pattern() -> None:
    layer_result = answering().excluded(ACME, "!a*")
    assert (layer_result.result, layer_result.reason, layer_result.exit_code, layer_result.log) == (
        "excluded",
        "by !a*",
        0,
        "",
    )


def test_an_error_of_ours_as_a_report_has_it() -> None:
    assert details(BusyError("held", where="r/s", hint="wait")) == ErrorDetails("held", "r/s", "wait")


def test_the_last_words_stand_where_no_diagnostic_does() -> None:
    words = "".join(f"{n}\n\n" for n in range(20)) + "\x1b[31mpanic: oops\x1b[0m\n" + "x" * 999 + "\n"
    said = details(TerraformFailed("bad", said=words)).said.split("\n")
    assert (said[:-1], len(said[-1])) == (["14", "15", "16", "17", "18", "19", "panic: oops"], 500)
    assert details(TerraformFailed("bad", said=f"{words}\nError: no\n")).said == ""


def test_a_hint_at_what_stands_above_has_no_place_in_a_report() -> None:
    apply = Step(("terraform", "apply"))
    error = failure(run_of(apply), apply, Outcome(1, ok=False, tail="Error: x", stderr="Error: x"))
    assert type(error) is TerraformFailed
    assert error.hint
    assert details(error).hint == ""
