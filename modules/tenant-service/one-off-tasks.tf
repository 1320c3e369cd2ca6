# Started by a person or a pipeline: what `aws ecs run-task --cli-input-json` takes, word for word.

locals {
  run_task = { for name in keys(merge(var.background.scheduled, var.background.one_off)) : name => {
    for key, value in {
      cluster              = var.cluster.arn
      taskDefinition       = aws_ecs_task_definition.task[name].arn
      count                = 1
      propagateTags        = "TASK_DEFINITION"
      enableECSManagedTags = true
      enableExecuteCommand = var.task.execute_command
      launchType           = local.task_launch_type

      capacityProviderStrategy = length(local.task_capacity) == 0 ? null : [
        for provider, share in local.task_capacity : { capacityProvider = provider, base = share.base, weight = share.weight }
      ]

      networkConfiguration = !local.awsvpc ? null : {
        awsvpcConfiguration = {
          subnets        = sort(var.cluster.node_subnet_ids)
          securityGroups = local.task_security_groups
          assignPublicIp = var.task.public_address ? "ENABLED" : "DISABLED"
        }
      }

      placementConstraints = length(var.deployment.constraints) == 0 ? null : [
        for expression in values(var.deployment.constraints) : { type = "memberOf", expression = expression }
      ]

      # The command as it is: here it can be another one, for once.
      overrides = { containerOverrides = [{
        for key, value in { name = local.task_containers[name], command = local.tasks[name].command } : key => value if value != null
      }] }
    } : key => value if value != null
  } }
}
