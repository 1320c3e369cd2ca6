from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import resourcegroupstaggingapi

Asked = Callable[..., tuple[Any, Any]]
STACK = [{"Key": "stack", "Value": "test"}]


def listed(client: Any) -> list[str]:
    answer = client("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "stack", "Values": ["test"]}])
    return [resource["ResourceARN"].split(":", 5)[5] for resource in answer["ResourceTagMappingList"]]


def test_deleted_ecs_things_are_not_listed(asked: Asked) -> None:
    tags = [{"key": "stack", "value": "test"}]

    def question(client: Any) -> Any:
        client("ecs").create_cluster(clusterName="cluster", tags=tags)
        client("ecs").register_task_definition(
            family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}], tags=tags
        )
        client("ecs").create_service(
            cluster="cluster", serviceName="web", taskDefinition="web", desiredCount=0, tags=tags
        )
        before = len(listed(client))
        client("ecs").delete_service(cluster="cluster", service="web")
        client("ecs").delete_cluster(cluster="cluster")
        client("ecs").deregister_task_definition(taskDefinition="web:1")
        return before, len(listed(client))

    unpatched, patched = asked(question, resourcegroupstaggingapi.deleted_ecs_things_are_not_listed)
    assert unpatched[0] == 3 and unpatched[1] >= 2
    assert patched == (3, 0)


def test_deleted_ec2_things_are_not_listed(asked: Asked) -> None:
    def question(client: Any) -> Any:
        specification = [{"ResourceType": "instance", "Tags": STACK}]
        started = client("ec2").run_instances(
            ImageId="ami-12345678", MinCount=1, MaxCount=1, TagSpecifications=specification
        )
        before = len(listed(client))
        client("ec2").terminate_instances(InstanceIds=[started["Instances"][0]["InstanceId"]])
        return before, len(listed(client))

    assert asked(question, resourcegroupstaggingapi.deleted_ec2_things_are_not_listed) == ((1, 1), (1, 0))


def test_launch_templates_are_listed(asked: Asked) -> None:
    def question(client: Any) -> Any:
        client("ec2").create_launch_template(
            LaunchTemplateName="mixed",
            LaunchTemplateData={"InstanceType": "t3.small"},
            TagSpecifications=[{"ResourceType": "launch-template", "Tags": STACK}],
        )
        return [name.partition("/")[0] for name in listed(client)]

    assert asked(question, resourcegroupstaggingapi.launch_templates_are_listed) == ([], ["launch-template"])
