# Where state lives. The key is derived from region, stack and tenant, and never written here.
bucket = "orchestrate-example-state"
region = "ap-southeast-2"
