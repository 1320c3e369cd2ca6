"""What tenant-service refuses of what is beside the service: scaling, alarms, logs, and the tasks in the background."""

from __future__ import annotations

from typing import Any

from service_values import FARGATE, WEB, by_hand, queued, scaled, scheduled, task, watched

TWO = {"containers": {"one": {"image": "one:1"}, "two": {"image": "two:1"}}, "target": None}
TOPIC = "arn:aws:sns:ap-southeast-2:123456789012:oncall"


def clock(**more: Any) -> dict[str, Any]:
    return scaled(schedules={"night": {"schedule": "cron(0 20 ? * MON-FRI *)", "min": 0} | more})


def tracked(metric: str = "cpu", **more: Any) -> dict[str, Any]:
    return scaled(track={metric: {"target": 50} | more})


# What is wrong with it => the values, and how the message begins.
CASES_BESIDE: dict[str, tuple[dict[str, Any], str]] = {
    "kept for ever": ({"log_retention_days": 0}, "log_retention_days: CloudWatch knows"),
    "min over max": (scaled(min=3, max=2), "scaling: min must be 0"),
    "half a task": (scaled(min=1.5), "scaling: min and max count tasks"),
    "low above high": (scaled(low={"cpu": 80}), "scaling: high.cpu must be above"),
    "no step": (scaled(high={"step": 0}), "scaling: step and the values of steps"),
    "odd seconds": (scaled(low={"seconds": 90}), "scaling: seconds is a multiple"),
    "more often than CPU is measured": (scaled(high={"seconds": 30}), "scaling: seconds is a multiple"),
    "no period": (scaled(high={"periods": 0}), "scaling: periods is"),
    "step below high": (scaled(high={"steps": {"65": 2}}), "scaling.high.steps: every key"),
    "step above low": (scaled(low={"steps": {"25": 2}}), "scaling.low.steps: every key"),
    "one step twice": (scaled(high={"steps": {"85": 2, "85.0": 2}}), "scaling: two of the steps"),
    "fewer further out": (scaled(high={"step": 3, "steps": {"85": 2}}), "scaling: a step further out"),
    "fewer further down": (scaled(low={"step": 2, "steps": {"10": 1}}), "scaling: a step further out"),
    "twenty one steps": (scaled(high={"steps": {str(at): 1 for at in range(71, 91)}}), "scaling: a policy holds 20"),
    "cooldown backwards": (scaled(low={"cooldown": -1}), "scaling: cooldown is"),
    "unknown metric": (tracked("disk"), "scaling.track: the metrics"),
    "more than all": (tracked(target=120), "scaling.track: target is"),
    "requests nobody counts": (
        tracked("requests") | {"target": None},
        "scaling.track: a load balancer counts",
    ),
    "scaled daemon": (tracked() | {"deployment": {"strategy": "daemon"}}, "scaling: a daemon has one"),
    "cooldown of an hour and more": (tracked(in_cooldown=4000), "scaling.track: out_cooldown and"),
    "schedule with a digit": (
        scaled(schedules={"8am": {"schedule": "rate(1 day)", "min": 1}}),
        "scaling.schedules: a name is",
    ),
    "scaled by a bad cron": (clock(schedule="cron(0 20 * * MON-FRI *)"), "scaling.schedules: schedule is"),
    "scaled in no town": (clock(timezone="Sydney/"), "scaling.schedules: timezone is"),
    "a schedule of nothing": (clock(min=None), "scaling.schedules: give min, max or both"),
    "night over its max": (clock(min=2, max=1), "scaling.schedules: min must be 0"),
    "night over all max": (clock(min=9), "scaling.schedules: a min above"),
    "topic by name": (watched(topics={"a": "alerts"}), "alarms.topics: every value"),
    "topic in order": (watched(topics={"a": f"{TOPIC}.fifo"}), "alarms.topics: every value"),
    "six topics": (watched(topics={str(n): f"{TOPIC}{n}" for n in range(6)}), "alarms.topics: CloudWatch tells"),
    "told of nothing": (watched(enabled=False, topics={"a": TOPIC}), "alarms.topics: nothing is told"),
    "fewer than none": (watched(target_5xx={"over": -1}), "alarms: over is"),
    "a minute and a half": (watched(no_running_task={"seconds": 90}), "alarms: seconds is"),
    "alarm of no period": (watched(dead_letters={"periods": 0}), "alarms: periods is"),
    "scheduled in capitals": (
        {"background": {"scheduled": {"Report": {"schedule": "rate(1 day)"}}}},
        "background: a name is",
    ),
    "queued with an underscore": ({"background": {"queued": {"re_size": {}}}}, "background: a name is"),
    "by hand as a dash": ({"background": {"one_off": {"-": {}}}}, "background: a name is"),
    "queued like scheduled": (
        {"background": {"scheduled": {"a": {"schedule": "rate(1 day)"}}, "queued": {"a": {}}}},
        "background: two tasks",
    ),
    "by hand like queued": ({"background": {"queued": {"a": {}}, "one_off": {"a": {}}}}, "background: two tasks"),
    "scheduled elsewhere": (scheduled(container="batch"), "background: container must be"),
    "queued elsewhere": (queued(container="batch"), "background: container must be"),
    "by hand elsewhere": (by_hand(container="batch"), "background: container must be"),
    "scheduled in one of two": (TWO | scheduled(), "background: name the container"),
    "queued in one of two": (TWO | queued(), "background: name the container"),
    "by hand in one of two": (TWO | by_hand(), "background: name the container"),
    "scheduled silence": (scheduled(command=[]), "background: command needs"),
    "queued silence": (queued(command=[]), "background: command needs"),
    "silence by hand": (by_hand(command=[]), "background: command needs"),
    "scheduled memory": (scheduled(memory=64, memory_reservation=128), "background: memory (the hard"),
    "queued memory": (queued(memory=64, memory_reservation=128), "background: memory (the hard"),
    "memory by hand": (by_hand(memory=64, memory_reservation=128), "background: memory (the hard"),
    "more than the container's memory": (
        queued(memory_reservation=512) | {"containers": {"web": WEB | {"memory": 256}}},
        "background: memory (the hard",
    ),
    "less than the container's reservation": (by_hand(memory=64), "background: memory (the hard"),
    "scheduled Fargate": (task(**FARGATE) | scheduled(memory=4096), "background: on Fargate"),
    "queued Fargate": (task(**FARGATE) | queued(cpu=300), "background: on Fargate"),
    "Fargate by hand": (task(**FARGATE) | by_hand(memory=4096), "background: on Fargate"),
    "one minutes": (scheduled(schedule="rate(1 minutes)"), "background.scheduled: schedule is"),
    "five minute": (scheduled(schedule="rate(5 minute)"), "background.scheduled: schedule is"),
    "five fields": (scheduled(schedule="cron(0 3 * * ?)"), "background.scheduled: schedule is"),
    "day and weekday": (scheduled(schedule="cron(0 3 * * * *)"), "background.scheduled: schedule is"),
    "neither day nor weekday": (scheduled(schedule="cron(0 3 ? * ? *)"), "background.scheduled: schedule is"),
    "hour of no day": (scheduled(schedule="cron(0 24 * * ? *)"), "background.scheduled: schedule is"),
    "month of no year": (scheduled(schedule="at(2030-13-24T08:00:00)"), "background.scheduled: schedule is"),
    "words for a schedule": (scheduled(schedule="daily"), "background.scheduled: schedule is"),
    "town without a clock": (scheduled(timezone="sydney"), "background.scheduled: timezone is"),
    "too many at once": (scheduled(count=11), "background.scheduled: count is"),
    "window over a day": (scheduled(window_minutes=1441), "background.scheduled: window_minutes is"),
    "too many retries": (scheduled(retries=200), "background.scheduled: retries is"),
    "more workers than may be": (queued(min=5), "background.queued: min must be"),
    "step at no message": (queued(steps={"0": 1}), "background.queued: steps is"),
    "queue without steps": (queued(steps={}), "background.queued: steps holds"),
    "never idle": (queued(idle_minutes=0), "background.queued: cooldown is"),
    "no attempt": (queued(attempts=0), "background.queued: visibility_seconds is"),
    "sender in person": (queued(senders={"me": "arn:aws:iam::1:user/me"}), "background.queued: a sender"),
}

