source        = "appcluster"
promotes_from = "appcluster-test" # a build comes here after test
merge         = "deep"

# account = "111111111111"
