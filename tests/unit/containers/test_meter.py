"""A sample at the end of each minute of the plane's clock, also of a fast one."""

from __future__ import annotations

from dataclasses import replace

from fake_engine import SERVICE, FakePlane

from wrapper.containers.clock import PlaneClock
from wrapper.containers.meter import Meter


class Time:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_each_minute_once_and_a_skipped_one_too() -> None:
    plane, time = FakePlane(), Time()
    plane.state.clock = PlaneClock(60.0, time, began=600.0)
    target_group = {"action": {"groups": [("arn:aws:elb:eu:1:targetgroup/web/9", 1)]}}
    balancer = {"arn": "arn:aws:elb:eu:1:loadbalancer/app/lb/5", "listeners": [{"rules": [target_group]}]}
    plane.state.world = {**plane.state.world, "load_balancers": [balancer]}
    meter = Meter(plane.state, plane.engine)
    counts = []
    for seconds in (0.5, 1.0, 1.5, 4.0):
        time.seconds = seconds
        meter.measure([replace(SERVICE)])
        counts.append([one["at"] for one in plane.state.metrics if one["metric"] == "HealthyHostCount"])
        plane.state.metrics = []
    assert (counts, plane.state.measured) == ([[], [600.0], [], [660.0, 720.0, 780.0]], 840.0)