# What the clock understands.
RIGHT = {
    "containers": {
        "web": WEB | {"after": {"batch": "START", "logs": "START"}, "stop_timeout": 90},
        "batch": {
            "image": f"registry.example.com:5000/batch:1@sha256:{'0' * 64}",
            "port": 81,
            "after": {"logs": "START"},
        },
        "logs": {"image": "logs:1"},
    },
    "deployment": {"min_healthy_percent": 50, "max_percent": 150},
    "scaling": {"min": 2},
    "container": "web",
    "background": {
        "scheduled": {
            f"task-{number}": {
                "schedule": schedule,
                "timezone": ["UTC", "Australia/Sydney", "America/Argentina/Buenos_Aires", "Etc/GMT+10"][number % 4],
            }
            for number, schedule in enumerate(
                (
                    "rate(1 minute)",
                    "rate(12 hours)",
                    "at(2030-12-24T08:00:00)",
                    "cron(0 3 * * ? *)",
                    "cron(*/15 8-17 ? * MON-FRI *)",
                    "cron(0,30 00 1,15 JAN-MAR ? 2030)",
                    "cron(0 8 L * ? *)",
                    "cron(0 8 15W * ? *)",
                    "cron(0 8 ? * 6#3 *)",
                    "cron(0 8 ? * 6L *)",
                )
            )
        }
    },
}
