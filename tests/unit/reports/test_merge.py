"""Several reports, one: the latest result counts, what is missing and what overlaps is said."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from reports_of_many import BEGAN, layer_result, report

from wrapper.model.errors import ConfigError, UsageError
from wrapper.model.report import LayerResult, Report
from wrapper.reports.merge import merge


def shard(name: str, *results: LayerResult, at: float = 0.0, **fields: object) -> Report:
    """A shard's report that began ``at`` seconds after the first, and took ten."""
    told = {"shard": name, "id": f"run-{name}-{at:g}", "started": BEGAN + at, "finished": BEGAN + at + 10, **fields}
    return report(*results, **told)


def merged(*reports: Report) -> Report:
    return merge({f"{n}.json": r for n, r in enumerate(reports)}).report


ONE = shard(
    "1/2",
    layer_result("a"),
    layer_result("b", "failed", exit_code=1),
    jobs=4,
    by="agent-1",
    tool="1",
    argv=("./orchestrate", "apply", "--shard=1/2"),
)
TWO = shard("2/2", layer_result("c"), layer_result("d", "unchanged"), at=5, jobs=2, by="agent-2", tool="1")
AGAIN = shard("1/2", layer_result("a", "unchanged"), layer_result("b"), at=30, jobs=4, by="agent-1", tool="1")


def test_two_shards_are_one_report() -> None:
    both = merge({"one.json": ONE, "two.json": TWO})
    assert both.remarks == ()
    assert [(a.tenant, a.result) for a in both.report.results] == [
        *(("a", "succeeded"), ("b", "failed"), ("c", "succeeded"), ("d", "unchanged"))
    ]
    assert (both.report.started, both.report.finished) == (BEGAN, BEGAN + 15)
    assert (both.report.jobs, both.report.by, both.report.tool) == (6, "agent-1, agent-2", "1")
    assert both.report.argv == ("./orchestrate", "apply", "--shard=1/2"), "as the command: of the first"
    assert [p.shard for p in both.report.shards] == ["1/2", "2/2"]
    assert (both.report.shard, both.report.missing, both.report.exit_code) == ("", (), 1)


def test_a_shard_that_is_run_again_answers_again() -> None:
    again = merge({"1": ONE, "2": TWO, "3": AGAIN})
    assert again.remarks == ()
    assert {a.tenant: a.result for a in again.report.results} == {
        **{"a": "unchanged", "b": "succeeded", "c": "succeeded", "d": "unchanged"}
    }
    assert (again.report.exit_code, again.report.jobs) == (0, 6)


@pytest.mark.parametrize("order", [*permutations((ONE, TWO, AGAIN))])
def test_the_order_of_the_files_is_nothing(order: tuple[Report, ...]) -> None:
    assert merged(*order) == merged(ONE, TWO, AGAIN)


def test_merging_in_two_goes_is_merging_at_once() -> None:
    at_once = merged(ONE, TWO, AGAIN)
    assert merged(merged(ONE, TWO), AGAIN).results == at_once.results
    assert merged(merged(AGAIN, ONE), TWO).results == at_once.results
    assert merged(merged(ONE, TWO), AGAIN).shards == at_once.shards
    assert merged(at_once, at_once).results == at_once.results


def test_one_that_was_given_up_counts_from_the_end_of_its_run() -> None:
    done = shard("1/1", layer_result("a", finished=BEGAN + 12), at=5)
    given_up = shard("1/1", layer_result("a", "stopped", exit_code=143))  # ended at 10
    assert merged(done, given_up).results[0].result == "succeeded"
    assert merged(merged(given_up, shard("1/1", at=50)), done).results[0].result == "succeeded"


def test_one_that_was_left_out_says_nothing_of_how_it_is() -> None:
    failed = report(layer_result("a", "failed", exit_code=1, finished=BEGAN))
    only_others = report(
        layer_result("a", "excluded"), layer_result("b"), id="run-2", started=BEGAN + 60, finished=BEGAN + 70
    )
    assert merged(failed, only_others).results[0].result == "failed"
    assert merged(only_others).results[0].result == "excluded"


def test_a_missing_shard_is_said_and_is_not_well() -> None:
    one = shard("1/4", layer_result("a"))
    four = shard("4/4", layer_result("d"))
    found = merge({"1": one, "4": four})
    assert found.report.missing == ("2/4", "3/4")
    assert found.remarks == tuple(f"shard {n}/4: no report of it; its tenants are not here" for n in (2, 3))
    assert found.report.exit_code == 75
    assert merged(found.report, shard("2/4"), shard("3/4")).missing == ()
    assert merged(one, report(layer_result("a"), layer_result("d"))).missing == (), "one of all tenants"


def test_shards_that_overlap_are_said() -> None:
    found = merge(
        {
            "1": ONE,
            "2": TWO,
            "x": shard("1/3", layer_result("a"), layer_result(""), layer_result("d", "excluded"), at=60),
        }
    )
    assert found.remarks == ("shards 1/2 and 1/3 overlap in 1 tenants (a): the later result counts",)
    assert found.report.missing == (), "the halves are whole"


def test_every_shard_may_answer_for_the_stack_itself() -> None:
    both = merge({"1": shard("1/2", layer_result("")), "2": shard("2/2", layer_result("", "unchanged"), at=1)})
    assert both.remarks == ()
    assert [a.result for a in both.report.results] == ["unchanged"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"verb": "destroy"},
            "this is destroy of ap-southeast-2/appcluster-test; a.json is apply of ap-southeast-2/appcl",
        ),
        (
            {"stack": "other"},
            "this is apply of ap-southeast-2/other; a.json is apply of ap-southeast-2/appcluster-test",
        ),
        ({"region": ""}, "this is apply of appcluster-test; a.json is apply of ap-southeast-2/appcluster-test"),
    ],
)
def test_reports_of_different_things_are_not_mixed(fields: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        merge({"a.json": ONE, "b.json": replace(TWO, **fields)})
    assert words in caught.value.message
    assert caught.value.where == "b.json"


def test_nothing_to_merge() -> None:
    with pytest.raises(UsageError):
        merge({})


def test_shards_of_other_commits_get_a_word() -> None:
    both = merge({"1": replace(ONE, commit="abc"), "2": replace(TWO, commit="def-dirty")})
    assert both.report.commit == "abc, def-dirty"
    assert both.remarks == ("these are runs of files of several commits: abc, def-dirty",)
    assert merge({"1": replace(ONE, commit="abc"), "2": replace(TWO, commit="abc")}).remarks == ()
