"""What follows from answers: totals, the worst exit code, what to repeat, one line of why."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from reports_of_many import layer_result, report

from wrapper.model.nouns import Diagnostic
from wrapper.model.report import STACK_LAYER, Changes, ErrorDetails, Totals, in_order, worst

ORDER = (74, 77, 143, 130, 129, 124, 70, 1, 65, 66, 64, 69, 75, 2, 3, 0)


@pytest.mark.parametrize(("worse", "better"), [*pairwise(ORDER)])
def test_one_exit_code_is_worse_than_the_next(worse: int, better: int) -> None:
    assert worst([better, worse, better]) == worse
    assert worst([worse, 0]) == worse


@pytest.mark.parametrize(
    ("codes", "code"), [((), 0), ((137,), 137), ((137, 1), 137), ((137, 124), 124), ((0, 0, 2, 1, 0), 1)]
)
def test_the_worst_of_many(codes: tuple[int, ...], code: int) -> None:
    assert worst(codes) == code


def test_totals() -> None:
    made = report(
        layer_result("a", changes=Changes(1, 2, 3), seconds=2),
        layer_result("b", "unchanged", changes=Changes(), seconds=0.5),
        layer_result("c", "failed", exit_code=1, changes=Changes(4)),
        layer_result("d", "stopped", exit_code=143),
        layer_result("e", "excluded"),
    )
    counts = {"failed": 1, "stopped": 1, "succeeded": 1, "unchanged": 1, "excluded": 1}
    assert made.totals == Totals(counts, Changes(5, 2, 3), 2.5)
    assert made.exit_code == 143
    assert made.to_repeat == ("c", "d")


def test_a_shard_that_did_not_report_leaves_the_outcome_unknown() -> None:
    assert report(layer_result(), missing=("2/8",)).exit_code == 75
    assert report(layer_result(result="failed", exit_code=1), missing=("2/8",)).exit_code == 1
    assert report(layer_result()).exit_code == 0


COMPLAINTS = (Diagnostic("warning", "old"), Diagnostic("error", "AccessDenied"))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"result": "unchanged", "reason": "same inputs"}, "same inputs"),
        (
            {"result": "failed", "exit_code": 1, "error": ErrorDetails("it failed"), "diagnostics": COMPLAINTS},
            "AccessDenied",
        ),
        ({"result": "failed", "exit_code": 1, "error": ErrorDetails("it failed")}, "it failed"),
        ({"result": "failed", "exit_code": 75, "error": ErrorDetails("locked"), "diagnostics": COMPLAINTS}, "locked"),
        ({"result": "failed", "error": ErrorDetails("ap-southeast-2/appcluster-test/acme: not there")}, "not there"),
        ({"result": "failed", "error": ErrorDetails("ap-southeast-2/appcluster-test/acme is locked")}, "is locked"),
        ({"result": "failed", "exit_code": 65, "diagnostics": COMPLAINTS}, "AccessDenied"),
        ({"diagnostics": COMPLAINTS[:1]}, ""),
    ],
)
def test_why_in_a_line(fields: dict[str, object], why: str) -> None:
    assert layer_result(**fields).summary == why


def test_what_went_wrong_comes_first_then_names() -> None:
    results = [
        layer_result("b"),
        layer_result(""),
        layer_result("c", "excluded"),
        layer_result("a", "stopped"),
        layer_result("z", "failed"),
    ]
    assert [a.tenant for a in in_order(results)] == ["z", "a", "", "b", "c"]


@pytest.mark.parametrize(
    ("region", "stack", "tenant", "name"),
    [
        ("ap-southeast-2", "appcluster-test", "acme", "acme"),
        ("ap-southeast-2", "appcluster-test", "", STACK_LAYER),
        ("", "", "acme", "ap-southeast-2/appcluster-test/acme"),
        ("", "", "", "ap-southeast-2/appcluster-test"),
    ],
)
def test_what_an_answer_is_called_in_its_report(region: str, stack: str, tenant: str, name: str) -> None:
    assert replace(report(), region=region, stack=stack).name(layer_result(tenant)) == name
