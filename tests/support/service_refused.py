"""What tenant-service refuses of the service itself, its containers, and where its requests come from."""

from __future__ import annotations

from typing import Any

from service_values import (
    CLUSTER,
    FARGATE,
    JOB,
    WEB,
    checked,
    deployed,
    task,
    volume,
    web,
)

NAMESPACE = {"namespace_id": "ns-1", "name": "acme"}

# What is wrong with it => the values, and how the message begins.
CASES_OF_THE_SERVICE: dict[str, tuple[dict[str, Any], str]] = {
    "stack in capitals": ({"stack": "App"}, "stack: use 1 to 31"),
    "stack that security groups refuse": ({"stack": "sg"}, "stack: use 1 to 31"),
    "stack that load balancers refuse": ({"stack": "internal-app"}, "stack: use 1 to 31"),
    "tenant with an underscore": ({"tenant": "a_b"}, "tenant: use 1 to 31"),
    "service with an underscore": ({"service": {"name": "a_b"}}, "service.name: use 1 to 31"),
    "first service with a name": (
        {"service": {"name": "api", "first": {"way_in": "x", "service": "y", "discovery": None}}},
        "service: the first service has no name",
    ),
    "no subnet": ({"cluster": CLUSTER | {"node_subnet_ids": []}}, "cluster.node_subnet_ids: name at least"),
    "container in capitals": ({"containers": {"Web": WEB}}, "containers: give at least one;"),
    "latest": (web(image="web:latest"), "containers: every image needs a tag"),
    "no tag": (web(image="registry.example.com:5000/web"), "containers: every image needs a tag"),
    "eleven containers": (
        {"containers": {"web": WEB} | {f"job-{n}": JOB for n in range(10)}},
        "containers: a task holds ten",
    ),
    "memory under reservation": (web(memory=64), "containers: memory (the hard limit)"),
    "five MiB": (web(memory_reservation=5), "containers: Docker gives a container 6 MiB"),
    "port 0": (web(port=0), "containers: a port is a whole number"),
    "unknown protocol": (web(more_ports={"x": {"container": 1, "protocol": "sctp"}}), "containers: more_ports speak"),
    "two on one port of the machine": (
        web(more_ports={name: {"container": at, "host": 8125} for at, name in enumerate("ab", 1)}),
        "containers: more_ports give one port",
    ),
    "the agent's port": (web(more_ports={"x": {"container": 1, "host": 51678}}), "containers: more_ports give one"),
    "secret in clear": (web(secrets={"A": "hunter2"}), "containers: a secret is given as an ARN"),
    "login by name": (web(registry_login="login"), "containers: registry_login is the ARN"),
    "password in environment": (web(environment={"DB_PASSWORD": "x"}), "containers: environment is in clear"),
    "key in environment": (web(environment={"X": "AKIA" + "A" * 16}), "containers: environment is in clear"),
    "port of nobody": (web(environment={"PORT": "9090"}), "containers: environment.PORT is another"),
    "variable given twice": (
        web(environment={"A": "1"}, secrets={"A": "arn:aws:ssm:eu-west-1:123456789012:parameter/a"}),
        "containers: a variable is given either",
    ),
    "none essential": (web(essential=False), "containers: at least one must be essential"),
    "waits for nobody": (web(after={"db": "START"}), "containers: after names other containers"),
    "waits for itself": (web(after={"web": "START"}), "containers: after names other containers"),
    "waits for what": (
        {"containers": {"web": WEB | {"after": {"job": "READY"}}, "job": JOB}},
        'containers: after waits for "START"',
    ),
    "waits for health unasked": (
        {"containers": {"web": WEB | {"after": {"job": "HEALTHY"}}, "job": JOB}},
        "containers: after waits for a container to be HEALTHY",
    ),
    "waits for the end of all": (
        {"containers": {"web": WEB | {"after": {"job": "SUCCESS"}}, "job": JOB}},
        "containers: after waits for a container to end",
    ),
    "container timeout": (checked(timeout=10), "containers: health_check.timeout must be 2"),
    "container command": (checked(command=["curl"]), "containers: health_check.command begins"),
    "container retries": (checked(retries=11), "containers: health_check.retries"),
    "stops too slowly": (web(stop_timeout=121), "containers: stop_timeout must be between"),
    "relative mount": (
        volume() | web(mounts={"data": {"volume": "data"}}),
        "containers: mounts is a path",
    ),
    "unknown limit": (web(ulimits={"files": {"soft": 1, "hard": 2}}), "containers: ulimits knows"),
    "soft above hard": (web(ulimits={"nofile": {"soft": 3, "hard": 2}}), "containers: ulimits knows"),
    "unknown log driver": (web(log={"driver": "paper"}), "containers: log.driver is"),
    "token in the log's options": (
        web(log={"driver": "splunk", "options": {"splunk-token": "x"}}),
        "containers: log.options are in clear",
    ),
    "token of the log itself": (
        web(log={"driver": "splunk", "secrets": {"splunk-token": "x"}}),
        "containers: log.secrets is",
    ),
    "two routers": (
        {"containers": {"web": WEB} | {name: JOB | {"log_router": {}} for name in ("one", "two")}},
        "containers: one container at most",
    ),
    "router of another make": (web(log_router={"type": "logstash"}), "containers: one container at most"),
    "logs to nobody": (web(log={"driver": "awsfirelens"}), 'containers: log.driver "awsfirelens" needs'),
    "logs to itself": (
        web(log={"driver": "awsfirelens"}, log_router={}),
        'containers: log.driver "awsfirelens" needs',
    ),
    "two ports": ({"containers": {"a": WEB, "b": WEB}}, "container: name the container that takes"),
    "requests to nobody": (
        {"container": "job", "containers": {"web": WEB, "job": JOB}},
        "container: name one of the containers",
    ),
    "unknown launch type": (task(launch_type="LAMBDA"), "task.launch_type: use"),
    "unknown network mode": (task(network_mode="none"), "task.network_mode: use"),
    "Fargate with bridge": (task(launch_type="FARGATE", cpu=256, memory=512), "task.network_mode: Fargate gives"),
    "no such Fargate": (task(**FARGATE | {"memory": 4096}), "task: Fargate sells only"),
    "Fargate without a size": (task(launch_type="FARGATE", network_mode="awsvpc"), "task: Fargate sells only"),
    "more cpu than the task": (task(cpu=64), "task.cpu: the containers together"),
    "more memory than the task": (task(memory=64), "task.memory: the containers' memory_reservation"),
    "one container over the task": (
        web(memory=512) | task(memory=256),
        "task.memory: a container's memory",
    ),
    "unknown processor": (task(architecture="VAX"), "task.architecture: use"),
    "Fargate's disk on EC2": (task(ephemeral_gb=30), "task.ephemeral_gb: only on Fargate"),
    "public address on EC2": (task(network_mode="awsvpc", public_address=True), "task.public_address: only Fargate"),
    "no way out of a task": (
        task(network_mode="awsvpc") | {"cluster": CLUSTER | {"nat": False}},
        "task.public_address: the cluster's subnets",
    ),
    "no way out of Fargate": (task(**FARGATE) | {"cluster": CLUSTER | {"nat": False}}, "task.public_address: the"),
    "volume of nobody": (task(volumes={"data": {}}), "task.volumes: no container mounts one"),
    "two kinds of volume": (volume(host_path="/x", efs={"file_system_id": "fs-1"}), "task.volumes: a volume is either"),
    "folder on Fargate": (
        volume(host_path="/x") | task(**FARGATE, volumes={"data": {"host_path": "/x"}}),
        "task.volumes: host_path is a folder",
    ),
    "file system by name": (volume(efs={"file_system_id": "data"}), "task.volumes: efs wants the ids"),
    "two roots": (
        volume(efs={"file_system_id": "fs-1", "access_point_id": "fsap-1", "root_directory": "/x"}),
        "task.volumes: an access point has its own root",
    ),
    "callers without an address": (task(callers={"x": "sg-1"}), "task.callers: only tasks with an address"),
    "policy in prose": (task(policy="everything"), "task.policy: give an IAM policy"),
    "policy by name": (task(policy_arns={"x": "ReadOnly"}), "task.policy_arns: give ARNs"),
    "key by alias": (task(kms_keys=["alias/x"]), "task.kms_keys: give ARNs"),
    "pulled through no image": (task(pull_through=["docker-hub"]), "task.pull_through: a prefix is"),
    "shell in a read-only root": (
        web(read_only_root=True) | task(execute_command=True),
        "task.execute_command: the agent",
    ),
    "host port out of reach": (task(network_mode="host"), "task.network_mode: the machines let load balancers"),
    "another port of an own address": (
        web(more_ports={"x": {"container": 1, "host": 2}}) | task(network_mode="awsvpc"),
        "task.network_mode: in awsvpc and host a port",
    ),
    "one port twice": (
        web(more_ports={"x": {"container": 8080}}) | task(network_mode="awsvpc"),
        "task.network_mode: in awsvpc and host the containers share",
    ),
    "limit on Fargate": (
        web(ulimits={"core": {"soft": 1, "hard": 2}}) | task(**FARGATE),
        "task.launch_type: on Fargate only the ulimit",
    ),
    "log driver on Fargate": (
        web(log={"driver": "syslog"}) | task(**FARGATE),
        "task.launch_type: on Fargate a container's log",
    ),
    "unknown volume": (web(mounts={"/x": {"volume": "x"}}), "task.volumes: a container mounts"),
    "unknown strategy": (deployed(strategy="some"), "deployment.strategy: use"),
    "less than nothing": (deployed(min_healthy_percent=-1), "deployment: min_healthy_percent must be"),
    "no room to move": (deployed(max_percent=100), "deployment: of the fewest tasks"),
    "half of one and half more": (
        deployed(min_healthy_percent=50, max_percent=150),
        "deployment: of the fewest tasks",
    ),
    "less than no time to start": (deployed(grace_seconds=-1), "deployment.grace_seconds: a whole"),
    "two daemons a machine": (deployed(strategy="daemon", max_percent=200), "deployment.max_percent: a daemon"),
    "unknown placement": (deployed(placement="best"), "deployment.placement: use"),
    "strategies without custom": (deployed(strategies=[{"type": "random"}]), "deployment.strategies: they belong"),
    "custom without strategies": (deployed(placement="custom"), "deployment.strategies: they belong"),
    "binpack by taste": (
        deployed(placement="custom", strategies=[{"type": "binpack", "field": "taste"}]),
        "deployment.strategies: type is",
    ),
    "placed daemon": (deployed(strategy="daemon", placement="random"), "deployment.placement: Fargate has no machines"),
    "constraints on Fargate": (task(**FARGATE) | deployed(constraints={"a": "b"}), "deployment.constraints: Fargate"),
    "daemon on Fargate": (task(**FARGATE) | deployed(strategy="daemon"), "deployment.strategy: a daemon runs"),
    "Fargate's capacity on EC2": (
        deployed(capacity_providers={"FARGATE": {}}),
        "deployment.capacity_providers: FARGATE and",
    ),
    "capacity that the cluster lacks": (
        deployed(capacity_providers={"gpu": {}}) | {"cluster": CLUSTER | {"capacity_providers": ["nodes", "FARGATE"]}},
        "deployment.capacity_providers: the cluster lacks",
    ),
    "two bases": (
        deployed(capacity_providers={"a": {"base": 1}, "b": {"base": 1}}),
        "deployment.capacity_providers: at least one",
    ),
    "no time to wait": (deployed(wait_minutes=0), "deployment.wait_minutes: a whole"),
    "drains and stops too long": (web(stop_timeout=100), "target.drain_seconds: together"),
    "two for the others to find": (
        {"containers": {"a": WEB, "b": WEB}, "target": None, "discovery": NAMESPACE},
        "discovery: name the container",
    ),
    "name with an empty label": (
        {"discovery": NAMESPACE | {"name": "api..acme"}},
        "discovery: namespace_id is the id of a Cloud Map namespace (ns-...), name one or more labels",
    ),
    "queue with an underscore": (
        {"service": {"queues": {"mail": {"queue": "a_b"}}}},
        "service.queues: names of services and queues",
    ),
    "queue of its own": (
        {"service": {"queues": {"mail": {"service": "x", "queue": "mail"}}}, "background": {"queued": {"mail": {}}}},
        "service.queues: one has the name of a queue task of the service itself",
    ),
    "namespace by name": ({"discovery": {"namespace_id": "internal", "name": "acme"}}, "discovery: namespace_id"),
    "starts with half a task": ({"scaling": {"start": 0.5}}, "scaling.start: a whole number"),
}
