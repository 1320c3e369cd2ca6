source        = "appcluster"
promotes_from = "appcluster-test" # a build comes here after test

# account = "111111111111"
