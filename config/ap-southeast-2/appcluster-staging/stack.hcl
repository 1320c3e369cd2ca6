source        = "appcluster"
protected     = true              # destroys and replacements need --confirm, and every tenant needs a file
promotes_from = "appcluster-beta" # a build comes here after beta
smoke         = "/health"         # asked after every apply: a tenant that does not answer is no success

merge = "deep" # a tenant's map says only what differs

# account = "222222222222"
