"""Many layers: in which order, what a failure stops and what not, whose line it is, and the worst exit code."""

from __future__ import annotations

import pytest
from cloud import Cloud, tokens
from fakes import Listener, caller, layer
from hypothesis import given
from hypothesis import strategies as st
from project_on_disk import APP, REGION, Disk

from wrapper import fleet
from wrapper.account import NOBODY, Identity
from wrapper.errors import BusyError, ConfigError, OrchestrateError, RefusedError, StateAtRisk, UsageError
from wrapper.fleet import Prefixed, Result, worst
from wrapper.model import Layer, Outcome
from wrapper.terraform import VERBS

STACK = f"{REGION}/app-test"
FAILED = Outcome(1, ok=False, tail="Error: no")


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    return Cloud(example)


def perform_all(cloud: Cloud, verb: str, *arguments: str, jobs: int = 1, **changes: object) -> list[tuple[str, int]]:
    results = fleet.perform_all(cloud.deployer(**changes), VERBS[verb], tokens(*arguments), jobs)
    return [(r.layer.label.removeprefix(REGION + "/"), r.code) for r in results]


def applied(cloud: Cloud) -> list[str]:
    return [label.removeprefix(REGION + "/") for label, verb in cloud.engine.done if verb == "apply"]


def test_apply_is_the_stack_first_and_then_every_tenant(cloud: Cloud) -> None:
    cloud.write(Layer(cloud.deployer().stack, "orphan"))
    assert perform_all(cloud, "apply") == [
        (n, 0) for n in ("app-test", "app-test/acme", "app-test/globex", "app-test/orphan")
    ]
    assert applied(cloud) == ["app-test", "app-test/acme", "app-test/globex", "app-test/orphan"]


def test_destroy_is_every_tenant_that_has_a_state_and_then_the_stack(cloud: Cloud) -> None:
    perform_all(cloud, "apply")
    cloud.write(Layer(cloud.deployer().stack, "orphan"))
    cloud.engine.steps.clear()
    assert perform_all(cloud, "destroy", jobs=3)[-1] == ("app-test", 0)
    assert applied(cloud)[-1] == "app-test"
    assert sorted(applied(cloud)) == ["app-test", "app-test/acme", "app-test/globex", "app-test/orphan"]
    assert cloud.keys == []
    assert "first its tenants (acme, globex, orphan), then itself" in cloud.talk.text()


def test_destroy_of_nothing_says_so(cloud: Cloud) -> None:
    assert perform_all(cloud, "destroy") == []
    assert cloud.engine.runs == []
    assert f"{STACK}: no state; nothing to destroy" in cloud.talk.said


def test_a_tenant_that_fails_keeps_the_stack_and_not_its_neighbours(cloud: Cloud) -> None:
    perform_all(cloud, "apply")
    cloud.fails[f"{STACK}/acme", "apply"] = FAILED
    assert perform_all(cloud, "destroy") == [("app-test/acme", 1), ("app-test/globex", 0)]
    assert "app-test/terraform.tfstate" in cloud.keys
    assert "app-test/tenants/globex/terraform.tfstate" not in cloud.keys


def test_a_stack_that_fails_keeps_its_tenants_from_starting(cloud: Cloud) -> None:
    cloud.fails[STACK, "apply"] = FAILED
    assert perform_all(cloud, "apply") == [("app-test", 1)]


def test_a_tenant_with_a_mistake_is_a_failure_beside_the_others(cloud: Cloud) -> None:
    cloud.disk.write(f"{APP}/tenants/globex.tfvars", "memroy = 1\n")
    assert sorted(perform_all(cloud, "apply")) == [("app-test", 0), ("app-test/acme", 0), ("app-test/globex", 65)]


def test_an_orphan_of_a_protected_stack_is_a_failure_beside_the_others(example: Disk) -> None:
    cloud = Cloud(example, "app-live", REGION)
    cloud.write(Layer(cloud.deployer().stack))
    cloud.write(Layer(cloud.deployer().stack, "gone"))
    assert sorted(perform_all(cloud, "plan")) == [("app-live", 2), ("app-live/acme", 2), ("app-live/gone", 66)]


def test_a_misspelt_variable_starts_nothing(cloud: Cloud) -> None:
    assert perform_all(cloud, "apply", "-var", "memroy=1") == [("app-test", 65)]
    assert cloud.engine.runs == []


def test_a_flag_that_breaks_a_promise_starts_nothing(cloud: Cloud) -> None:
    with pytest.raises(UsageError):
        perform_all(cloud, "apply", "-state=x")
    assert cloud.engine.runs == []


