# A machine image for Jenkins agents on EC2: Amazon Linux 2023 with Docker, git, Java, Terraform with its provider, Python and orchestrate.
#
#     jenkins/agent-ami/parts                                       # Terraform and the tool, from this checkout
#     packer init jenkins/agent-ami
#     packer build -var region=ap-southeast-2 -var build=7 jenkins/agent-ami
#
# The last lines name the image; it goes into image_id of modules/jenkins-machines. docs/jenkins-agents.md has more.

packer {
  required_version = ">= 1.11"

  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "1.3.9"
    }
  }
}

variable "region" {
  type        = string
  description = "Where the image is made."
}

variable "build" {
  type        = string
  description = "Number of this build; the image is called jenkins-agent-BUILD."
}

variable "instance_type" {
  type    = string
  default = "m6i.large"
}

variable "subnet_id" {
  type        = string
  default     = null
  description = "Where the machine that becomes the image runs; null: the default network."
}

variable "kms_key_id" {
  type        = string
  default     = "alias/aws/ebs"
  description = "The key that encrypts the image."
}

variable "volume_gb" {
  type    = number
  default = 50
}

locals {
  name = "jenkins-agent-${var.build}"

  tags = {
    Name      = local.name
    ManagedBy = "orchestrate"
    Base      = data.amazon-ami.base.name
  }
}

# Of Amazon's own account alone: a name says nothing of who made an image.
data "amazon-ami" "base" {
  region      = var.region
  owners      = ["137112412989"]
  most_recent = true

  filters = {
    name                = "al2023-ami-2023.*-kernel-6.1-x86_64"
    root-device-type    = "ebs"
    virtualization-type = "hvm"
  }
}

source "amazon-ebs" "agent" {
  region        = var.region
  subnet_id     = var.subnet_id
  source_ami    = data.amazon-ami.base.id
  instance_type = var.instance_type
  ssh_username  = "ec2-user"

  ami_name        = local.name
  ami_description = "Jenkins agent: Docker, Terraform, orchestrate"
  encrypt_boot    = true
  kms_key_id      = var.kms_key_id
  imds_support    = "v2.0"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = var.volume_gb
    volume_type           = "gp3"
    encrypted             = true
    delete_on_termination = true
  }

  temporary_key_pair_type                   = "ed25519"
  temporary_security_group_source_public_ip = true # SSH from here alone, while it is made

  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = local.tags
  run_volume_tags = local.tags
}

build {
  sources = ["source.amazon-ebs.agent"]

  # Terraform with its provider, and the tool: what `parts` has put together.
  provisioner "file" {
    source      = "${path.root}/terraform.tar"
    destination = "/tmp/terraform.tar"
  }

  provisioner "file" {
    source      = "${path.root}/orchestrate.tar"
    destination = "/tmp/orchestrate.tar"
  }

  provisioner "file" {
    source      = "${path.root}/../agent/provision"
    destination = "/tmp/provision"
  }

  provisioner "shell" {
    execute_command = "chmod +x {{ .Path }}; sudo sh -c '{{ .Vars }} {{ .Path }}'"

    inline = [
      "set -eu",
      "command -v tar >/dev/null || dnf -qy install tar",
      "tar -x -C / -f /tmp/terraform.tar",
      "mkdir -p /opt/orchestrate && tar -x -C /opt/orchestrate -f /tmp/orchestrate.tar",
      "sh /tmp/provision machine /opt/orchestrate",
      "printf 'TF_CLI_CONFIG_FILE=/etc/terraform.rc\\nCHECKPOINT_DISABLE=1\\nORCHESTRATE_PYTHON=python3.11\\n' >> /etc/environment",
      "rm -f /tmp/terraform.tar /tmp/orchestrate.tar /tmp/provision",
    ]
  }
}
