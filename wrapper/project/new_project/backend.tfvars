# Where state lives. The key is derived from region, stack and tenant, and never written here.
# The names of buckets are global: choose one that is free, then create it by `./orchestrate bootstrap`.
bucket = "@PROJECT@-terraform-state"
region = "@REGION@"
