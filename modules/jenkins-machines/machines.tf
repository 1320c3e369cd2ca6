# The cloud and its agent templates in the words of Jenkins' plugin ec2: `orchestrate jenkins casc` reads them from the state and writes them as YAML.
# Jenkins starts a machine when a build asks for its label, connects by SSH, and ends it when it was idle.

data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

data "aws_ec2_instance_type" "agents" {
  for_each = toset([for agent in values(var.agents) : agent.instance_type])

  instance_type = each.value
}

locals {
  region     = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id
  here       = "arn:${local.partition}:ec2:${local.region}:${local.account_id}"

  # IAM knows no region, cannot change a path, and knows one role of a name in all paths.
  readable  = trimsuffix(substr(var.name, 0, 31), "-")
  role_name = "${local.readable}-${substr(sha256("${local.region}/${var.name}${var.roles.path == "/" ? "" : var.roles.path}"), 0, 8)}"

  subnet_ids = join(" ", sort(var.network.subnet_ids)) # the plugin takes one after the other
  marked     = { JenkinsAgents = var.name }            # what the controller may end is marked so

  templates = { for name, agent in var.agents : name => merge(
    {
      description                 = name
      ami                         = agent.image_id
      amiType                     = { unixData = { sshPort = "22", rootCommandPrefix = agent.root_command } }
      type                        = agent.instance_type
      spotConfig                  = agent.spot == null ? null : { useBidPrice = agent.spot.max_price != null, spotMaxBidPrice = agent.spot.max_price, fallbackToOndemand = agent.spot.fallback }
      subnetId                    = local.subnet_ids
      securityGroups              = join(" ", concat([aws_security_group.agents.id], values(var.network.security_groups)))
      associateIPStrategy         = "PRIVATE_IP"
      connectionStrategy          = "PRIVATE_IP"
      iamInstanceProfile          = local.instance_profile_arn
      labelString                 = coalesce(agent.label, name)
      mode                        = "EXCLUSIVE" # a build that asks for no label starts no machine
      numExecutors                = tostring(coalesce(agent.executors, data.aws_ec2_instance_type.agents[agent.instance_type].default_vcpus))
      idleTerminationMinutes      = tostring(agent.idle_minutes)
      instanceCapStr              = tostring(agent.max_machines)
      maxTotalUses                = agent.max_uses
      launchTimeoutStr            = tostring(agent.start_seconds)
      remoteFS                    = agent.remote_root
      remoteAdmin                 = agent.user
      initScript                  = agent.init_script
      ebsEncryptRootVolume        = "ENCRYPTED"
      deleteRootOnTermination     = true
      stopOnTerminate             = false
      metadataSupported           = true
      metadataEndpointEnabled     = true
      metadataTokensRequired      = true
      metadataHopsLimit           = agent.hop_limit
      hostKeyVerificationStrategy = agent.host_key
      tags                        = [for key, value in merge(data.aws_default_tags.current.tags, { Name = "${var.name}-${name}" }, local.marked) : { name = key, value = value }]
    },
    agent.fields,
  ) }
}

# Tags of the provider block do not reach what Jenkins makes.
data "aws_default_tags" "current" {}

# The plugin finds the pair by its private key, which the controller has from a secret.
resource "aws_key_pair" "agents" {
  key_name   = local.role_name
  public_key = var.key.public_key
}
