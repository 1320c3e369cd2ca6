# Jenkins' home: jobs, builds, secrets. On EFS, so that the next task finds it in any zone. AWS Backup keeps a copy of every day for
# 35 days: https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html#automatic-backups

locals {
  jenkins_user = 1000 # in the image jenkins/jenkins
}

resource "aws_efs_file_system" "home" {
  creation_token   = local.unique
  encrypted        = true
  kms_key_id       = var.home.kms_key_arn
  throughput_mode  = var.home.throughput
  performance_mode = "generalPurpose"

  dynamic "lifecycle_policy" {
    for_each = var.home.infrequent_after == "never" ? [] : [var.home.infrequent_after]

    content {
      transition_to_ia = lifecycle_policy.value
    }
  }

  dynamic "lifecycle_policy" {
    for_each = var.home.infrequent_after == "never" ? [] : ["AFTER_1_ACCESS"]

    content {
      transition_to_primary_storage_class = lifecycle_policy.value
    }
  }

  tags = { Name = var.name }
}

resource "aws_efs_backup_policy" "home" {
  file_system_id = aws_efs_file_system.home.id

  backup_policy {
    status = var.home.backup ? "ENABLED" : "DISABLED"
  }
}

# Everything that is made through it belongs to Jenkins' user, below one folder.
resource "aws_efs_access_point" "home" {
  file_system_id = aws_efs_file_system.home.id

  posix_user {
    uid = local.jenkins_user
    gid = local.jenkins_user
  }

  root_directory {
    path = "/jenkins"

    creation_info {
      owner_uid   = local.jenkins_user
      owner_gid   = local.jenkins_user
      permissions = "0750"
    }
  }

  tags = { Name = var.name }
}

# The controller's role by this access point, through TLS; no other mount.
resource "aws_efs_file_system_policy" "home" {
  file_system_id = aws_efs_file_system.home.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TheController"
        Effect    = "Allow"
        Principal = { AWS = local.task_role_arn }
        Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
        Resource  = aws_efs_file_system.home.arn
        Condition = { StringEquals = { "elasticfilesystem:AccessPointArn" = aws_efs_access_point.home.arn } }
      },
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "*"
        Resource  = aws_efs_file_system.home.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_efs_mount_target" "home" {
  for_each = var.network.subnets

  file_system_id  = aws_efs_file_system.home.id
  subnet_id       = each.value
  security_groups = [aws_security_group.home.id]
}
