"""What the clock starts: tasks and messages of schedules and rules, and other bounds of a scaling target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from observed_world import REGION, ObservedWorld

CLUSTER = f"arn:aws:ecs:{REGION}:123456789012:cluster/cluster"
RESOURCE = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/cluster/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
HOUR = 3600.0


class Clocked(ObservedWorld):
    def client(self, name: str) -> Any:
        return boto3.client(name, REGION, aws_access_key_id="a", aws_secret_access_key="b")  # type: ignore[call-overload]

    def at(self, seconds: float) -> None:
        self.observed.take({"services": {}, "now": seconds}, [])

    def schedule(self, name: str, expression: str, target: dict[str, Any], **more: Any) -> None:
        target = {"RoleArn": "arn:aws:iam::123456789012:role/r", **target}
        self.client("scheduler").create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow={"Mode": "OFF"}, Target=target, **more
        )

    def started(self) -> list[tuple[str, Any]]:
        tasks = self.observed.run_tasks(CLUSTER)
        return [(task["startedBy"], task["overrides"]) for task in tasks]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clocked]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with Clocked.begun() as made:
        yield made


OVERRIDES = {"containerOverrides": [{"name": "web", "command": ["report"]}]}
TASK = {"Arn": CLUSTER, "EcsParameters": {"TaskDefinitionArn": "web:1"}, "Input": json.dumps(OVERRIDES)}


def test_a_schedule_starts_its_task_each_time_and_one_that_is_off_does_not(world: Clocked) -> None:
    world.schedule("hourly", "cron(0 * * * ? *)", TASK)
    world.schedule("off", "cron(0 * * * ? *)", TASK, State="DISABLED")
    world.at(10 * HOUR + 5)
    assert world.started() == [], "what was due before is past"
    world.at(11 * HOUR - 1)
    assert world.started() == []
    for seconds in (11 * HOUR, 11 * HOUR + 1, 12 * HOUR):
        world.at(seconds)
    assert world.started() == [("chronos-schedule/hourly", OVERRIDES)] * 2


def test_one_of_a_single_time_may_go_after_it(world: Clocked) -> None:
    world.schedule("once", "at(1970-01-01T10:00:00)", TASK, ActionAfterCompletion="DELETE")
    world.at(9 * HOUR)
    world.at(11 * HOUR)
    assert (len(world.started()), world.client("scheduler").list_schedules()["Schedules"]) == (1, [])


def test_a_rule_starts_tasks_and_a_schedule_sends_messages(world: Clocked) -> None:
    events, sqs = world.client("events"), world.client("sqs")
    events.put_rule(Name="each", ScheduleExpression="rate(5 minutes)")
    events.put_targets(
        Rule="each",
        Targets=[
            {
                "Id": "1",
                "Arn": CLUSTER,
                "RoleArn": "arn:aws:iam::1:role/r",
                **{
                    "EcsParameters": {
                        "TaskDefinitionArn": f"{CLUSTER.replace(':cluster/cluster', '')}:task-definition/web:1"
                    }
                },
            }
        ],
    )
    queue = sqs.create_queue(QueueName="work")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    world.schedule("message", "cron(1 10 * * ? *)", {"Arn": arn, "Input": '{"a": 1}'})
    world.at(10 * HOUR)
    world.at(10 * HOUR + 301)
    assert world.started() == [("events-rule/each", {})]
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=queue)["Messages"]] == ['{"a": 1}']


def test_what_cannot_be_started_ends_nothing(world: Clocked) -> None:
    world.schedule("wrong", "cron(0 * * * ? *)", {**TASK, "EcsParameters": {"TaskDefinitionArn": "none:1"}})
    world.schedule("other", "cron(0 * * * ? *)", {"Arn": "arn:aws:lambda:eu:1:function:f"})
    world.at(1.0)
    world.at(HOUR)
    assert world.started() == []


def test_scheduled_scaling_moves_the_bounds_and_the_service_with_them(world: Clocked) -> None:
    scaling = world.client("application-autoscaling")
    scaling.register_scalable_target(**RESOURCE, MinCapacity=1, MaxCapacity=4)
    for name, hour, bounds in (("day", 8, (2, 4)), ("night", 20, (0, 0))):
        action = {"MinCapacity": bounds[0], "MaxCapacity": bounds[1]}
        settings = {"Schedule": f"cron(0 {hour} * * ? *)", "Timezone": "UTC", "ScalableTargetAction": action}
        scaling.put_scheduled_action(ScheduledActionName=name, **RESOURCE, **settings)
    counts = []
    for hour in (7, 9, 19, 21):
        world.at(hour * HOUR)
        counts.append(world.shown()["desiredCount"])
    assert counts == [1, 2, 2, 0]
    [target] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 0)


def test_a_clock_that_is_set_back_goes_on_from_there(world: Clocked) -> None:
    world.schedule("hourly", "cron(0 * * * ? *)", TASK)
    for seconds in (20 * HOUR, 10 * HOUR + 1, 10 * HOUR + 2, 11 * HOUR):
        world.at(seconds)
    assert len(world.started()) == 1