def test_a_protected_stack_is_not_destroyed(example: Disk) -> None:
    with pytest.raises(RefusedError, match="is protected and is not destroyed"):
        perform_all(Cloud(example, "app-live", REGION), "destroy")


@pytest.mark.parametrize("agrees", [True, False])
def test_a_person_is_asked_once_for_all(cloud: Cloud, agrees: bool) -> None:
    perform_all(cloud, "apply")
    before = cloud.keys
    talk = Listener(agrees)
    asking = caller(home=cloud.disk.root / ".orchestrate", asks=True)
    if agrees:
        perform_all(cloud, "destroy", caller=asking, talk=talk)
        assert cloud.keys == []
    else:
        with pytest.raises(RefusedError, match="not confirmed"):
            perform_all(cloud, "destroy", caller=asking, talk=talk)
        assert cloud.keys == before
    assert talk.asked == [(f"Destroy {STACK} with 2 tenants? Type yes to go on:", "yes")]


def test_a_stack_without_tenants_is_itself(example: Disk) -> None:
    assert perform_all(Cloud(example, "global"), "apply") == [("global", 0)]


def test_on_paper_with_nobody_to_ask_only_files_count(cloud: Cloud) -> None:
    cloud.write(Layer(cloud.deployer().stack, "orphan"))
    nobody = Identity(method=NOBODY)
    assert [n for n, _ in perform_all(cloud, "plan", dry=True, identity=nobody)] == [
        "app-test",
        "app-test/acme",
        "app-test/globex",
    ]
    assert [n for n, _ in perform_all(cloud, "destroy", dry=True, identity=nobody)] == ["app-test"]


def test_lines_of_many_tell_whose_they_are(cloud: Cloud) -> None:
    cloud.write(Layer(cloud.deployer().stack))
    perform_all(cloud, "plan", jobs=2)
    lines = cloud.talk.heard.decode().removeprefix("Plan: 1 to add, 0 to change, 0 to destroy.").splitlines()
    assert sorted(lines) == [f"{t} | Plan: 1 to add, 0 to change, 0 to destroy." for t in ("acme", "globex")]
    assert "2 tenants, 2 at a time" in cloud.talk.said


@given(st.lists(st.tuples(st.binary(max_size=8).map(lambda b: b.replace(b"\r", b"\n")), st.booleans()), max_size=8))
def test_prefixed_lines_lose_and_mix_nothing(pieces: list[tuple[bytes, bool]]) -> None:
    heard = {False: b"", True: b""}

    class Ear(Listener):
        def voice(self, data: bytes, is_error: bool) -> None:
            assert data.endswith(b"\n")
            heard[is_error] += data

    one = Prefixed(Ear(), "acme")
    for data, is_error in pieces:
        one.voice(data, is_error)
    one.flush()
    for is_error in (False, True):
        whole = b"".join(data for data, error in pieces if error is is_error)
        lines = whole.split(b"\n")
        expected = [b"acme | " + line for line in (lines if lines[-1] else lines[:-1])]
        assert heard[is_error].split(b"\n")[:-1] == expected


def test_words_and_questions_of_one_among_many() -> None:
    talk = Listener()
    one = Prefixed(talk, "acme")
    one.say("word")
    assert (one.ask("Go on?", "yes"), talk.said, talk.asked) == (True, ["acme | word"], [("Go on?", "yes")])


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 2], 2),
        ([2, 1, 0], 1),
        ([1, 65, 74], 74),
        ([75, 65], 65),
        ([130, 1], 130),
        ([77, 1], 77),
    ]
    + [([0, code, 2], code) for code in (1, 64, 65, 66, 69, 70, 74, 75, 77, 124, 130, 143)],
)
def test_the_worst_of_many(codes: list[int], code: int) -> None:
    assert worst([Result(layer(), outcome=Outcome(c, ok=True)) for c in codes]) == code


@pytest.mark.parametrize(
    ("outcome", "error", "code"),
    [
        (None, None, 0),
        (Outcome(2, ok=True), None, 2),
        (None, ConfigError("x"), 65),
        (None, StateAtRisk("x"), 74),
        (Outcome(0, ok=True), BusyError("x"), 75),
    ],
)
def test_the_code_of_one(outcome: Outcome | None, error: OrchestrateError | None, code: int) -> None:
    assert Result(layer(), outcome=outcome, error=error).code == code


def test_there_is_always_one_job() -> None:
    assert fleet.default_jobs() >= 1
