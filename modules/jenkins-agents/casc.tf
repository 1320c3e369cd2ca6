# The cloud and its templates in the plugin's own words: `orchestrate jenkins casc` reads them from the state and writes them as YAML.

locals {
  # Sizes that Fargate sells: docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html, "Task size".
  fargate_memory = {
    256   = { least = 512, most = 2048, step = 512 }
    512   = { least = 1024, most = 4096, step = 1024 }
    1024  = { least = 2048, most = 8192, step = 1024 }
    2048  = { least = 4096, most = 16384, step = 1024 }
    4096  = { least = 8192, most = 30720, step = 1024 }
    8192  = { least = 16384, most = 61440, step = 4096 }
    16384 = { least = 32768, most = 122880, step = 8192 }
  }

  # Scalar fields of a template that are not made from something above (plugin 1.49).
  other_fields = [
    "agentContainerName", "containerUser", "dnsSearchDomains", "enableExecuteCommand", "ephemeralStorageSizeInGiB", "inheritFrom", "kernelCapabilities",
    "platformVersion", "privileged", "sharedMemorySize", "uniqueRemoteFSRoot",
  ]

  # In the plugin a strategy wins over the launch type. Machines need one: without a capacity provider nothing would
  # scale them.
  providers = { fargate_spot = "FARGATE_SPOT", machines = try(var.cluster.capacity_provider, null) }

  templates = { for name, agent in var.agents : name => merge(
    {
      templateName          = name
      label                 = coalesce(agent.label, name)
      image                 = agent.image
      repositoryCredentials = local.registry_secret
      networkMode           = "awsvpc"
      subnets               = join(",", sort(local.subnet_ids))
      securityGroups        = join(",", concat([aws_security_group.agents.id], values(var.network.security_groups)))
      assignPublicIp        = agent.capacity != "machines" && var.network.public_addresses
      operatingSystemFamily = "LINUX"
      cpuArchitecture       = agent.architecture
      cpu                   = agent.cpu
      memory                = agent.memory
      memoryReservation     = agent.memory_reservation
      remoteFSRoot          = agent.remote_root
      entrypoint            = length(agent.entry_point) == 0 ? null : join(" ", agent.entry_point)
      jvmArgs               = agent.jvm_args
      executionRole         = local.execution_role_arn
      taskrole              = local.task_role_arn
      logDriver             = "awslogs"
      logDriverOptions = [
        { name = "awslogs-group", value = aws_cloudwatch_log_group.agents.name },
        { name = "awslogs-region", value = local.region },
        { name = "awslogs-stream-prefix", value = name },
      ]
      environments = [for key, value in merge(agent.environment, var.controller.web_socket ? { JENKINS_WEB_SOCKET = "true" } : {}) : { name = key, value = value }]
      mountPoints  = [for key, mount in agent.mounts : { name = key, sourcePath = mount.source, containerPath = mount.path, readOnly = mount.read_only }]
      launchType   = agent.capacity == "machines" ? "EC2" : "FARGATE"
      capacityProviderStrategies = [for provider in compact([lookup(local.providers, agent.capacity, null)]) :
        { provider = provider, base = 0, weight = 1 }
      ]
    },
    agent.fields,
  ) }
}
