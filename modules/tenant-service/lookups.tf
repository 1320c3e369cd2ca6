# What the validations look up. They may look at variables, but not at what is made of them: Terraform calls that a cycle.

locals {
  # The container that takes the requests, and where. Without a load balancer there may be none.
  with_a_port = [for name, container in var.containers : name if container.port != null]
  front       = var.container != null ? var.container : length(local.with_a_port) == 1 ? local.with_a_port[0] : null
  port        = try(var.containers[local.front].port, null)

  # Whose image and settings a background task has unless it names another.
  usual = local.front != null ? local.front : keys(var.containers)[0]

  ulimits = ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"]

  # account.dkr.ecr.region.amazonaws.com/repository:tag, with FIPS "ecr-fips"; or account.dkr-ecr.region.on.aws/repository:tag
  ecr_image = "^([0-9]{12})\\.dkr(?:\\.ecr|\\.ecr-fips|-ecr|-ecr-fips)\\.([a-z0-9-]+)\\.[a-z.]+/([^:@]+)"

  secret_arn = "^arn:[a-z-]+:(secretsmanager|ssm):[a-z0-9-]+:[0-9]{12}:(secret:|parameter/)"

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
  fargate_memory = {
    "256"   = [512, 1024, 2048]
    "512"   = range(1024, 4097, 1024)
    "1024"  = range(2048, 8193, 1024)
    "2048"  = range(4096, 16385, 1024)
    "4096"  = range(8192, 30721, 1024)
    "8192"  = range(16384, 61441, 4096)
    "16384" = range(32768, 122881, 8192)
  }
}
