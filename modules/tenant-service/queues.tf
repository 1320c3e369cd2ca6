# Work that comes as messages: a queue for each kind, and where a message goes that breaks its worker. A worker deletes a
# message when the work is done; a pipe would delete it when the task begins, and a crash would lose it.

locals {
  # No task has an underscore in its name: "resize_dead" is no other task's queue.
  dead_letter_queues = { for name in keys(var.background.queued) : name => "${local.name}-${name}_dead" }

  # Who may send beside the application. The ARN is written out: a queue's own is not known while it is made.
  queue_arns = { for name in keys(var.background.queued) : name => "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.name}-${name}" }

  queue_statements = { for name, task in var.background.queued : name => concat(
    [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = local.queue_arns[name]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }],
    [for arn in values(task.senders) : {
      Effect    = "Allow"
      Principal = { Service = "${split(":", arn)[2]}.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = local.queue_arns[name]
      Condition = merge(
        { ArnEquals = { "aws:SourceArn" = arn } },
        split(":", arn)[2] == "s3" ? { StringEquals = { "aws:SourceAccount" = local.account_id } } : {}, # a bucket's ARN names no account
      )
    }],
  ) }

  queue_permissions = length(var.background.queued) + length(var.service.queues) == 0 ? [] : concat(
    length(var.background.queued) == 0 ? [] : [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
      Resource = [for name in keys(aws_sqs_queue.work) : local.queue_arns[name]]
    }],
    length(var.service.queues) == 0 ? [] : [{
      Effect   = "Allow"
      Action   = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
      Resource = values(local.other_queue_arns)
    }],
    local.use_of_the_queues_key,
  )

  # Of other services. Both are written out: what those make is unknown here, since each may send to the other.
  other_identities = { for name, to in var.service.queues : name => join("/", concat([local.region, var.stack, var.tenant], to.service[*])) }
  other_readables  = { for name, to in var.service.queues : name => trimsuffix(substr(join("-", concat([var.stack, var.tenant], to.service[*])), 0, 23), "-") }
  other_queues     = { for name, to in var.service.queues : name => "${local.other_readables[name]}-${substr(sha256(local.other_identities[name]), 0, 8)}-${to.queue}" }
  other_queue_arns = { for name, queue in local.other_queues : name => "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${queue}" }
  other_queue_urls = { for name, queue in local.other_queues : name => "https://sqs.${local.region}.${data.aws_partition.current.dns_suffix}/${local.account_id}/${queue}" }

  # SQS encrypts and decrypts in the name of who sends and receives.
  use_of_the_queues_key = [for key in var.encryption.queues[*] : { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [key] }]
}

resource "aws_sqs_queue" "work" {
  for_each = var.background.queued

  name                       = "${local.name}-${each.key}"
  visibility_timeout_seconds = each.value.visibility_seconds
  message_retention_seconds  = 4 * 24 * 3600
  receive_wait_time_seconds  = 20 # long polling: an empty queue costs next to nothing
  sqs_managed_sse_enabled    = var.encryption.queues == null ? true : null
  kms_master_key_id          = var.encryption.queues
  policy                     = jsonencode({ Version = "2012-10-17", Statement = local.queue_statements[each.key] })

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = each.value.attempts
  })
}

# A message keeps its age when it is given up, so this queue keeps it longer.
resource "aws_sqs_queue" "dead" {
  for_each = var.background.queued

  name                      = local.dead_letter_queues[each.key]
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.encryption.queues == null ? true : null
  kms_master_key_id         = var.encryption.queues
}

# The application sends, its workers receive; both are the service's, and have its role. Another service that sends has a role of its own.
resource "aws_iam_role_policy" "queues" {
  count = var.roles.task == null && length(var.background.queued) + length(var.service.queues) > 0 ? 1 : 0

  name   = "queues"
  role   = aws_iam_role.task[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.queue_permissions })
}
