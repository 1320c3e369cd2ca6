# What `./orchestrate jenkins casc --jobs` makes Jenkins' folders and jobs of, beside the stacks. Nothing else reads it.

folder = "shop"

# The pipelines and the values that they deploy: this project.
project = { repository = "https://git.example.com/project.git", branch = "main" }

# Their library (jenkins/vars), in the version that you have read; that of the project's repository unless `repository` names another.
library = { tag = "v0.2.0" }

# By the names that config/common.tfvars has in images: a deploy offers the builds of each. One that no service of a tenant runs is left out there.
services = {
  service1 = { repository = "https://git.example.com/service1.git", branch = "main" }
  service2 = { repository = "https://git.example.com/service2.git", branch = "main" }
  api      = { repository = "https://git.example.com/api.git", branch = "main" }
  worker   = { repository = "https://git.example.com/worker.git", branch = "main" }
}

registry = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com" # where their builds push images

# Groups of Jenkins' login ("user:ana" is one person): those who may start builds of the stacks, and of protected stacks too.
groups = {
  deploy  = ["developers"]
  release = ["release-managers"]
}

night = { zone = "Australia/Sydney", time = "20:00" }
drift = { zone = "Australia/Sydney", time = "06:00" } # on workdays

expired = { zone = "Australia/Sydney", time = "00:15" } # each hour at this minute
