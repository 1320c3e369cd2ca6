# Two roles: what ECS does to start the tenant's containers, and what the application itself may do.

locals {
  # IAM changes no path, and knows one role of a name in all paths: a role that moves has another name, and stands beside the old one.
  role_name = var.roles.path == "/" ? local.name : "${local.readable}-${substr(sha256("${local.identity}${var.roles.path}"), 0, 8)}"

  execution_role_arn = one(concat(aws_iam_role.execution[*].arn, var.roles.execution[*].arn))
  task_role_arn      = one(concat(aws_iam_role.task[*].arn, var.roles.task[*].arn))

  assumed_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
      }
    }]
  })

  # A secret's ARN may go on with a key and a version; permission is for the secret.
  secret_arns    = distinct(flatten([for container in var.containers : concat(values(container.secrets), container.registry_login[*], values(try(container.log.secrets, {})))]))
  secrets        = distinct(sort([for arn in local.secret_arns : join(":", slice(split(":", arn), 0, 7)) if strcontains(arn, ":secretsmanager:")]))
  ssm_parameters = sort([for arn in local.secret_arns : arn if strcontains(arn, ":ssm:")])

  environment_files = distinct(sort(flatten([for container in var.containers : container.environment_files])))

  ecr_images = [for container in var.containers : regex(local.ecr_image, container.image) if can(regex(local.ecr_image, container.image))]
  ecr_filled = [for image in local.ecr_images : image if anytrue([for prefix in var.task.pull_through : startswith(image[2], "${prefix}/")])]
  ecr_arns   = distinct(sort([for image in local.ecr_images : "arn:${local.partition}:ecr:${image[1]}:${image[0]}:repository/${image[2]}"]))

  # ARNs are written out, so that a plan shows what a role of the caller's own will need.
  execution_permissions = {
    logs       = { actions = ["logs:CreateLogStream", "logs:PutLogEvents"], resources = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${aws_cloudwatch_log_group.this.name}:*"] }
    registry   = { actions = ["ecr:GetAuthorizationToken"], resources = length(local.ecr_arns) == 0 ? [] : ["*"] } # knows no resource
    images     = { actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], resources = local.ecr_arns }
    fill       = { actions = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], resources = distinct(sort([for image in local.ecr_filled : "arn:${local.partition}:ecr:${image[1]}:${image[0]}:repository/${image[2]}"])) }
    secrets    = { actions = ["secretsmanager:GetSecretValue"], resources = local.secrets }
    parameters = { actions = ["ssm:GetParameters"], resources = local.ssm_parameters }
    files      = { actions = ["s3:GetObject"], resources = local.environment_files }
    buckets    = { actions = ["s3:GetBucketLocation"], resources = distinct([for arn in local.environment_files : split("/", arn)[0]]) }
    keys       = { actions = ["kms:Decrypt"], resources = sort(var.task.kms_keys) }
  }

  execution_statements = [for permission in local.execution_permissions : {
    Effect   = "Allow"
    Action   = permission.actions
    Resource = permission.resources
  } if length(permission.resources) > 0]

  mounted      = distinct(flatten([for container in var.containers : [for mount in container.mounts : mount.volume]]))
  written      = distinct(flatten([for container in var.containers : [for mount in container.mounts : mount.volume if !mount.read_only]]))
  file_systems = { for name, volume in var.task.volumes : name => volume.efs if volume.efs != null && contains(local.mounted, name) }

  file_system_statements = [for name, efs in local.file_systems : merge(
    {
      Effect   = "Allow"
      Action   = concat(["elasticfilesystem:ClientMount"], contains(local.written, name) ? ["elasticfilesystem:ClientWrite"] : [], efs.root_access ? ["elasticfilesystem:ClientRootAccess"] : [])
      Resource = ["arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:file-system/${efs.file_system_id}"]
    },
    efs.access_point_id == null ? {} : { Condition = { StringEquals = {
      "elasticfilesystem:AccessPointArn" = "arn:${local.partition}:elasticfilesystem:${local.region}:${local.account_id}:access-point/${efs.access_point_id}"
    } } },
  )]

  # The cluster says whether sessions are kept, and with which key; the agent in the container writes them with the task's role.
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging
  session_log = var.cluster.execute_command.log_group_arn
  session_key = var.cluster.execute_command.kms_key_arn

  shell_permissions = {
    channels = { actions = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"], resources = ["*"] }
    find     = { actions = ["logs:DescribeLogGroups"], resources = [for arn in local.session_log[*] : "${join(":", slice(split(":", arn), 0, 5))}:*"] } # a list names no group
    keep     = { actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], resources = [for arn in local.session_log[*] : "${arn}:*"] }
    key      = { actions = ["kms:Decrypt"], resources = local.session_key[*] }
  }

  shell_statements = [for permission in local.shell_permissions : {
    Effect   = "Allow"
    Action   = permission.actions
    Resource = permission.resources
  } if var.task.execute_command && length(permission.resources) > 0]

  platform_statements = concat(local.file_system_statements, local.shell_statements)

  execution_policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements })

  # For roles of the caller's own; null: it need not be allowed anything.
  role_policies = {
    execution = { trust = local.assumed_by_tasks, policy = local.execution_policy }
    task = {
      trust  = local.assumed_by_tasks
      policy = length(local.platform_statements) + length(local.queue_permissions) == 0 ? null : jsonencode({ Version = "2012-10-17", Statement = concat(local.platform_statements, local.queue_permissions) })
    }
    schedule = local.scheduled == 0 ? null : { trust = local.assumed_by_schedules, policy = local.schedule_policy }
  }
}

resource "aws_iam_role" "execution" {
  count = var.roles.execution == null ? 1 : 0

  name                 = "${local.role_name}-execution"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Starts the containers of ${local.whose}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  count = var.roles.execution == null ? 1 : 0

  name   = "start-containers"
  role   = aws_iam_role.execution[0].name
  policy = local.execution_policy
}

resource "aws_iam_role" "task" {
  count = var.roles.task == null ? 1 : 0

  name                 = "${local.role_name}-task"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "The application of ${local.whose}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "task" {
  count = var.task.policy == null ? 0 : 1

  name   = "application"
  role   = aws_iam_role.task[0].name
  policy = var.task.policy
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each = var.task.policy_arns

  role       = aws_iam_role.task[0].name
  policy_arn = each.value
}

# What the settings of the task ask for: file systems to mount, a shell to open.
resource "aws_iam_role_policy" "platform" {
  count = var.roles.task == null && (var.task.execute_command || length(local.file_systems) > 0) ? 1 : 0

  name   = "platform"
  role   = aws_iam_role.task[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.platform_statements })
}
