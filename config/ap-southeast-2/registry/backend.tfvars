# Where state lives. The key is derived from region and stack, and never written here.
bucket = "orchestrate-example-state"
region = "ap-southeast-2"
