"""A tenant of ten services against one of one: a plan without a change, and the deploy of one service beside nine others."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from functools import partial

from measure import Row, compared, rounds
from place import REGION, STACK, Failed, Place, info

NAME, LIMIT = "bench-services", 2.5
OTHERS = [f"s{number}" for number in range(9)]
ONE = 'services = { s3 = { port = 9003 } }\nimages = { s3 = "docker.io/example/s3" }\nbuilds = { s3 = "1" }\n'
TOUCHED = re.compile(r'^ +# module\.service\["(\w+)"\]\.(\w+)', re.MULTILINE)
A_BUILD = {("s3", "aws_ecs_service"), ("s3", "aws_ecs_task_definition")}


def measure(place: Place, pairs: int) -> list[Row]:
    _lay_out(place)
    for tenant in ("one", "ten"):
        info(f"deploying {tenant}")
        _verb(place, "apply", tenant)
    one, ten = rounds([partial(_verb, place, "plan", tenant, "-detailed-exitcode") for tenant in ("one", "ten")], pairs)
    builds = itertools.count(2)
    alone, beside = rounds([partial(_deploy, place, tenant, builds) for tenant in ("one", "ten")], max(1, pairs // 5))
    return [
        compared("no-change plan of a tenant with ten services, against one", ten, one, LIMIT),
        compared("deploy of one service beside nine others, against it alone", beside, alone, None),
    ]


def _lay_out(place: Place) -> None:
    config = place.root / "config" / REGION
    shutil.copytree(config / STACK, config / NAME, ignore=shutil.ignore_patterns("tenants"))
    (config / NAME / "tenants").mkdir()
    (config / NAME / "tenants/one.tfvars").write_text(ONE)
    (config / NAME / "tenants/ten.tfvars").write_text("".join(_ten()))


def _ten() -> Iterator[str]:
    """s3 of the other tenant, and nine more: with a path each but for the first."""
    yield "services = {\n  service1 = {}\n"
    for number, name in enumerate(OTHERS):
        yield f'  {name} = {{ port = {9000 + number}, path = "/{name}/*" }}\n'
    yield "}\nimages = {\n" + "".join(f'  {name} = "docker.io/example/{name}"\n' for name in OTHERS)
    yield "}\nbuilds = {\n" + "".join(f'  {name} = "1"\n' for name in OTHERS) + "}\n"


def _deploy(place: Place, tenant: str, builds: Iterator[int]) -> None:
    """A new build of s3; Failed where its plan touches another service, or more of this one."""
    touched = set(TOUCHED.findall(_verb(place, "apply", tenant, "-var", f"s3-build={next(builds)}")))
    if touched != A_BUILD:
        raise Failed(f"a build of s3 of {tenant} changes {sorted(touched)}")


def _verb(place: Place, verb: str, tenant: str, *more: str) -> str:
    return place.verb(verb, NAME, REGION, "-var", f"tenant={tenant}", *more, engine="host").stdout
