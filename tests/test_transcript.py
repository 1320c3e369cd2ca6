"""What Terraform said, read back."""

from __future__ import annotations

import pytest
from fakes import CHANGES

from wrapper import transcript
from wrapper.errors import BusyError, OrchestrateError, StateAtRisk, TerraformFailed
from wrapper.transcript import Lock


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("", None),
        ("No changes. Your infrastructure matches the configuration.", (0, 0, 0)),
        ("Error: x", None),
        ("Plan: 3 to add, 1 to change, 2 to destroy.", (3, 1, 2)),
        ("\x1b[1mPlan:\x1b[0m 1 to import, 3 to add, 1 to change, 2 to destroy.", (3, 1, 2)),
        (
            "Plan: 1 to add, 0 to change, 0 to destroy.\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.",
            (1, 0, 0),
        ),
        ("Apply complete! Resources: 2 imported, 1 added, 3 changed, 4 destroyed.", (1, 3, 4)),
        ("Destroy complete! Resources: 7 destroyed.", (0, 0, 7)),
        ("Changes to Outputs:\n  + a = 1", (0, 0, 0)),
        ("You can apply this plan to save these new output\nvalues", (0, 0, 0)),
        ('{"type":"change_summary"}', (0, 0, 0)),
    ],
)
def test_change_summary(text: str, summary: tuple[int, int, int] | None) -> None:
    assert transcript.change_summary(text) == summary


LOCKED = """
╷
│ \x1b[31mError: \x1b[0mError acquiring the state lock
│
│ Error message: operation error S3: PutObject, StatusCode: 412
│ Lock Info:
│   ID:        0dfa-1
│   Path:      b/r/s/terraform.tfstate
│   Operation: OperationTypeApply
│   Who:       @me-laptop-7
│   Version:   1.11.4
│   Created:   2026-01-02 03:04:05 +0000 UTC
│   Info:
╵
"""


@pytest.mark.parametrize(
    ("text", "lock"),
    [
        (LOCKED, Lock("0dfa-1", "me-laptop-7", "Apply", "2026-01-02 03:04:05 +0000 UTC")),
        ("Error acquiring the state lock", Lock("unknown", "unknown", "unknown", "unknown")),
        ("Error: no such thing\nWho: me", None),
    ],
)
def test_a_held_lock(text: str, lock: Lock | None) -> None:
    assert transcript.held_lock(text) == lock


@pytest.mark.parametrize(
    ("text", "kind", "message", "hint"),
    [
        (
            LOCKED,
            BusyError,
            "r/s is locked by me-laptop-7 (Apply, since 2026-01-02 03:04:05 +0000 UTC)",
            "force-unlock ... 0dfa-1",
        ),
        (
            "Error: Saved plan is stale",
            BusyError,
            "r/s was changed by another run between this plan and its apply",
            "again",
        ),
        (
            "Error: Saved\n│ plan is   stale",
            BusyError,
            "r/s was changed by another run between this plan and its apply",
            "again",
        ),
        (
            "Error: Failed to persist state to backend",
            StateAtRisk,
            "r/s: Terraform could not save the state",
            "recover first",
        ),
        ("Failed to save state", StateAtRisk, "r/s: Terraform could not save the state", "recover first"),
        ("saved to errored.tfstate", StateAtRisk, "r/s: Terraform could not save the state", "recover first"),
        (
            "The Launch Configuration creation operation is not\n│ available in your account",
            TerraformFailed,
            "r/s: terraform plan failed",
            'set kind = "launch_template" in v.tfvars:3',
        ),
        (
            "No valid credential sources found",
            TerraformFailed,
            "r/s: terraform plan failed",
            "ORCHESTRATE_NETWORK=host",
        ),
        ("Error: something", TerraformFailed, "r/s: terraform plan failed (exit code 1)", "its own words are above"),
        ("", TerraformFailed, "r/s: terraform plan failed (exit code 1)", "its own words are above"),
    ],
)
def test_a_failure_is_named(text: str, kind: type[OrchestrateError], message: str, hint: str) -> None:
    error = transcript.failure("r/s", ("terraform", "plan"), 1, text, {"capacity": "v.tfvars:3"})
    assert type(error) is kind
    assert error.message == message
    assert hint in error.hint


def test_a_failure_without_an_origin_still_says_where() -> None:
    error = transcript.failure(
        "r/s", ("terraform", "apply"), 1, "Launch Configuration creation operation is not available"
    )
    assert "the stack's variables.tfvars" in error.hint


def test_the_plan_that_a_fake_sees_is_a_change() -> None:
    assert transcript.change_summary(CHANGES.tail) == (1, 0, 0)
