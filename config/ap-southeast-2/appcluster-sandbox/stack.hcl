source        = "appcluster"
promotes_from = "appcluster-staging" # beside live: it gets a build when live gets it
merge         = "deep"

# account = "333333333333"
