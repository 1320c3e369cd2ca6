"""Reports as a fleet would write them: some tenants changed, most did not, a few failed, each in its own way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wrapper.model.nouns import Diagnostic, Drift
from wrapper.model.report import Changes, ErrorDetails, LayerResult, Report, Result, ShardRun

REGION, STACK = "ap-southeast-2", "appcluster-test"
BEGAN = 1_767_323_045.678  # 2026-01-02T03:04:05.678Z
DENIED = Diagnostic(
    "error",
    "updating ECS Service (arn:aws:ecs:ap-southeast-2:123456789012:service/appcluster-test/{0}-web)",
    "operation error ECS: UpdateService, https response error StatusCode: 400,\n"
    "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/deploy/jenkins is not\n"
    "authorized to perform: ecs:UpdateService",
    "module.service.aws_ecs_service.this",
    "../../modules/tenant-service/service.tf:12",
)


def layer_result(tenant: str = "acme", result: Result = "succeeded", **fields: Any) -> LayerResult:
    """One answer of the stack's, well unless said."""
    return LayerResult(REGION, STACK, tenant, result, **fields)


def report(*results: LayerResult, **fields: Any) -> Report:
    """A report of an apply that took a minute, with the answers given."""
    told: dict[str, Any] = {"id": "run-1", "verb": "apply", "started": BEGAN, "finished": BEGAN + 60, **fields}
    return Report(region=REGION, stack=STACK, results=tuple(results), **told)


def many(tenants: int, jobs: int = 8) -> Report:
    """A fleet's report with every kind of answer in it, when there are tenants enough."""
    free = [8.0] * jobs
    results = [
        layer_result("", seconds=8.0, started=BEGAN, finished=BEGAN + 8.0, changes=Changes(1, 2, 0), log=_log("stack"))
    ]
    for number in range(tenants):
        one = _one(number, tenants)
        if one.started is not None:
            lane = free.index(min(free))
            one = replace(one, started=BEGAN + free[lane], finished=BEGAN + free[lane] + one.seconds)
            free[lane] += one.seconds
        results.append(one)
    return report(
        *results,
        finished=BEGAN + max(free),
        jobs=jobs,
        tool="0.1.0",
        by="jenkins",
        id="jenkins-fleet-482",
        command="./orchestrate apply appcluster-test ap-southeast-2 --all-tenants --report report.json -var api_key=***",
    )


_NAMES = ("acme", "globex", "initech", "umbrella", "stark", "wayne", "hooli", "soylent", "tyrell", "cyberdyne")


def _one(number: int, tenants: int) -> LayerResult:
    name = _NAMES[number % 10] + (f"-{number // 10}" if number >= 10 else "")
    seconds = 14 + (number * 7919 % 97) / 3.7
    told: dict[str, Any] = {
        "seconds": seconds,
        "started": 0.0,
        "log": _log(name),
        "url": f"https://{name}.test.example.com",
    }
    if number % 29 == 2:
        said = replace(DENIED, summary=DENIED.summary.format(name))
        fault = ErrorDetails(f"{REGION}/{STACK}/{name}: terraform apply failed (exit code 1)")
        return layer_result(
            name, "failed", exit_code=1, diagnostics=(said,), error=fault, attempts=3, **told | {"url": ""}
        )
    if number % 97 == 11:
        fault = ErrorDetails(
            f"{REGION}/{STACK}/{name} is locked by me-laptop-7 (Apply, since 2026-01-02)", "", "wait for it"
        )
        return layer_result(name, "failed", exit_code=75, error=fault, started=0.0, seconds=0.8, log=_log(name))
    if number % 53 == 17:
        return layer_result(name, "stopped", exit_code=143, reason="stopped before it began")
    if number % 61 == 9:
        return layer_result(name, "excluded", reason="excluded by --tenants")
    if number % 3 and tenants > 10:
        return layer_result(
            name, "unchanged", reason="its inputs are those of its last apply", **told | {"seconds": 0.01}
        )
    if number % 45 == 0 and tenants > 10:
        return layer_result(
            name, changes=Changes(1), drifted=(Drift("aws_ecs_service.this", ("desired_count", "tags")),), **told
        )
    return layer_result(name, changes=Changes(number % 5, 1, number % 2), **told)


def _log(name: str) -> str:
    return f".orchestrate/logs/jenkins-fleet-482/{name}.log"


def merged(tenants: int) -> Report:
    """One that was put together, with a shard that never came."""
    whole = many(tenants)
    part = ShardRun("jenkins-fleet-482", "1/2", whole.started, whole.finished, whole.command)
    return replace(whole, shards=(part,), missing=("2/2",))
