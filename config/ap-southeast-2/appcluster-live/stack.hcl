source        = "appcluster"
protected     = true
promotes_from = "appcluster-staging" # only what ran in staging
smoke         = "/health"            # asked after every apply: a tenant that does not answer is no success

merge = "deep" # a tenant's map says only what differs

# account = "333333333333"
