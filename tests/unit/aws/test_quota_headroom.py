"""What fits, what runs out first, and what to do about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.aws.quota_headroom import Account, FleetDemand, Headroom, data, first, judge, request, shared
from wrapper.aws.quotas import QUOTAS, Quota, Shape

OWN, SHARED, NONE = Shape(), Shape(mode="shared"), Shape(mode="none")
GROWN = Account(limits={"EC2 processors": 10_000})  # a new account has five


def fleet(wanted: int, usual: Shape = OWN, known: tuple[Shape, ...] = (), deployed: int = 0) -> FleetDemand:
    return FleetDemand(known, usual, deployed, wanted)


def headrooms(wanted: int, usual: Shape = OWN, account: Account | None = None, **more: object) -> dict[str, Headroom]:
    found = judge(fleet(wanted, usual, **more), account or Account())  # type: ignore[arg-type]
    return {headroom.quota.name: headroom for headroom in found}


@pytest.mark.parametrize(
    ("usual", "runs_out", "at"),
    [
        (OWN, "load balancers", 50),
        (SHARED, "roles", 500),
        (NONE, "roles", 500),
        (Shape(schedules=1), "load balancers", 50),
    ],
)
def test_what_runs_out_first(usual: Shape, runs_out: str, at: int) -> None:
    end = first(headrooms(1, usual, GROWN).values())
    assert end and (end.quota.name, end.tenants) == (runs_out, at)


def test_in_a_new_account_processors_run_out_first() -> None:
    for usual, name in ((OWN, "EC2 processors"), (Shape(on_demand=0), "EC2 spot processors")):
        end = first(headrooms(1, usual).values())
        assert end and (end.quota.name, end.tenants) == (name, 10)
    assert headrooms(1, Shape(on_demand=25))["EC2 spot processors"].tenants == 13


def test_what_is_of_one_load_balancer_ends_with_it() -> None:
    found = headrooms(4000, Shape(mode="shared", certificates=1, tasks=11))
    assert (found["targets"].ours, found["targets"].fits, found["targets"].tenants) == (990, True, 1_000_000)
    assert (found["listener certificates"].ours, found["listener certificates"].tenants) == (90, 25)
    assert headrooms(4000, Shape(mode="shared", tasks=12))["targets"].to_do == "raise to 1,400"
    assert "targets" not in headrooms(1, Shape(tasks=2000))


def test_who_takes_most_might_stand_together() -> None:
    known = (SHARED,) * 90 + (Shape(mode="shared", certificates=3),) * 5 + (OWN,) * 5
    assert headrooms(95, SHARED, known=known)["listener certificates"].ours == 15


def test_a_load_balancer_holds_as_many_tenants_as_it_has_rules_for() -> None:
    paths = Shape(mode="shared", rules=3, services=3, tasks=12)
    found = headrooms(90, paths)
    assert (found["targets"].ours, found["load balancers"].ours) == (30 * 12, 3)
    assert headrooms(91, paths)["load balancers"].ours == 4
    assert headrooms(90, SHARED, known=(paths,) * 60)["targets"].ours == 30 * 12, "of two kinds those that take more"


def test_tasks_that_find_each_other_fill_a_namespace() -> None:
    found = headrooms(401, Shape(mode="shared", instances=4, largest=4))
    assert (found["Cloud Map instances"].ours, found["Cloud Map instances"].tenants) == (1604, 500)
    assert found["Cloud Map instances"].to_do == "raise to 2,100"
    assert "--service-code AWSCloudMap --quota-code L-D95E8A57" in request(found["Cloud Map instances"], "eu-west-1")
    found = headrooms(1, account=Account(held={"Cloud Map instances": 1990}), usual=Shape(instances=10, largest=10))
    assert (found["Cloud Map instances"].others, found["Cloud Map instances"].tenants) == (1990, 1)


def test_a_service_has_its_own_share_of_cloud_map() -> None:
    """Of many tenants the largest service alone counts."""
    small, large = Shape(instances=500, largest=400), Shape(instances=1200, largest=1001)
    found = headrooms(3, small, known=(small, small))["service instances"]
    assert (found.ours, found.tenants, found.to_do) == (400, 1_000_000, "")
    found = headrooms(3, small, known=(small, large))["service instances"]
    assert (found.ours, found.tenants, found.fits) == (1001, 1, False)
    assert found.to_do == "a second service for a part of its tasks"
    assert "service instances" not in headrooms(3)


def test_schedules_take_a_role_each() -> None:
    end = first(headrooms(1, Shape(mode="shared", schedules=1), GROWN).values())
    assert end and (end.quota.name, end.tenants) == ("roles", 333)


def test_nothing_to_say_about_what_nobody_uses() -> None:
    assert "schedule groups" not in headrooms(1) and "Fargate processors" not in headrooms(1)
    assert {"load balancers", "target groups", "records"}.isdisjoint(headrooms(1, NONE))
    assert first([]) is None


@pytest.mark.parametrize(("wanted", "balancers"), [(0, 0), (1, 1), (90, 1), (91, 2), (4500, 50)])
def test_shared_load_balancers_come_one_by_one(wanted: int, balancers: int) -> None:
    assert headrooms(wanted, SHARED)["load balancers"].ours == balancers
    assert headrooms(wanted, SHARED)["load balancers"].tenants == 4500


def test_every_known_tenant_counts_as_it_is_and_the_rest_as_usual() -> None:
    known = (Shape(schedules=5), Shape(schedules=1))
    assert headrooms(4, OWN, known=known)["schedule groups"].ours == 2
    assert headrooms(1, OWN, known=known)["schedule groups"].ours == 1
    assert headrooms(10, OWN, known=known)["roles"].ours == 22


def test_what_stands_there_already_is_counted_once() -> None:
    account = Account(held={"load balancers": 20})
    found = headrooms(10, OWN, account, known=(OWN,) * 8, deployed=8)["load balancers"]
    assert (found.others, found.ours, found.use, found.tenants) == (12, 10, 22, 38)


def test_fewer_than_ours_is_no_debt() -> None:
    assert headrooms(3, OWN, Account(held={"roles": 1}), known=(OWN,) * 3, deployed=3)["roles"].others == 0


def test_the_accounts_own_limit_counts() -> None:
    found = headrooms(60, OWN, Account(limits={"load balancers": 100}))["load balancers"]
    assert (found.limit, found.fits, found.tenants, found.to_do) == (100, True, 100, "")


@pytest.mark.parametrize(
    ("wanted", "fits", "raise_to", "to_do"),
    [
        (40, True, 0, ""),
        (41, True, 52, "raise to 52"),
        (50, True, 63, "raise to 63"),
        (51, False, 64, "raise to 64"),
        (1000, False, 1300, "raise to 1,300"),
    ],
)
def test_a_raise_is_due_before_the_limit(wanted: int, fits: bool, raise_to: int, to_do: str) -> None:
    found = headrooms(wanted)["load balancers"]
    assert (found.fits, found.raise_to, found.to_do) == (fits, raise_to, to_do)


@pytest.mark.parametrize(
    ("quota", "wanted", "to_do"),
    [
        ("roles", 2400, "raise to 5,000"),
        ("roles", 2500, "raise to 5,000"),
        ("roles", 2501, "a second account"),
        ("services", 4001, "a second stack: a cluster of its own"),
    ],
)
def test_what_aws_raises_no_further_is_where_to_shard(quota: str, wanted: int, to_do: str) -> None:
    assert headrooms(wanted, SHARED)[quota].to_do == to_do


def test_a_limit_that_is_raised_to_the_full_asks_for_no_raise() -> None:
    assert headrooms(2400, SHARED, Account(limits={"roles": 5000}))["roles"].to_do == "a second account"


def test_an_account_that_others_filled_does_not_stop_who_takes_nothing() -> None:
    full = Account(held={"load balancers": 80, "roles": 10})
    assert [r for r in judge(fleet(5, NONE), full) if not r.fits] == []
    assert headrooms(0, OWN, full)["load balancers"].fits
    assert headrooms(1, OWN, full)["load balancers"].tenants == 0


def test_every_scope_has_its_way_out() -> None:
    for quota in QUOTAS:
        fixed = Quota(quota.name, quota.per, 1, False, quota.service, quota.code, quota.source)
        assert Headroom(fixed, 1, 0, 2, 0).to_do.startswith("a second ")


def test_the_same_tenants_behind_shared_load_balancers() -> None:
    behind = shared(fleet(100, OWN, (NONE, Shape(tasks=9)), 1))
    assert behind == fleet(100, SHARED, (NONE, Shape(mode="shared", tasks=9)), 1)


def test_what_is_global_is_asked_where_aws_answers() -> None:
    found = headrooms(2000)
    assert "--region us-east-1 --service-code iam --quota-code L-FE177D64" in request(found["roles"], "eu-west-1")
    assert "--region eu-west-1 --service-code elasticl" in request(found["load balancers"], "eu-west-1")


def test_what_has_no_code_is_asked_by_hand() -> None:
    found = headrooms(600, Shape(mode="shared", schedules=1))["schedule groups"]
    assert request(found, "eu-west-1") == "Service Quotas console, scheduler: schedule groups to 750"


def test_data_for_a_machine() -> None:
    assert data(headrooms(51)["load balancers"]) == {
        "quota": "load balancers",
        "per": "region",
        "limit": 50,
        "published": 50,
        "adjustable": True,
        "others": 0,
        "ours": 51,
        "share": 1.02,
        "tenants": 50,
        "fits": False,
        "raise_to": 64,
        "to_do": "raise to 64",
        "service_code": "elasticloadbalancing",
        "quota_code": "L-53DA6B97",
        "source": "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html",
    }


SHAPES = st.builds(
    Shape,
    mode=st.sampled_from(("own", "shared", "none")),
    launch=st.sampled_from(("ec2", "fargate")),
    tasks=st.integers(1, 20),
    cpu=st.integers(1, 2048),
    addresses=st.booleans(),
    schedules=st.integers(0, 3),
    instances=st.integers(0, 60),
    largest=st.integers(0, 1010),
    certificates=st.integers(0, 3),
    on_demand=st.integers(0, 100),
)


@given(SHAPES, st.lists(SHAPES, max_size=4), st.integers(0, 5000))
def test_the_room_is_the_largest_number_that_fits(usual: Shape, known: list[Shape], wanted: int) -> None:
    all_of_them = fleet(wanted, usual, tuple(known))
    for headroom in judge(all_of_them, Account()):
        assert headroom.tenants is not None
        assert all_of_them.use(headroom.quota.name, headroom.tenants) <= headroom.limit
        assert (
            headroom.tenants == 1_000_000 or all_of_them.use(headroom.quota.name, headroom.tenants + 1) > headroom.limit
        )
        assert headroom.fits == (wanted <= headroom.tenants)
