# A build belongs to a name in `images`; service1 and service2 have variables of their own.

locals {
  builds = { for image, build in merge(var.builds, { service1 = var.service1-build, service2 = var.service2-build }) : image => build if build != null }
}
