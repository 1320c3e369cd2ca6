"""Which services one question to ECS is about."""

from __future__ import annotations

from wrapper.aws.service_batches import AT_ONCE, batches


def test_a_batch_is_of_one_cluster_and_no_larger_than_may_be_asked() -> None:
    services = [(cluster, number) for number in range(AT_ONCE + 2) for cluster in ("a", "b")]
    found = list(batches(services, lambda one: one[0]))
    assert [(len(batch), {cluster for cluster, _ in batch}) for batch in found] == [
        (AT_ONCE, {"a"}),
        (2, {"a"}),
        (AT_ONCE, {"b"}),
        (2, {"b"}),
    ]
    assert sorted(one for batch in found for one in batch) == sorted(services)
