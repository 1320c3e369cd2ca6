source        = "appcluster"
protected     = true
promotes_from = "appcluster-staging" # only what ran in staging

# account = "333333333333"
