bucket = "orchestrate-upgrade-states"
region = "ap-southeast-2"
