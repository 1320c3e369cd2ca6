source    = "appcluster" # src/appcluster and src/appcluster/tenant
ephemeral = true         # the nightly job destroys it
merge     = "deep"       # a map adds to the one below it, key by key

# account = "111111111111"                                   # refuse to run in any other
# role_arn = "arn:aws:iam::111111111111:role/orchestrate"    # assumed before anything else
