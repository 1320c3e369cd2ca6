"""Two tenants on a shared load balancer move, first with a broken image, and no request finds no task: one from machines to
Fargate, and back before that has ended; one changes all else that docs/moves.md names.

Every move alone, in every half-way state, is made by tests/support/moves/moves.py, which takes too long for each change.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from moves.moves import EACH_OTHER_ONE, Account, account, moves, provider, tenant, walk

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]

# What a tenant of version 0.1 gets at its first apply: notes in the state, and a second address for one scaling target.
FROM_0_1 = {
    'module.tenant.module.service["service1"].aws_appautoscaling_target.bounds["first"]': ["create"],
    "module.tenant.module.load_balancer.terraform_data.first": ["create"],
    'module.tenant.module.load_balancer.terraform_data.named["t0.example.com"]': ["create"],
    "module.tenant.module.load_balancer.terraform_data.resolvers[0]": ["create"],
    "module.tenant.module.load_balancer.terraform_data.serving": ["create"],
}
ANOTHER_GROUP = ("broken", "forward", "back, not ended", "forward from there")
IN_PLACE = ("made", "broken", "back", "broken again", "forward")


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Account]:
    with account(tmp_path) as bare, provider(tmp_path, bare) as served:
        yield served


@pytest.mark.long(130)
def test_moves_that_failed_go_on_and_back_without_a_gap(aws: Account, tmp_path: Path) -> None:
    def to_fargate() -> None:
        before, after = moves(aws)["machines to Fargate, shared"]
        one = tenant(aws, tmp_path, "t0")
        assert walk(one, before, after, ["made"]) == {"made": ""}
        assert one.upgraded() == FROM_0_1
        assert one.upgraded(by_hand=True) == FROM_0_1
        assert walk(one, before, after, ANOTHER_GROUP) == dict.fromkeys(ANOTHER_GROUP, "")

    def all_else() -> None:
        found = walk(tenant(aws, tmp_path, "t1"), *moves(aws)[EACH_OTHER_ONE], IN_PLACE)
        assert found == dict.fromkeys(IN_PLACE, "")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(to_fargate), pool.submit(all_else)]:
            done.result()
    answered = ["t0.example.com", "t1.example.com", "t1.shop.example.com"]
    assert aws.seen()["answered"] == answered
