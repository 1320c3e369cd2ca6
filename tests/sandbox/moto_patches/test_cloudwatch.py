from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import cloudwatch


def test_composite_alarms_can_be_put(asked: Callable[..., tuple[Any, Any]]) -> None:
    def question(client: Any) -> Any:
        client("cloudwatch").put_composite_alarm(AlarmName="both", AlarmRule="ALARM(high) OR ALARM(low)")
        answer = client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])
        return [alarm["AlarmRule"] for alarm in answer["CompositeAlarms"]], answer["MetricAlarms"]

    unpatched, patched = asked(question, cloudwatch.composite_alarms_can_be_put)
    assert isinstance(unpatched, NotImplementedError)
    assert patched == (["ALARM(high) OR ALARM(low)"], [])
