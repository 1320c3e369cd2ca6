"""A tenant on a shared load balancer moves from machines to Fargate, first with a broken image: no request finds no task.

Every other move, in every half-way state, is made by tests/support/moves/moves.py, which takes too long for each change.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from moves.moves import account, moves, provider, tenant

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]

# What a tenant of version 0.1 gets at its first apply: three notes in the state, and a second address for one scaling target.
FROM_0_1 = {
    'module.service.aws_appautoscaling_target.bounds["first"]': ["create"],
    "module.service.terraform_data.first": ["create"],
    "module.service.terraform_data.resolvers[0]": ["create"],
    "module.service.terraform_data.serving": ["create"],
}


@pytest.mark.long
def test_a_move_that_failed_goes_on_without_a_gap(tmp_path: Path) -> None:
    with account(tmp_path) as aws, provider(tmp_path, aws) as served:
        before, after = moves(aws)["machines to Fargate, shared"]
        one = tenant(served, tmp_path, "t0")
        assert one.apply(before), one.log[-1]
        assert one.upgraded() == FROM_0_1
        for values, well in ((after | {"build": "2-broken"}, False), (after, True)):
            assert one.apply(values) is well, one.log[-1]
            assert one.wrong() == []
        assert not one.changes(after)
        assert aws.seen()["answered"] == ["t0.example.com"]
